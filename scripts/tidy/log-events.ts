/**
 * Log events: whatever is logged is in the one list, and whatever is in the list is logged. The
 * compiler refuses an unknown name where it knows the logger; this finds those that nothing logs,
 * and names that are built or passed on beside the type.
 */
import { Visitor } from 'oxc-parser';
import type { Complaint, Project, SourceFile } from './source.ts';

const listPath = 'src/base/log-events.ts';
const levels = new Set(['debug', 'info', 'warn', 'error']);

export function checkLogEvents({ sources }: Project): readonly Complaint[] {
  const list = sources.find(({ path }) => path === listPath);
  if (list === undefined) return [];
  const events = eventsIn(list);
  const users = sources.filter(({ path }) => path.startsWith('src/') && path !== listPath);
  const said = new Set(users.flatMap(stringsIn));
  return [
    ...[...events]
      .filter(([event]) => !said.has(event))
      .map(([event, line]) => complain(listPath, line, `nothing logs ${event}; take it out`)),
    ...users.flatMap((file) =>
      loggedIn(file)
        .filter(({ event }) => !events.has(event))
        .map(({ event, line }) =>
          complain(file.path, line, `${event} is not in ${listPath}; describe it there`),
        ),
    ),
  ];
}

/** The keys of the list, each with its line. */
function eventsIn(list: SourceFile): ReadonlyMap<string, number> {
  const events = new Map<string, number>();
  new Visitor({
    Property: ({ key, start }) => {
      if (key.type === 'Literal') events.set(String(key.value), list.lineAt(start));
    },
  }).visit(list.program);
  return events;
}

function stringsIn({ program }: SourceFile): readonly string[] {
  const strings: string[] = [];
  new Visitor({
    Literal: ({ value }) => {
      if (typeof value === 'string') strings.push(value);
    },
  }).visit(program);
  return strings;
}

/** `log.info('…')`, also `context.logger.warn('…')`. */
function loggedIn(file: SourceFile): readonly { event: string; line: number }[] {
  const logged: { event: string; line: number }[] = [];
  new Visitor({
    CallExpression: ({ callee, arguments: [first], start }) => {
      if (callee.type !== 'MemberExpression' || callee.property.type !== 'Identifier') return;
      if (!levels.has(callee.property.name) || first?.type !== 'Literal') return;
      const { object } = callee;
      const last = object.type === 'MemberExpression' ? object.property : object;
      if (last.type !== 'Identifier' || !/log(ger)?$/i.test(last.name)) return;
      logged.push({ event: String(first.value), line: file.lineAt(start) });
    },
  }).visit(file.program);
  return logged;
}

function complain(path: string, line: number, what: string): Complaint {
  return { path, line, rule: 'log-events', what };
}
