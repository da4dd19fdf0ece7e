/** One machine: its newest figures, charts, disks, interfaces and processes. */
import { createCharts } from './charts.js';
import { createFigures } from './detail-figures.js';
import { createHeading } from './detail-heading.js';
import { make, setText } from './dom.js';
import { shortId } from './format.js';
import { createProcessTable } from './processes.js';
import { ApiError, readDetail, readHistory, serverNow } from './source.js';

const ranges = [
  { hours: 1, label: '1 h' },
  { hours: 6, label: '6 h' },
  { hours: 24, label: '24 h' },
  { hours: 24 * 7, label: '7 days' },
  { hours: 24 * 30, label: '30 days' },
];

/**
 * @param {string} id
 * @param {boolean} mayManage whether it may be renamed here
 * @returns {import('./app.js').View}
 */
export function createDetailView(id, mayManage) {
  const closing = new AbortController();
  const heading = createHeading(id, mayManage, () => void loadDetail());
  const figures = createFigures();
  const processes = createProcessTable();
  const problem = make('p', { class: 'note problem', role: 'alert', hidden: true });
  /** @param {unknown} error */
  const tell = (error) => {
    if (closing.signal.aborted) return;
    problem.hidden = false;
    setText(problem, describeProblem(error));
  };
  const past = createPast(id, closing.signal, tell);

  const loadDetail = async () => {
    try {
      const detail = await readDetail(id, closing.signal);
      problem.hidden = true;
      heading.show(detail.system);
      figures.show(detail);
      processes.show(detail.processes, detail.system.figures?.processes ?? null);
    } catch (error) {
      tell(error);
    }
  };
  void loadDetail();

  return {
    element: make(
      'section',
      { class: 'detail' },
      make('p', {}, make('a', { href: '#/' }, '← All machines')),
      heading.element,
      make('p', { class: 'muted id' }, id),
      problem,
      figures.summary,
      ...past.elements,
      make('div', { class: 'pair' }, figures.disks, figures.interfaces),
      processes.element,
    ),
    title: `${shortId(id)} · System Monitor`,
    update: (changed) => {
      if (!changed.has(id)) return;
      void loadDetail();
      past.update();
    },
    tick: heading.tick,
    close: () => {
      closing.abort();
      past.close();
    },
  };
}

/** @param {unknown} error */
function describeProblem(error) {
  return error instanceof ApiError && error.status === 404
    ? 'There is no such machine on this server.'
    : 'The server does not answer. What you see may be out of date.';
}

/**
 * The charts, and the buttons that say how far back they go.
 *
 * @param {string} id
 * @param {AbortSignal} signal
 * @param {(error: unknown) => void} onError
 */
function createPast(id, signal, onError) {
  const charts = createCharts();
  let hours = Number(localStorage.getItem('hours') ?? 1);
  let dueAt = 0;

  const load = async () => {
    try {
      const history = await readHistory(id, hours, signal);
      // A new point appears with each bucket; asking more often would draw the same picture.
      dueAt = serverNow() + Math.max(2, history.bucket_seconds);
      charts.update(history);
    } catch (error) {
      onError(error);
    }
  };
  const buttons = ranges.map((range) => {
    const choose = () => {
      hours = range.hours;
      localStorage.setItem('hours', String(hours));
      mark();
      void load();
    };
    return make('button', { type: 'button', onclick: choose }, range.label);
  });
  const mark = () => {
    for (const [at, range] of ranges.entries()) {
      buttons[at]?.setAttribute('aria-pressed', String(range.hours === hours));
    }
  };
  mark();
  void load();

  return {
    elements: [
      make('div', { class: 'ranges', role: 'group', 'aria-label': 'Time shown' }, ...buttons),
      make('div', { class: 'charts' }, ...charts.elements),
    ],
    update() {
      if (serverNow() >= dueAt) void load();
    },
    close: charts.close,
  };
}
