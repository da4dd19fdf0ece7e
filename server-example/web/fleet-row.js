/** One machine's row in the fleet's table, brought up to date in place. */
import { bar, make, setBar, setText } from './dom.js';
import {
  formatAgo,
  formatBytes,
  formatMoment,
  formatPercent,
  formatRate,
  nameOf,
} from './format.js';
import { stateOf } from './source.js';
import { stateTitles, stateWords } from './states.js';

/** @typedef {import('./source.js').System} System */

/** @param {string} id */
export function createRow(id) {
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
