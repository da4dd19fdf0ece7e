/** One machine: its newest figures, charts, disks, interfaces and processes. */
import { createCharts } from './charts.js';
import { bar, fill, make, setText } from './dom.js';
import {
  formatAgo,
  formatBytes,
  formatFrequency,
  formatMoment,
  formatPercent,
  formatRate,
  nameOf,
  shortId,
} from './format.js';
import { createProcessTable } from './processes.js';
import { ApiError, readDetail, readHistory, renameSystem, serverNow, stateOf } from './source.js';

/**
 * @typedef {import('./source.js').Detail} Detail
 * @typedef {import('./source.js').System} System
 */

const ranges = [
  { hours: 1, label: '1 h' },
  { hours: 6, label: '6 h' },
  { hours: 24, label: '24 h' },
  { hours: 24 * 7, label: '7 days' },
  { hours: 24 * 30, label: '30 days' },
];

/**
 * @param {string} id
 * @returns {import('./app.js').View}
 */
export function createDetailView(id) {
  const closing = new AbortController();
  /** @type {Detail | undefined} */
  let detail;
  let hours = Number(localStorage.getItem('hours') ?? 1);
  let chartsDueAt = 0;

  const title = createTitle(id, () => void loadDetail());
  const state = make('span', { class: 'state' });
  const seen = make('span', { class: 'muted' });
  const figures = make('dl', { class: 'figures' });
  const charts = createCharts();
  const disks = make('div', { class: 'card' });
  const interfaces = make('div', { class: 'card' });
  const processes = createProcessTable();
  const problem = make('p', { class: 'note problem', role: 'alert', hidden: true });

  const rangeButtons = ranges.map((range) =>
    make(
      'button',
      {
        type: 'button',
        onclick: () => {
          hours = range.hours;
          localStorage.setItem('hours', String(hours));
          markRange();
          void loadCharts();
        },
      },
      range.label,
    ),
  );
  const markRange = () => {
    for (const [at, range] of ranges.entries()) {
      rangeButtons[at]?.setAttribute('aria-pressed', String(range.hours === hours));
    }
  };
  markRange();

  const loadDetail = async () => {
    try {
      detail = await readDetail(id, closing.signal);
      problem.hidden = true;
      title.show(detail.system);
      fill(figures, ...figureItems(detail.system));
      fill(disks, make('h2', {}, 'Disks'), diskTable(detail.disks));
      fill(interfaces, make('h2', {}, 'Network interfaces'), interfaceTable(detail.interfaces));
      processes.show(detail.processes, detail.system.figures?.processes ?? null);
      tick();
    } catch (error) {
      tell(error);
    }
  };

  const loadCharts = async () => {
    try {
      const history = await readHistory(id, hours, closing.signal);
      // A new point appears with each bucket; asking more often would draw the same picture.
      chartsDueAt = serverNow() + Math.max(2, history.bucket_seconds);
      charts.update(history);
    } catch (error) {
      tell(error);
    }
  };

  /** @param {unknown} error */
  const tell = (error) => {
    if (closing.signal.aborted) return;
    problem.hidden = false;
    setText(
      problem,
      error instanceof ApiError && error.status === 404
        ? 'This server knows no such machine.'
        : 'The server does not answer; what is shown may be old.',
    );
  };

  const tick = () => {
    if (detail === undefined) return;
    const now = serverNow();
    const current = stateOf(detail.system, now);
    state.dataset.state = current;
    setText(state, current[0]?.toUpperCase() + current.slice(1));
    setText(seen, `last heard ${formatAgo(detail.system.last_received, now)}`);
    seen.title = formatMoment(detail.system.last_received);
  };

  void loadDetail();
  void loadCharts();

  return {
    element: make(
      'section',
      { class: 'detail' },
      make('p', {}, make('a', { href: '#/' }, '← All machines')),
      make('div', { class: 'heading' }, ...title.elements, state, seen),
      make('p', { class: 'muted id' }, id),
      problem,
      figures,
      make('div', { class: 'ranges', role: 'group', 'aria-label': 'Time shown' }, ...rangeButtons),
      make('div', { class: 'charts' }, ...charts.elements),
      make('div', { class: 'pair' }, disks, interfaces),
      processes.element,
    ),
    title: `${shortId(id)} · System Monitor`,
    update: (changed) => {
      if (!changed.has(id)) return;
      void loadDetail();
      if (serverNow() >= chartsDueAt) void loadCharts();
    },
    tick,
    close: () => {
      closing.abort();
      charts.close();
    },
  };
}

/**
 * The machine's name, and a way to give it one: ids say nothing to people.
 *
 * @param {string} id
 * @param {() => void} onRenamed
 */
function createTitle(id, onRenamed) {
  const heading = make('h1', { title: id }, shortId(id));
  const field = make('input', { type: 'text', maxlength: '100', 'aria-label': 'Name' });
  const problem = make('span', { class: 'problem-text', role: 'alert' });
  const open = make(
    'button',
    { type: 'button', class: 'quiet', onclick: () => edit(true) },
    'Rename',
  );
  const form = make(
    'form',
    {
      class: 'heading',
      hidden: true,
      onsubmit: (event) => {
        event.preventDefault();
        renameSystem(id, field.value).then(
          () => {
            edit(false);
            onRenamed();
          },
          (/** @type {unknown} */ error) => {
            setText(problem, error instanceof Error ? error.message : String(error));
          },
        );
      },
      onkeydown: (event) => {
        if (event instanceof KeyboardEvent && event.key === 'Escape') edit(false);
      },
    },
    field,
    make('button', { type: 'submit' }, 'Save'),
    make('button', { type: 'button', onclick: () => edit(false) }, 'Cancel'),
    problem,
  );
  /** @type {string} */
  let name = '';

  /** @param {boolean} editing */
  const edit = (editing) => {
    heading.hidden = editing;
    open.hidden = editing;
    form.hidden = !editing;
    setText(problem, '');
    field.value = name;
    if (editing) field.select();
    else open.focus();
  };

  return {
    elements: [heading, open, form],
    /** @param {System} system */
    show(system) {
      name = system.name ?? '';
      setText(heading, nameOf(system));
      document.title = `${nameOf(system)} · System Monitor`;
    },
  };
}

/** @param {System} system */
function figureItems(system) {
  const { figures } = system;
  if (figures === null) return [item('Reports', 'none yet')];
  return [
    item(
      'CPU',
      formatPercent(figures.cpu_percent),
      `${figures.cpu_count} CPUs · ${formatFrequency(figures.cpu_frequency)}`,
      figures.cpu_percent,
    ),
    item(
      'Memory',
      formatPercent(figures.memory_percent),
      `${formatBytes(figures.memory_used)} of ${formatBytes(figures.memory_total)}`,
      figures.memory_percent,
    ),
    item(
      'Fullest disk',
      formatPercent(figures.disk?.percent),
      figures.disk?.mount_point ?? 'no disk reported',
      figures.disk?.percent,
    ),
    item(
      'Network',
      `↓ ${formatRate(figures.received_per_second)}`,
      `↑ ${formatRate(figures.sent_per_second)}`,
    ),
    item('Processes', String(figures.processes ?? '–'), `a report each ${system.interval} s`),
  ];
}

/**
 * @param {string} label
 * @param {string} value
 * @param {string} [note]
 * @param {number} [percent]
 */
function item(label, value, note = '', percent = undefined) {
  return make(
    'div',
    { class: 'card figure' },
    make('dt', {}, label),
    make('dd', { class: 'value' }, value),
    make('dd', { class: 'muted' }, note),
    percent !== undefined && make('dd', {}, bar(percent)),
  );
}

/** @param {Detail['disks']} disks */
function diskTable(disks) {
  if (disks.length === 0) return make('p', { class: 'muted' }, 'None reported.');
  return table(
    ['Mounted on', 'Device', 'Type', '#Used', '#Size', '#Share'],
    disks.map((disk) => [
      disk.mount_point,
      disk.device,
      disk.file_system,
      formatBytes(disk.used),
      formatBytes(disk.total),
      make('span', { class: 'share' }, formatPercent(disk.percent), bar(disk.percent)),
    ]),
  );
}

/** @param {Detail['interfaces']} interfaces */
function interfaceTable(interfaces) {
  if (interfaces.length === 0) return make('p', { class: 'muted' }, 'None reported.');
  return table(
    ['Name', 'Address', 'Netmask', '#Received', '#Sent'],
    interfaces.map((one) => [
      one.name,
      one.ip,
      one.netmask,
      formatBytes(one.bytes_recv),
      formatBytes(one.bytes_sent),
    ]),
  );
}

/**
 * @param {string[]} labels a leading # marks a column of numbers
 * @param {(string | Node)[][]} rows
 */
function table(labels, rows) {
  const kind = labels.map((label) => (label.startsWith('#') ? 'number' : ''));
  return make(
    'div',
    { class: 'scroll' },
    make(
      'table',
      {},
      make(
        'thead',
        {},
        make(
          'tr',
          {},
          ...labels.map((label, at) =>
            make('th', { scope: 'col', class: kind[at] ?? '' }, label.replace('#', '')),
          ),
        ),
      ),
      make(
        'tbody',
        {},
        ...rows.map((cells) =>
          make('tr', {}, ...cells.map((cell, at) => make('td', { class: kind[at] ?? '' }, cell))),
        ),
      ),
    ),
  );
}
