/** The fleet at a glance: how many are up, late, silent, and each machine's newest figures. */
import { bar, fillRows, make, setBar, setText } from './dom.js';
import {
  formatAgo,
  formatBytes,
  formatMoment,
  formatPercent,
  formatRate,
  nameOf,
} from './format.js';
import { serverNow, stateOf } from './source.js';
import { createSorting } from './table.js';

/**
 * @typedef {import('./source.js').System} System
 * @typedef {import('./source.js').SystemState} SystemState
 */

/** Worst first: that is what one looks for. */
const states = /** @type {const} */ (['silent', 'late', 'up', 'waiting']);
/** @type {Record<SystemState, string>} */
const stateWords = { silent: 'Silent', late: 'Late', up: 'Up', waiting: 'Waiting' };
/** @type {Record<SystemState, string>} */
const stateTitles = {
  silent: 'Nothing heard for five intervals',
  late: 'A report is overdue',
  up: 'Reports as it should',
  waiting: 'Registered, and never heard of yet',
};

/** More rows than this are shown on demand: a browser lays out thousands of rows slowly. */
const rowsAtATime = 200;

/**
 * @param {ReadonlyMap<string, System>} systems
 * @returns {import('./app.js').View}
 */
export function createFleetView(systems) {
  /** @type {SystemState | 'all'} */
  let shownState = 'all';
  let search = '';
  let rowsMax = rowsAtATime;
  let counts = countStates(systems, serverNow());
  /** @type {System[]} */
  let shown = [];
  /** @type {Map<string, ReturnType<typeof createRow>>} */
  const rows = new Map();

  const sorting = createSorting({
    columns: /** @type {import('./table.js').Column<System>[]} */ ([
      {
        key: 'state',
        label: 'State',
        value: (system) => states.indexOf(stateOf(system, serverNow())),
      },
      { key: 'name', label: 'Machine', value: nameOf },
      {
        key: 'seen',
        label: 'Last heard',
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
    ]),
    sortedBy: 'state',
    tieBreak: nameOf,
    onSort: () => render(),
  });

  const counters = new Map(
    /** @type {const} */ (['all', 'up', 'late', 'silent', 'waiting']).map((state) => {
      const number = make('strong', {}, '0');
      const button = make(
        'button',
        {
          type: 'button',
          class: 'counter',
          'data-state': state,
          'aria-pressed': String(state === 'all'),
          title: state === 'all' ? 'Every machine' : stateTitles[state],
          onclick: () => {
            shownState = state;
            rowsMax = rowsAtATime;
            render();
          },
        },
        number,
        make('span', {}, state === 'all' ? 'Machines' : stateWords[state]),
      );
      return [state, { button, number }];
    }),
  );

  const searchField = make('input', {
    type: 'search',
    placeholder: 'Search by name, id or address…',
    'aria-label': 'Search machines',
    oninput: () => {
      search = searchField.value.trim().toLowerCase();
      rowsMax = rowsAtATime;
      render();
    },
  });
  const body = make('tbody');
  const table = make(
    'table',
    { class: 'fleet' },
    make('caption', { class: 'unseen' }, 'Machines and their newest figures'),
    sorting.head,
    body,
  );
  const more = make(
    'button',
    {
      type: 'button',
      class: 'more',
      onclick: () => {
        rowsMax += rowsAtATime * 5;
        render();
      },
    },
    '',
  );
  const empty = make('p', { class: 'note' });

  const render = () => {
    const now = serverNow();
    counts = countStates(systems, now);
    const matching = [];
    for (const system of systems.values()) {
      const state = stateOf(system, now);
      if (shownState !== 'all' && state !== shownState) continue;
      if (
        search !== '' &&
        !`${system.id} ${system.name ?? ''} ${system.url ?? ''}`.toLowerCase().includes(search)
      )
        continue;
      matching.push(system);
    }
    for (const [state, { button, number }] of counters) {
      setText(number, String(state === 'all' ? systems.size : counts[state]));
      button.setAttribute('aria-pressed', String(state === shownState));
    }
    shown = sorting.sort(matching).slice(0, rowsMax);
    const elements = shown.map((system) => {
      let row = rows.get(system.id);
      if (row === undefined) {
        row = createRow(system.id);
        rows.set(system.id, row);
      }
      row.update(system, now);
      return row.element;
    });
    fillRows(body, elements);
    more.hidden = matching.length <= shown.length;
    setText(more, `Show more (${matching.length - shown.length} left)`);
    table.hidden = shown.length === 0;
    empty.hidden = shown.length > 0;
    setText(
      empty,
      systems.size === 0
        ? 'No machine has reported yet. Point an agent’s url at this address, and it appears here by itself.'
        : 'No machine matches.',
    );
  };

  /** Time alone passed: ages grow, and only a state that changed moves a row. */
  const tick = () => {
    const now = serverNow();
    const current = countStates(systems, now);
    if (states.some((state) => current[state] !== counts[state])) render();
    else for (const system of shown) rows.get(system.id)?.update(system, now);
  };

  const element = make(
    'section',
    {},
    make('h1', { class: 'unseen' }, 'Machines'),
    make(
      'div',
      { class: 'tools' },
      make(
        'div',
        { class: 'counters', role: 'group', 'aria-label': 'Show' },
        ...[...counters.values()].map((one) => one.button),
      ),
      searchField,
    ),
    make('div', { class: 'card flush' }, table, empty),
    more,
  );
  render();

  return {
    element,
    title: 'System Monitor',
    update: (changed) => {
      for (const id of changed) if (!systems.has(id)) rows.delete(id);
      render();
    },
    tick,
    close: () => {},
  };
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

/** @param {string} id */
function createRow(id) {
  const link = make('a', { href: `#/system/${encodeURIComponent(id)}`, title: id });
  const word = make('span');
  const state = make('span', { class: 'state' }, word);
  const seen = make('td', { class: 'number', 'data-label': 'Heard' });
  const cells = {
    cpu: shareCell('CPU'),
    memory: shareCell('Memory'),
    disk: shareCell('Disk'),
  };
  const received = make('td', { class: 'number', 'data-label': 'In' });
  const sent = make('td', { class: 'number', 'data-label': 'Out' });
  const processes = make('td', { class: 'number', 'data-label': 'Processes' });
  const element = make(
    'tr',
    {},
    make('td', { class: 'cell-state' }, state),
    make('th', { scope: 'row', class: 'cell-name' }, link),
    seen,
    cells.cpu.element,
    cells.memory.element,
    cells.disk.element,
    received,
    sent,
    processes,
  );

  return {
    element,
    /**
     * @param {System} system
     * @param {number} now
     */
    update(system, now) {
      const { figures } = system;
      setText(link, nameOf(system));
      const current = stateOf(system, now);
      state.dataset.state = current;
      state.title = stateTitles[current];
      setText(word, stateWords[current]);
      setText(seen, formatAgo(system.last_received, now));
      seen.title = formatMoment(system.last_received);
      cells.cpu.set(figures?.cpu_percent, `${figures?.cpu_count ?? 0} CPUs`);
      cells.memory.set(
        figures?.memory_percent,
        `${formatBytes(figures?.memory_used)} of ${formatBytes(figures?.memory_total)}`,
      );
      cells.disk.set(figures?.disk?.percent, figures?.disk?.mount_point ?? '');
      setText(received, formatRate(figures?.received_per_second));
      setText(sent, formatRate(figures?.sent_per_second));
      setText(processes, String(figures?.processes ?? '–'));
    },
  };
}

/** @param {string} label */
function shareCell(label) {
  const text = make('span');
  const share = bar(0);
  const element = make('td', { class: 'number share', 'data-label': label }, text, share);
  return {
    element,
    /**
     * @param {number | null | undefined} percent
     * @param {string} title
     */
    set(percent, title) {
      setText(text, formatPercent(percent));
      setBar(share, percent ?? 0);
      element.title = title;
    },
  };
}
