/** The fleet at a glance: how many are up, late, silent, and each machine's newest figures. */
import { fillRows, make, setText } from './dom.js';
import { createCounters } from './fleet-counters.js';
import { createRow } from './fleet-row.js';
import { nameOf } from './format.js';
import { serverNow, stateOf } from './source.js';
import { states } from './states.js';
import { createSorting } from './table.js';

/**
 * @typedef {import('./source.js').System} System
 * @typedef {import('./source.js').SystemState} SystemState
 */

/** More rows than this are shown on demand: a browser lays out thousands of rows slowly. */
const rowsAtATime = 200;

/**
 * @param {ReadonlyMap<string, System>} systems
 * @returns {import('./app.js').View}
 */
export function createFleetView(systems) {
  /** @type {SystemState | 'all'} */
  let shownState = 'all';
  let counts = countStates(systems, serverNow());

  const counters = createCounters((state) => {
    shownState = state;
    table.startAgain();
    render();
  });
  const searchField = make('input', {
    type: 'search',
    placeholder: 'Search by name, id or address…',
    'aria-label': 'Search machines',
    oninput: () => {
      table.startAgain();
      render();
    },
  });
  const table = createFleetTable(() => render());
  const empty = make('p', { class: 'note' });

  const render = () => {
    const now = serverNow();
    counts = countStates(systems, now);
    counters.show({ ...counts, all: systems.size }, shownState);
    const search = searchField.value.trim().toLowerCase();
    const matching = [...systems.values()].filter(
      (system) =>
        (shownState === 'all' || stateOf(system, now) === shownState) &&
        searchedText(system).includes(search),
    );
    table.show(matching, now);
    empty.hidden = matching.length > 0;
    setText(
      empty,
      systems.size === 0
        ? 'No machine has reported yet. Set an agent’s URL to this address, and its machine appears here.'
        : 'No machine matches your search.',
    );
  };
  render();

  return {
    element: make(
      'section',
      {},
      make('h1', { class: 'unseen' }, 'Machines'),
      make('div', { class: 'tools' }, counters.element, searchField),
      make('div', { class: 'card flush' }, table.element, empty),
      table.more,
    ),
    title: 'System Monitor',
    update: (changed) => {
      table.forget([...changed].filter((id) => !systems.has(id)));
      render();
    },
    // Time alone passed: ages grow, and only a state that changed moves a row.
    tick: () => {
      const now = serverNow();
      const current = countStates(systems, now);
      if (states.some((state) => current[state] !== counts[state])) render();
      else table.update(now);
    },
    close: () => {},
  };
}

/**
 * The machines' rows, as many as are laid out at a time, and the button for more.
 *
 * @param {() => void} onChange the order or the number of rows was changed
 */
function createFleetTable(onChange) {
  let rowsMax = rowsAtATime;
  /** @type {System[]} */
  let shown = [];
  /** @type {Map<string, ReturnType<typeof createRow>>} */
  const rows = new Map();
  const sorting = createSorting({ columns, sortedBy: 'state', tieBreak: nameOf, onSort: onChange });
  const body = make('tbody');
  const caption = make('caption', { class: 'unseen' }, 'Machines and their newest figures');
  const element = make('table', { class: 'fleet' }, caption, sorting.head, body);
  const showMore = () => {
    rowsMax += rowsAtATime * 5;
    onChange();
  };
  const more = make('button', { type: 'button', class: 'more', onclick: showMore });

  /** @param {string} id */
  const rowOf = (id) => {
    const row = rows.get(id) ?? createRow(id);
    rows.set(id, row);
    return row;
  };
  /** @param {number} now */
  const update = (now) => {
    for (const system of shown) rowOf(system.id).update(system, now);
  };

  return {
    element,
    more,
    update,
    /**
     * @param {System[]} matching
     * @param {number} now
     */
    show(matching, now) {
      shown = sorting.sort(matching).slice(0, rowsMax);
      update(now);
      fillRows(
        body,
        shown.map((system) => rowOf(system.id).element),
      );
      element.hidden = shown.length === 0;
      more.hidden = matching.length <= shown.length;
      setText(more, `Show more (${matching.length - shown.length} left)`);
    },
    startAgain() {
      rowsMax = rowsAtATime;
    },
    /** @param {readonly string[]} ids */
    forget(ids) {
      for (const id of ids) rows.delete(id);
    },
  };
}

/** @type {readonly import('./table.js').Column<System>[]} */
const columns = [
  { key: 'state', label: 'State', value: (one) => states.indexOf(stateOf(one, serverNow())) },
  { key: 'name', label: 'Machine', value: nameOf },
  {
    key: 'seen',
    label: 'Last report',
    number: true,
    descendingFirst: true,
    value: (system) => system.last_received ?? 0,
  },
  numberColumn('cpu', 'CPU', (figures) => figures.cpu_percent),
  numberColumn('memory', 'Memory', (figures) => figures.memory_percent),
  numberColumn('disk', 'Fullest disk', (figures) => figures.disk?.percent),
  numberColumn('received', 'Received', (figures) => figures.received_per_second),
  numberColumn('sent', 'Sent', (figures) => figures.sent_per_second),
  numberColumn('processes', 'Processes', (figures) => figures.processes),
];

/** @param {System} system */
function searchedText({ id, name, url }) {
  return `${id} ${name ?? ''} ${url ?? ''}`.toLowerCase();
}

/**
 * @param {ReadonlyMap<string, System>} systems
 * @param {number} now
 */
function countStates(systems, now) {
  const counts = { up: 0, late: 0, silent: 0, waiting: 0 };
  for (const system of systems.values()) counts[stateOf(system, now)] += 1;
  return counts;
}

/**
 * @param {string} key
 * @param {string} label
 * @param {(figures: NonNullable<System['figures']>) => number | null | undefined} read
 */
function numberColumn(key, label, read) {
  return {
    key,
    label,
    number: true,
    descendingFirst: true,
    /** @param {System} system */
    value: (system) => (system.figures === null ? -1 : (read(system.figures) ?? -1)),
  };
}
