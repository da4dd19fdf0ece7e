/**
 * Small wrongs that a test should notice. Each operator looks at one node of the syntax tree and
 * says which stretch of the source it would replace, and by what.
 *
 * They are chosen for what this program promises: that what was opened is closed, that rare
 * recoveries recover, that people are told. Types are not changed: nothing runs by them.
 */
import type { Node } from 'oxc-parser';
import { childrenOf } from '../tidy/globals.ts';
import type { SourceFile } from '../tidy/source.ts';

export interface Mutant {
  readonly path: string;
  readonly line: number;
  readonly operator: string;
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
}

interface Edit {
  readonly operator: string;
  readonly node: Pick<Node, 'start' | 'end'>;
  readonly replacement: string;
}

/** Every mutant of a file, in the order of the source. */
export function mutantsOf(file: SourceFile): readonly Mutant[] {
  const edits: Edit[] = [];
  const visit = (node: Node): void => {
    if (node.type.startsWith('TS') && !hasExpression.has(node.type)) return;
    edits.push(...editsOf(node, file.text));
    for (const child of childrenOf(node)) visit(child);
  };
  visit(file.program);
  return edits
    .map(({ operator, node: { start, end }, replacement }) => ({
      path: file.path,
      line: file.lineAt(start),
      operator,
      start,
      end,
      replacement,
    }))
    .sort((one, other) => one.start - other.start || one.end - other.end);
}

export function mutate(text: string, { start, end, replacement }: Mutant): string {
  return text.slice(0, start) + replacement + text.slice(end);
}

const hasExpression = new Set(['TSAsExpression', 'TSSatisfiesExpression', 'TSNonNullExpression']);

const swaps: Readonly<Record<string, readonly [operator: string, other: string]>> = {
  '<': ['boundary', '<='],
  '<=': ['boundary', '<'],
  '>': ['boundary', '>='],
  '>=': ['boundary', '>'],
  '===': ['equality', '!=='],
  '!==': ['equality', '==='],
  '&&': ['logic', '||'],
  '||': ['logic', '&&'],
  '-': ['arithmetic', '+'],
  '*': ['arithmetic', '/'],
  '/': ['arithmetic', '*'],
};

/** What people are told: the properties of errors, hints, remedies, remarks and settings. */
const told = /^(reason|hint|operation|remedy|message|text|because|remark|title|detail)$/;

function editsOf(node: Node, text: string): readonly Edit[] {
  const source = (part: Pick<Node, 'start' | 'end'>): string => text.slice(part.start, part.end);
  switch (node.type) {
    case 'ExpressionStatement':
      return isCall(node.expression) ? [{ operator: 'drop-call', node, replacement: ';' }] : [];
    case 'IfStatement':
    case 'ConditionalExpression':
    case 'WhileStatement':
      return [{ operator: 'negate', node: node.test, replacement: `!(${source(node.test)})` }];
    case 'BinaryExpression':
    case 'LogicalExpression': {
      const [operator, other] = swaps[node.operator] ?? [];
      if (operator === undefined || other === undefined) return [];
      const between = { start: node.left.end, end: node.right.start };
      return [{ operator, node: between, replacement: ` ${other} ` }];
    }
    case 'TryStatement': {
      const blocks = [node.handler?.body, node.finalizer].filter((block) => block != null);
      return blocks
        .filter((block) => block.body.length > 0)
        .map((block) => ({ operator: 'empty-recovery', node: block, replacement: '{}' }));
    }
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'ArrowFunctionExpression': {
      const { body } = node;
      if (body?.type !== 'BlockStatement' || body.body.length === 0 || givesValue(body)) return [];
      return [{ operator: 'empty-function', node: body, replacement: '{}' }];
    }
    case 'Property': {
      const { key, value } = node;
      const isTold = key.type === 'Identifier' && told.test(key.name);
      const isText = value.type === 'TemplateLiteral' || isString(value);
      return isTold && isText ? [{ operator: 'say-nothing', node: value, replacement: "''" }] : [];
    }
    case 'Literal':
      if (typeof node.value !== 'boolean') return [];
      return [{ operator: 'boolean', node, replacement: String(!node.value) }];
    default:
      return [];
  }
}

function isCall(node: Node): boolean {
  if (node.type === 'AwaitExpression') return isCall(node.argument);
  if (node.type === 'UnaryExpression' && node.operator === 'void') return isCall(node.argument);
  if (node.type === 'ChainExpression') return isCall(node.expression);
  return node.type === 'CallExpression';
}

function isString(node: Node): boolean {
  return node.type === 'Literal' && typeof node.value === 'string' && node.value !== '';
}

/** Whether the function itself, and not one inside of it, returns something. */
function givesValue(node: Node): boolean {
  if (node.type === 'ReturnStatement') return node.argument !== null;
  if (/Function/.test(node.type)) return false;
  return childrenOf(node).some(givesValue);
}
