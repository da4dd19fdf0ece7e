/** What became of each mutant, and the table of all. */
import { z } from 'zod';

/**
 * `not run`: no test passes through the line, so none could notice. `timed out`: it hangs, which a
 * busy machine can make of a mutant that nobody noticed; it is counted for itself and tried again.
 */
const statuses = ['killed', 'survived', 'not run', 'timed out'] as const;
export type Status = (typeof statuses)[number];

export const resultsSchema = z.record(
  z.string(),
  z.object({
    /** Of the file's text. */
    hash: z.string(),
    mutants: z.record(
      z.string(),
      z.object({
        line: z.int(),
        operator: z.string(),
        was: z.string(),
        status: z.enum(statuses),
      }),
    ),
  }),
);
/** By path, then by the mutant's id. */
export type Results = z.infer<typeof resultsSchema>;

export function formatReport(results: Results, left: number): string {
  const files = Object.entries(results)
    .map(([path, { mutants }]) => ({ name: path, mutants: Object.values(mutants) }))
    .sort((one, other) => (one.name < other.name ? -1 : 1));
  const all = files.flatMap(({ mutants }) => mutants);
  const operators = [...new Set(all.map(({ operator }) => operator))].sort();
  const byOperator = operators.map((name) => ({
    name,
    mutants: all.filter(({ operator }) => operator === name),
  }));
  return [
    'score  killed  survived  not run  timed out',
    ...[...files, ...byOperator, { name: 'all', mutants: all }].map(({ name, mutants }) =>
      formatLine(
        name,
        mutants.map(({ status }) => status),
      ),
    ),
    ...(left === 0 ? [] : [`${left} were not tried: the time was up; run it again to go on`]),
  ].join('\n');
}

function formatLine(name: string, found: readonly Status[]): string {
  const count = (status: Status): number => found.filter((one) => one === status).length;
  const noticed = count('killed') + count('timed out');
  const score = found.length === 0 ? 100 : (noticed / found.length) * 100;
  const cells = [
    `${score.toFixed(0)} %`.padStart(5),
    String(count('killed')).padStart(6),
    String(count('survived')).padStart(8),
    String(count('not run')).padStart(7),
    String(count('timed out')).padStart(9),
  ];
  return `${cells.join('  ')}  ${name}`;
}
