/** A table before anybody has drawn it: what a room has to show, and how it is lined up. */

export interface Column {
  readonly title: string;
  readonly align: 'left' | 'right';
}

export interface Table {
  readonly columns: readonly Column[];
  /** Cells as they are read, units included. Without rows the footer stands alone. */
  readonly rows: readonly (readonly string[])[];
  /** One line under the rows, without its line break. */
  readonly footer?: string;
}

export const left = (title: string): Column => ({ title, align: 'left' });
export const right = (title: string): Column => ({ title, align: 'right' });
