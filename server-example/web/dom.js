/**
 * Making elements. Text always goes in as text: there is no way here to put markup into the page,
 * so a process named `<script>` is shown and never run.
 */

/** @typedef {Node | string | number | null | undefined | false} Child */

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string | boolean | ((event: Event) => void)>} [attributes] a function
 *   listens (`onclick`), true sets an empty attribute, false leaves it out
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name.replace(/^on/, ''), value);
    else if (value !== false) element.setAttribute(name, value === true ? '' : value);
  }
  fill(element, ...children);
  return element;
}

/**
 * @param {Element} element
 * @param {...Child} children
 */
export function fill(element, ...children) {
  element.replaceChildren(
    ...children
      .filter((child) => child !== null && child !== undefined && child !== false)
      .map((child) => (child instanceof Node ? child : String(child))),
  );
}

/**
 * Puts rows into a table's body. Rows that stay where they are are not touched: moving them would
 * lose the focus, a selection and the row under the pointer.
 *
 * @param {Element} body
 * @param {readonly Element[]} rows
 */
export function fillRows(body, rows) {
  const { children } = body;
  if (rows.length !== children.length || rows.some((row, at) => children[at] !== row)) {
    body.replaceChildren(...rows);
  }
}

/**
 * Writes only what changed, so that a selection or a screen reader is not disturbed each second.
 *
 * @param {Element} element
 * @param {string} text
 */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * A share as a bar beside its number. The number is the text; the bar is decoration.
 *
 * @param {number} percent
 */
export function bar(percent) {
  const filled = make('span', { class: 'bar-filled' });
  const element = make('span', { class: 'bar', 'aria-hidden': 'true' }, filled);
  setBar(element, percent);
  return element;
}

/**
 * @param {HTMLElement} element
 * @param {number} percent
 */
export function setBar(element, percent) {
  element.dataset.level = percent >= 90 ? 'high' : percent >= 75 ? 'raised' : 'normal';
  const filled = element.firstElementChild;
  if (filled instanceof HTMLElement) filled.style.width = `${Math.min(100, Math.max(0, percent))}%`;
}
