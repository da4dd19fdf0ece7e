/** The charts of one machine, drawn by uPlot (which the page loads as a plain script). */
import { fill, make } from './dom.js';
import { formatPercent, formatRate } from './format.js';

/**
 * @typedef {import('./source.js').History} History
 * @typedef {readonly (number | null)[]} Series
 * @typedef {{ label: string, values: Series, colour: number, faint?: boolean, filled?: boolean }} Line
 */

const height = 180;
const axisWidth = 72;
const axisHeight = 30;

/** Steps of the rate axis: 1, 2 and 5 of each power of 1024, so that the labels are round. */
const rateSteps = [0, 1, 2, 3, 4].flatMap((power) =>
  [1, 2, 5, 10, 20, 50, 100, 200, 500].map((step) => step * 1024 ** power),
);

/** @returns {{ elements: HTMLElement[], update: (history: History) => void, close: () => void }} */
export function createCharts() {
  const cpu = createChart('CPU', 'percent');
  const memory = createChart('Memory', 'percent');
  const network = createChart('Network', 'rate');
  const disks = createChart('Disks', 'percent');
  const charts = [cpu, memory, network, disks];
  const redraw = () => {
    for (const chart of charts) chart.redraw();
  };
  const scheme = matchMedia('(prefers-color-scheme: dark)');
  scheme.addEventListener('change', redraw);
  addEventListener('themechange', redraw);

  return {
    elements: charts.map((chart) => chart.element),
    update: (history) => {
      cpu.draw(history, shareLines('average', history.cpu, history.cpu_max));
      memory.draw(history, shareLines('average', history.memory, history.memory_max));
      network.draw(history, [
        { label: 'received', values: history.received_per_second, colour: 1, filled: true },
        { label: 'sent', values: history.sent_per_second, colour: 2 },
      ]);
      disks.draw(
        history,
        Object.entries(history.disks).map(([label, values], index) => ({
          label,
          values,
          colour: (index % 6) + 1,
        })),
      );
    },
    close: () => {
      scheme.removeEventListener('change', redraw);
      removeEventListener('themechange', redraw);
      for (const chart of charts) chart.close();
    },
  };
}

/**
 * The peak is drawn only where it differs: at a point for each report it would hide the line.
 *
 * @param {string} label
 * @param {Series} average
 * @param {Series} peak
 * @returns {Line[]}
 */
function shareLines(label, average, peak) {
  const differs = average.some((value, at) => value !== null && (peak[at] ?? value) - value > 0.05);
  return [
    { label: differs ? label : 'used', values: average, colour: 1, filled: true },
    ...(differs ? [{ label: 'peak', values: peak, colour: 2, faint: true }] : []),
  ];
}

/**
 * @param {string} title
 * @param {'percent' | 'rate'} unit
 */
function createChart(title, unit) {
  const format = unit === 'percent' ? formatPercent : formatRate;
  const place = make('div', { class: 'plot' });
  const element = make('figure', { class: 'card chart' }, make('figcaption', {}, title), place);
  /** @type {import('uplot') | undefined} */
  let plot;
  /** @type {{ history: History, lines: Line[] } | undefined} */
  let drawn;

  const resizes = new ResizeObserver(() => {
    if (plot !== undefined && place.clientWidth > 0)
      plot.setSize({ width: place.clientWidth, height });
  });
  resizes.observe(place);

  const build = () => {
    if (drawn === undefined) return;
    const { history, lines } = drawn;
    plot?.destroy();
    fill(place);
    /** @param {string} name */
    const colour = (name) => colourOf(element, name);
    plot = new uPlot(
      {
        width: place.clientWidth || 480,
        height,
        cursor: {
          sync: { key: 'system', setSeries: false },
          points: { size: 6 },
          drag: { x: false, y: false },
        },
        scales: {
          x: { range: () => [drawn?.history.from ?? 0, drawn?.history.to ?? 1] },
          y: {
            range: (_plot, _low, high) =>
              unit === 'percent' ? [0, 100] : [0, Math.max(1024, (high ?? 0) * 1.1)],
          },
        },
        axes: [
          {
            stroke: colour('--muted'),
            grid: { stroke: colour('--line'), width: 1 },
            ticks: { show: false },
            space: 70,
            size: axisHeight,
            values: (_plot, splits, _axis, _space, step) =>
              splits.map((epoch) => formatTick(epoch, step)),
          },
          {
            stroke: colour('--muted'),
            grid: { stroke: colour('--line'), width: 1 },
            ticks: { show: false },
            size: axisWidth,
            ...(unit === 'percent' ? { splits: () => [0, 25, 50, 75, 100] } : { incrs: rateSteps }),
            values: (_plot, splits) =>
              splits.map((value) => (unit === 'percent' ? `${value} %` : formatRate(value))),
          },
        ],
        series: [
          { label: 'Time', value: (_plot, epoch) => (epoch == null ? '' : formatTime(epoch)) },
          ...lines.map((line) => ({
            label: line.label,
            stroke: colour(`--series-${line.colour}`),
            width: line.faint ? 1 : 1.75,
            ...(line.faint ? { dash: [4, 3] } : {}),
            ...(line.filled ? { fill: colour('--series-1-fill') } : {}),
            points: { show: history.epochs.length < 3 },
            value: (/** @type {unknown} */ _plot, /** @type {number | null} */ value) =>
              format(value),
          })),
        ],
      },
      dataOf(history, lines),
      place,
    );
  };

  return {
    element,
    /**
     * @param {History} history
     * @param {Line[]} lines
     */
    draw(history, lines) {
      const same =
        drawn?.lines.map((line) => line.label).join('\n') ===
        lines.map((line) => line.label).join('\n');
      drawn = { history, lines };
      if (plot === undefined || !same) build();
      else plot.setData(dataOf(history, lines));
      element.setAttribute('aria-label', describe(title, lines, format));
    },
    redraw: build,
    close() {
      resizes.disconnect();
      plot?.destroy();
    },
  };
}

/**
 * A canvas does not know light-dark(); as somebody's colour it is resolved to the theme in force.
 *
 * @param {HTMLElement} element
 * @param {string} name
 */
function colourOf(element, name) {
  const probe = make('span');
  probe.style.color = `var(${name})`;
  element.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

/**
 * @param {History} history
 * @param {Line[]} lines
 * @returns {import('uplot').AlignedData}
 */
function dataOf(history, lines) {
  return [[...history.epochs], ...lines.map((line) => [...line.values])];
}

/**
 * What a reader who cannot see the canvas is told.
 *
 * @param {string} title
 * @param {Line[]} lines
 * @param {(value: number | null | undefined) => string} format
 */
function describe(title, lines, format) {
  const newest = lines.map(
    (line) => `${line.label} ${format(line.values.findLast((value) => value !== null))}`,
  );
  return `${title}: ${newest.join(', ')}`;
}

const clock = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});
const clockSeconds = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});
const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });

/**
 * @param {number} epoch
 * @param {number} stepSeconds
 */
function formatTick(epoch, stepSeconds) {
  const moment = new Date(epoch * 1000);
  if (stepSeconds >= 86_400 || (moment.getHours() === 0 && moment.getMinutes() === 0))
    return day.format(moment);
  return (stepSeconds < 60 ? clockSeconds : clock).format(moment);
}

/** @param {number} epoch */
function formatTime(epoch) {
  const moment = new Date(epoch * 1000);
  return `${day.format(moment)} ${clockSeconds.format(moment)}`;
}
