/** What the parts show, as aligned tables for people at a terminal. */
import type { Table } from '../../base/table.ts';
import { type PartName, type PartValues, parts } from '../../collectors/index.ts';
import { formatTable } from './table.ts';

/** Ends with a line break. `columns` is the terminal's width. */
export async function formatPart<Part extends PartName>(
  part: Part,
  value: PartValues[Part] | undefined,
  columns: number,
): Promise<string> {
  return (await shownPart(part, value, columns)).text;
}

/** Each part under its own heading, long ones last. */
export async function formatAll(
  shown: readonly PartName[],
  values: Partial<PartValues>,
  columns: number,
): Promise<string> {
  const all = await Promise.all(shown.map((part) => shownPart(part, values[part], columns)));
  return [...all.filter(({ isLong }) => !isLong), ...all.filter(({ isLong }) => isLong)]
    .map(({ part, text }) => `${part.toUpperCase()}\n${text}`)
    .join('\n');
}

/** A part that failed has no value. */
async function shownPart<Part extends PartName>(
  part: Part,
  value: PartValues[Part] | undefined,
  columns: number,
): Promise<{ readonly part: Part; readonly text: string; readonly isLong: boolean }> {
  const { show, isLong = false } = await parts[part].details();
  const text = value === undefined ? 'Not available.\n' : formatShown(show(value), columns);
  return { part, text, isLong };
}

function formatShown({ columns, rows, footer }: Table, widthLimit: number): string {
  const lines = rows.length === 0 ? '' : formatTable(columns, rows, widthLimit);
  return footer === undefined ? lines : `${lines}${footer}\n`;
}
