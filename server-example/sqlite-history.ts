/**
 * A history in slices. SQLite answers in the receiver's own thread, and a month at an interval of one
 * second is millions of rows; so it is asked for a few thousand at a time, and whatever else waits
 * has its turn in between.
 */
import { numberIn, toHistoryPoint } from './rows.ts';
import type { Statements } from './sqlite-statements.ts';
import type { HistoryPoint, HistoryQuery } from './store.ts';

/** Some milliseconds. */
const reportsAtATime = 4000;
/** Of hours that were folded there are 2400 in it. */
const secondsAtATime = 100 * 86_400;

export async function readHistory(
  statements: Pick<Statements, 'epochAfter' | 'history'>,
  { systemId, from, to, bucketSeconds }: HistoryQuery,
): Promise<readonly HistoryPoint[]> {
  const points: HistoryPoint[] = [];
  for (let start = from; start <= to; ) {
    const next = statements.epochAfter.get(systemId, start, to, reportsAtATime);
    const beyond = next === undefined ? to + 1 : Math.max(start + 1, numberIn(next, 'epoch'));
    const end = Math.min(beyond, start + secondsAtATime) - 1;
    const slice = statements.history.all({
      system: systemId,
      from: start,
      to: Math.min(end, to),
      bucket: bucketSeconds,
    });
    for (const point of slice.map(toHistoryPoint)) append(points, point, bucketSeconds);
    start = end + 1;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return points;
}

/** A bucket that was cut in two is put together again. */
function append(points: HistoryPoint[], point: HistoryPoint, bucketSeconds: number): void {
  const before = points.at(-1);
  const bucket = Math.floor(point.epoch / bucketSeconds);
  if (before === undefined || Math.floor(before.epoch / bucketSeconds) !== bucket) {
    points.push(point);
    return;
  }
  const reports = before.reports + point.reports;
  const average = (one: number, other: number): number =>
    (one * before.reports + other * point.reports) / reports;
  points[points.length - 1] = {
    ...point,
    reports,
    cpuPercentAverage: average(before.cpuPercentAverage, point.cpuPercentAverage),
    cpuPercentMax: Math.max(before.cpuPercentMax, point.cpuPercentMax),
    memoryPercentAverage: average(before.memoryPercentAverage, point.memoryPercentAverage),
    memoryPercentMax: Math.max(before.memoryPercentMax, point.memoryPercentMax),
  };
}
