/** What the parts show, as aligned tables for people at a terminal. */
import type { Table } from '../../base/table.ts';
import { type PartName, type PartValues, parts } from '../../collectors/index.ts';
import type { View } from '../../collectors/part.ts';
import { formatTable } from './table.ts';

export interface TableOptions {
  /** The terminal's width. */
  readonly columns: number;
  /** Names that the collectors cut: they are marked, and never where they are sent. */
  readonly cutNames: ReadonlySet<string>;
  readonly view?: View;
}

/** Ends with a line break. */
export async function formatPart<Part extends PartName>(
  part: Part,
  value: PartValues[Part] | undefined,
  options: TableOptions,
): Promise<string> {
  return (await shownPart(part, value, options)).text;
}

/** Each part under its own heading, long ones last. */
export async function formatAll(
  shown: readonly PartName[],
  values: Partial<PartValues>,
  options: TableOptions,
): Promise<string> {
  const all = await Promise.all(shown.map((part) => shownPart(part, values[part], options)));
  return [...all.filter(({ isLong }) => !isLong), ...all.filter(({ isLong }) => isLong)]
    .map(({ part, text }) => `${part.toUpperCase()}\n${text}`)
    .join('\n');
}

/** A part that failed has no value. */
async function shownPart<Part extends PartName>(
  part: Part,
  value: PartValues[Part] | undefined,
  options: TableOptions,
): Promise<{ readonly part: Part; readonly text: string; readonly isLong: boolean }> {
  const { show, isLong = false } = await parts[part].details();
  const text =
    value === undefined
      ? 'Not available.\n'
      : formatShown(show(value, options.view ?? {}), options);
  return { part, text, isLong };
}

function formatShown({ columns, rows, footer }: Table, options: TableOptions): string {
  const marked = rows.map((row) => row.map((cell) => markedIfCut(cell, options.cutNames)));
  const lines = rows.length === 0 ? '' : formatTable(columns, marked, options.columns);
  return footer === undefined ? lines : `${lines}${footer}\n`;
}

function markedIfCut(cell: string, cutNames: ReadonlySet<string>): string {
  return cutNames.has(cell) ? `${cell}…` : cell;
}
