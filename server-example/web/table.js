/** A table whose columns sort: the header's buttons, and the state that says which and how. */
import { make } from './dom.js';

/**
 * @template Item
 * @typedef {{ key: string, label: string, number?: boolean, value: (item: Item) => string | number,
 *   descendingFirst?: boolean }} Column
 */

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

/**
 * @template Item
 * @param {{ columns: readonly Column<Item>[], sortedBy: string, onSort: () => void,
 *   tieBreak?: (item: Item) => string }} options
 */
export function createSorting({ columns, sortedBy, onSort, tieBreak = () => '' }) {
  let key = sortedBy;
  let descending = columns.find((column) => column.key === key)?.descendingFirst ?? false;

  const headers = columns.map((column) =>
    make(
      'th',
      { scope: 'col', class: column.number ? 'number' : '' },
      make(
        'button',
        {
          type: 'button',
          onclick: () => {
            descending = column.key === key ? !descending : (column.descendingFirst ?? false);
            key = column.key;
            mark();
            onSort();
          },
        },
        column.label,
      ),
    ),
  );

  const mark = () => {
    columns.forEach((column, index) => {
      const sorted = column.key === key ? (descending ? 'descending' : 'ascending') : 'none';
      headers[index]?.setAttribute('aria-sort', sorted);
    });
  };
  mark();

  return {
    head: make('thead', {}, make('tr', {}, ...headers)),
    /** @param {readonly Item[]} items */
    sort(items) {
      const column = columns.find((one) => one.key === key);
      if (column === undefined) return [...items];
      const direction = descending ? -1 : 1;
      return [...items].sort(
        (one, other) =>
          direction * compare(column.value(one), column.value(other)) ||
          compare(tieBreak(one), tieBreak(other)),
      );
    },
  };
}

/**
 * @param {string | number} one
 * @param {string | number} other
 */
function compare(one, other) {
  return typeof one === 'number' && typeof other === 'number'
    ? one - other
    : collator.compare(String(one), String(other));
}
