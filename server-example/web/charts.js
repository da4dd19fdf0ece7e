/** The charts of one machine, drawn by uPlot (which the page loads as a plain script). */
import { fill, make } from './dom.js';
import { formatPercent, formatRate } from './format.js';

/**
 * @typedef {import('./source.js').History} History
 * @typedef {readonly (number | null)[]} Series
 * @typedef {{ label: string, values: Series, colour: number, faint?: boolean, filled?: boolean }} Line
 * @typedef {{ history: History, lines: Line[] }} Drawing
 * @typedef {'percent' | 'rate'} Unit
 * @typedef {(name: string) => string} Colour of a custom property of the style sheet, in the theme
 *   in force
 */

/** @type {Record<Unit, (value: number | null | undefined) => string>} */
const formats = { percent: formatPercent, rate: formatRate };

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
 * @param {Unit} unit
 */
function createChart(title, unit) {
  const place = make('div', { class: 'plot' });
  const element = make('figure', { class: 'card chart' }, make('figcaption', {}, title), place);
  /** @type {import('uplot') | undefined} */
  let plot;
  /** @type {Drawing | undefined} */
  let drawn;

  const resizes = new ResizeObserver(() => {
    if (plot !== undefined && place.clientWidth > 0)
      plot.setSize({ width: place.clientWidth, height });
  });
  resizes.observe(place);

  const build = () => {
    if (drawn === undefined) return;
    plot?.destroy();
    fill(place);
    /** @param {string} name */
    const colour = (name) => colourOf(element, name);
    const options = {
      ...fixedOptions,
      width: place.clientWidth || 480,
      scales: scalesOf(unit, () => drawn?.history),
      axes: [timeAxis(colour), valueAxis(unit, colour)],
      series: seriesOf(drawn, unit, colour),
    };
    plot = new uPlot(options, dataOf(drawn), place);
  };

  return {
    element,
    /**
     * @param {History} history
     * @param {Line[]} lines
     */
    draw(history, lines) {
      const same = drawn !== undefined && labelsOf(drawn.lines) === labelsOf(lines);
      drawn = { history, lines };
      if (plot === undefined || !same) build();
      else plot.setData(dataOf(drawn));
      element.setAttribute('aria-label', describe(title, lines, formats[unit]));
    },
    redraw: build,
    close() {
      resizes.disconnect();
      plot?.destroy();
    },
  };
}

/** @param {readonly Line[]} lines */
function labelsOf(lines) {
  return lines.map((line) => line.label).join('\n');
}

/** The cursor of all charts moves together. */
const fixedOptions = {
  height,
  cursor: {
    sync: { key: 'system', setSeries: false },
    points: { size: 6 },
    drag: { x: false, y: false },
  },
};

/**
 * @param {Unit} unit
 * @param {() => History | undefined} history the newest: new data come without new scales
 * @returns {import('uplot').Scales}
 */
function scalesOf(unit, history) {
  return {
    x: { range: () => [history()?.from ?? 0, history()?.to ?? 1] },
    y: {
      range: (_plot, _low, high) =>
        unit === 'percent' ? [0, 100] : [0, Math.max(1024, (high ?? 0) * 1.1)],
    },
  };
}

/**
 * @param {Colour} colour
 * @returns {import('uplot').Axis}
 */
function timeAxis(colour) {
  return {
    ...lookOf(colour),
    space: 70,
    size: axisHeight,
    values: (_plot, splits, _axis, _space, step) => splits.map((epoch) => formatTick(epoch, step)),
  };
}

/**
 * @param {Unit} unit
 * @param {Colour} colour
 * @returns {import('uplot').Axis}
 */
function valueAxis(unit, colour) {
  return {
    ...lookOf(colour),
    size: axisWidth,
    ...(unit === 'percent' ? { splits: () => [0, 25, 50, 75, 100] } : { incrs: rateSteps }),
    values: (_plot, splits) =>
      splits.map((value) => (unit === 'percent' ? `${value} %` : formatRate(value))),
  };
}

/** @param {Colour} colour */
function lookOf(colour) {
  return {
    stroke: colour('--muted'),
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
  };
}

/**
 * @param {Drawing} drawing
 * @param {Unit} unit
 * @param {Colour} colour
 * @returns {import('uplot').Series[]}
 */
function seriesOf({ history, lines }, unit, colour) {
  return [
    { label: 'Time', value: (_plot, epoch) => (epoch == null ? '' : formatTime(epoch)) },
    ...lines.map((line) => ({
      label: line.label,
      stroke: colour(`--series-${line.colour}`),
      width: line.faint ? 1 : 1.75,
      ...(line.faint ? { dash: [4, 3] } : {}),
      ...(line.filled ? { fill: colour('--series-1-fill') } : {}),
      points: { show: history.epochs.length < 3 },
      value: (/** @type {unknown} */ _plot, /** @type {number | null} */ value) =>
        formats[unit](value),
    })),
  ];
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
 * @param {Drawing} drawing
 * @returns {import('uplot').AlignedData}
 */
function dataOf({ history, lines }) {
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
