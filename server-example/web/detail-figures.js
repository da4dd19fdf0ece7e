/** A machine's newest figures: the large ones, its disks, its interfaces. */
import { bar, fill, make } from './dom.js';
import { formatBytes, formatFrequency, formatPercent, formatRate } from './format.js';

/**
 * @typedef {import('./source.js').Detail} Detail
 * @typedef {import('./source.js').System} System
 */

export function createFigures() {
  const summary = make('dl', { class: 'figures' });
  const disks = make('div', { class: 'card' });
  const interfaces = make('div', { class: 'card' });
  return {
    summary,
    disks,
    interfaces,
    /** @param {Detail} detail */
    show(detail) {
      fill(summary, ...figureItems(detail.system));
      fill(disks, make('h2', {}, 'Disks'), diskTable(detail.disks));
      fill(interfaces, make('h2', {}, 'Network interfaces'), interfaceTable(detail.interfaces));
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
    item('Processes', String(figures.processes ?? '–'), `a report every ${system.interval} s`),
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
