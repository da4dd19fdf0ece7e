/** The processes of the newest report, with a filter and sortable columns. */
import { fillRows, make, setText } from './dom.js';
import { createSorting } from './table.js';

/** @typedef {import('./source.js').Process} Process */

/** Rows laid out at once; the filter narrows what is beyond. */
const rowsMax = 500;

export function createProcessTable() {
  /** @type {Process[]} */
  let processes = [];
  /** @type {Map<string, HTMLElement>} */
  let rows = new Map();
  const sorting = createSorting({
    columns: /** @type {import('./table.js').Column<Process>[]} */ ([
      { key: 'pid', label: 'PID', number: true, value: (one) => one.pid },
      { key: 'name', label: 'Name', value: (one) => one.name },
      { key: 'user', label: 'User', value: (one) => one.username ?? '' },
    ]),
    sortedBy: 'pid',
    onSort: () => render(),
  });
  const filter = make('input', {
    type: 'search',
    placeholder: 'Filter by name, user or PID…',
    'aria-label': 'Filter processes',
    oninput: () => render(),
  });
  const count = make('span', { class: 'muted' });
  const body = make('tbody');
  const list = make(
    'div',
    { class: 'scroll tall', tabindex: '0', role: 'region', 'aria-label': 'Process list' },
    make('table', {}, sorting.head, body),
  );
  const withheld = make('p', { class: 'muted', hidden: true });
  const grow = make('span', { class: 'grow' });
  const heading = make(
    'div',
    { class: 'heading' },
    make('h2', {}, 'Processes'),
    count,
    grow,
    filter,
  );

  const render = () => {
    const wanted = filter.value.trim().toLowerCase();
    const matching = processes.filter((one) => textOf(one).toLowerCase().includes(wanted));
    const shown = sorting.sort(matching).slice(0, rowsMax);
    setText(count, describeCount(shown.length, matching.length, processes.length));
    const before = rows;
    rows = new Map(shown.map((one) => [textOf(one), before.get(textOf(one)) ?? createRow(one)]));
    fillRows(body, [...rows.values()]);
  };

  return {
    element: make('div', { class: 'card processes' }, heading, list, withheld),
    /**
     * @param {Process[]} newest
     * @param {number | null} total null where the machine sends none
     */
    show(newest, total) {
      processes = newest;
      list.hidden = newest.length === 0;
      filter.hidden = newest.length === 0;
      withheld.hidden = newest.length > 0;
      setText(
        withheld,
        total === null
          ? 'This machine does not send its processes.'
          : `This machine sends only how many there are: ${total}.`,
      );
      render();
    },
  };
}

/** @param {Process} one */
function textOf(one) {
  return `${one.pid}\n${one.name}\n${one.username ?? ''}`;
}

/** @param {Process} one */
function createRow(one) {
  return make(
    'tr',
    {},
    make('td', { class: 'number' }, one.pid),
    make('td', {}, one.name),
    make('td', {}, one.username ?? '–'),
  );
}

/**
 * @param {number} shown
 * @param {number} matching
 * @param {number} all
 */
function describeCount(shown, matching, all) {
  if (shown < matching) return `${matching} of ${all}; the first ${shown} are shown`;
  return matching === all ? String(all) : `${matching} of ${all}`;
}
