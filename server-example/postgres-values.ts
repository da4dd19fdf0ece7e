/** Many rows in one statement: a place for each value, which a node of a distributed database reads too. */
import type { PoolClient } from 'pg';
import type { Row } from './rows.ts';

/** A column's name, and what it holds of a row. */
export type Column<T> = readonly [name: string, read: (row: T) => string | number | null];

export interface Insertion<T> {
  readonly table: string;
  readonly columns: readonly Column<T>[];
  /** What follows the values: `ON CONFLICT …`, `RETURNING …`. */
  readonly onConflict: string;
}

/** The protocol counts a statement's values in 16 bits; no table here has 60 columns. */
const statementRows = 1000;

/**
 * Inserts the rows in their order, and resolves with what the statements return. `VALUES` and not
 * arrays: they take PostgreSQL half of the time where rows hold long texts, and Citus sends each row
 * to its node where it would collect all of an array on the first.
 */
export async function insertRows<T>(
  client: PoolClient,
  { table, columns, onConflict }: Insertion<T>,
  rows: readonly T[],
): Promise<readonly Row[]> {
  const names = columns.map(([name]) => name).join(', ');
  const returned: Row[] = [];
  for (let from = 0; from < rows.length; from += statementRows) {
    const some = rows.slice(from, from + statementRows);
    const text = `INSERT INTO ${table} (${names}) VALUES ${places(some.length, columns.length)} ${onConflict}`;
    const values = some.flatMap((row) => columns.map(([, read]) => read(row)));
    returned.push(...(await client.query(text, values)).rows);
  }
  return returned;
}

/** `($1, $2), ($3, $4)` for two rows of two columns. */
function places(rows: number, columns: number): string {
  return Array.from({ length: rows }, (_, row) => {
    const first = row * columns + 1;
    return `(${Array.from({ length: columns }, (_, column) => `$${first + column}`).join(', ')})`;
  }).join(', ');
}
