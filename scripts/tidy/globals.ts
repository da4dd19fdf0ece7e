/** Which global names a file uses: those that it neither declares nor imports, types left out. */
import { type Node, visitorKeys } from 'oxc-parser';
import type { SourceFile } from './source.ts';

export interface GlobalUse {
  /** `process`, or with what is read of it: `Math.random`. */
  readonly name: string;
  readonly line: number;
}

type Scopes = readonly ReadonlySet<string>[];

export function globalsOf(file: SourceFile): readonly GlobalUse[] {
  const uses: GlobalUse[] = [];
  const use = (name: string, { start }: Node, scopes: Scopes, member = ''): void => {
    if (scopes.some((scope) => scope.has(name))) return;
    uses.push({ name: member === '' ? name : `${name}.${member}`, line: file.lineAt(start) });
  };

  const visit = (node: Node, outer: Scopes): void => {
    if (node.type === 'Identifier') use(node.name, node, outer);
    else if (node.type === 'MemberExpression' && node.object.type === 'Identifier') {
      const { object, property, computed } = node;
      const isNamed = !computed && property.type === 'Identifier';
      use(object.name, node, outer, isNamed ? property.name : '');
      if (computed) visit(property, outer);
    } else {
      const scopes = [...outer, declaredIn(node)];
      for (const child of expressionsIn(node)) visit(child, scopes);
    }
  };
  visit(file.program, []);
  return uses;
}

/** The parts of a node in which values are used: neither types nor names of properties. */
function expressionsIn(node: Node): readonly Node[] {
  switch (node.type) {
    case 'ImportDeclaration':
    case 'BreakStatement':
    case 'ContinueStatement':
    case 'MetaProperty':
      return [];
    case 'ExportNamedDeclaration':
      return node.declaration === null ? [] : [node.declaration];
    case 'LabeledStatement':
      return [node.body];
    case 'MemberExpression':
      return node.computed ? [node.object, node.property] : [node.object];
    case 'Property':
    case 'MethodDefinition':
    case 'PropertyDefinition':
      return childrenOf(node).filter((child) => node.computed || child !== node.key);
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
    case 'TSNonNullExpression':
      return [node.expression];
    default:
      return node.type.startsWith('TS') ? [] : childrenOf(node);
  }
}

export function childrenOf(node: Node): readonly Node[] {
  return (visitorKeys[node.type] ?? []).flatMap((key) => {
    const value: unknown = Reflect.get(node, key);
    return [value].flat().filter(isNode);
  });
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value;
}

/** The names that hold inside a node and not around it. */
function declaredIn(node: Node): ReadonlySet<string> {
  const names = new Set<string>();
  const declare = (pattern: Node | null): void => {
    for (const name of pattern === null ? [] : namesIn(pattern)) names.add(name);
  };
  switch (node.type) {
    case 'Program':
    case 'BlockStatement':
    case 'StaticBlock':
      for (const statement of node.body) declareAll(statement, declare);
      break;
    case 'SwitchStatement':
      for (const { consequent } of node.cases)
        for (const statement of consequent) declareAll(statement, declare);
      break;
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
      for (const parameter of node.params) declare(parameter);
      declare(node.id);
      break;
    case 'ClassExpression':
      declare(node.id);
      break;
    case 'ForStatement':
      if (node.init !== null) declareAll(node.init, declare);
      break;
    case 'ForInStatement':
    case 'ForOfStatement':
      declareAll(node.left, declare);
      break;
    case 'CatchClause':
      declare(node.param);
      break;
  }
  return names;
}

function declareAll(statement: Node, declare: (pattern: Node | null) => void): void {
  switch (statement.type) {
    case 'ExportNamedDeclaration':
      if (statement.declaration !== null) declareAll(statement.declaration, declare);
      break;
    case 'VariableDeclaration':
      for (const { id } of statement.declarations) declare(id);
      break;
    case 'FunctionDeclaration':
    case 'ClassDeclaration':
      declare(statement.id);
      break;
    case 'ImportDeclaration':
      for (const { local } of statement.specifiers) declare(local);
      break;
  }
}

/** What a pattern such as `{ a, b: [c], d = 1, ...e }` binds. */
function namesIn(pattern: Node): readonly string[] {
  switch (pattern.type) {
    case 'Identifier':
      return [pattern.name];
    case 'Property':
      return namesIn(pattern.value);
    case 'AssignmentPattern':
      return namesIn(pattern.left);
    default:
      return childrenOf(pattern)
        .filter(({ type }) => !type.startsWith('TS'))
        .flatMap(namesIn);
  }
}
