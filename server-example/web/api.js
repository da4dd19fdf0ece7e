/** openapi.json for people. */
import { make } from './dom.js';

/**
 * @typedef {{ description?: string, content?: Record<string, { schema?: object }> }} Body
 * @typedef {{ name: string, description?: string, schema: { default?: unknown } }} Parameter
 * @typedef {{ summary: string, parameters?: Parameter[], requestBody?: Body,
 *   responses: Record<string, Body> }} Operation
 */

const methods = ['get', 'post', 'put', 'delete'];

const response = await fetch('/api/openapi.json');
const description = await response.json();
const main = /** @type {HTMLElement} */ (document.querySelector('#main'));
for (const [path, item] of Object.entries(description.paths)) {
  for (const method of methods.filter((one) => one in item)) {
    main.append(describeOperation(method, path, item[method]));
  }
}

/**
 * @param {string} method
 * @param {string} path
 * @param {Operation} operation
 */
function describeOperation(method, path, operation) {
  const { requestBody, parameters = [] } = operation;
  return make(
    'section',
    { class: 'card' },
    make('h2', {}, make('code', {}, `${method.toUpperCase()} ${path}`)),
    make('p', {}, operation.summary),
    parameters.length > 0 &&
      make(
        'ul',
        {},
        ...parameters.map((one) =>
          make('li', {}, make('code', {}, one.name), ` ${one.description}${defaultOf(one)}`),
        ),
      ),
    requestBody !== undefined && describeBody('Request', requestBody),
    ...Object.entries(operation.responses).map(([status, body]) =>
      describeBody(`${status} ${body.description ?? ''}`, body),
    ),
  );
}

/** @param {Parameter} parameter */
function defaultOf({ schema }) {
  return schema.default === undefined ? '' : ` (${schema.default})`;
}

/**
 * @param {string} title
 * @param {Body} body
 */
function describeBody(title, body) {
  const schema = body.content?.['application/json']?.schema;
  if (schema === undefined) return make('p', {}, title);
  return make(
    'details',
    {},
    make('summary', {}, title),
    make('pre', {}, JSON.stringify(schema, null, 2)),
  );
}
