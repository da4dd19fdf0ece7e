/** Aligned columns for a terminal. */
import stringWidth from 'string-width';
import { printable } from '../../base/printable.ts';
import type { Column } from '../../base/table.ts';

/** One line a row, columns two spaces apart, cut at the terminal's width. Ends with a line break. */
export function formatTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  widthLimit: number,
): string {
  const lines = [columns.map((column) => column.title), ...rows.map((row) => row.map(printable))];
  const widths = columns.map((_, index) =>
    lines.reduce((widest, line) => Math.max(widest, cellWidth(line[index] ?? '')), 0),
  );
  return lines
    .map((line) => {
      const cells = columns.map((column, index) => {
        const cell = line[index] ?? '';
        const padding = ' '.repeat((widths[index] ?? 0) - cellWidth(cell));
        return column.align === 'right' ? padding + cell : cell + padding;
      });
      return `${cutToWidth(cells.join('  ').trimEnd(), widthLimit)}\n`;
    })
    .join('');
}

/** Measuring graphemes is slow; nearly all texts are plain ASCII, one column a character. */
function cellWidth(text: string): number {
  return isAscii(text) ? text.length : stringWidth(text);
}

function cutToWidth(line: string, limit: number): string {
  if (cellWidth(line) <= limit) return line;
  let width = 0;
  let cut = '';
  for (const character of line) {
    width += cellWidth(character);
    if (width > limit - 1) break;
    cut += character;
  }
  return `${cut}…`;
}

function isAscii(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text);
}
