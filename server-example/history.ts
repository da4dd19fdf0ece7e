/** A system's past for its charts: as many points as a chart can show, as columns. */
import type { History } from './api-schemas.ts';
import { disksOf, rateBetween, roundTo } from './figures.ts';
import type { HistoryPoint, Store } from './store.ts';

export interface HistoryRequest {
  readonly systemId: string;
  readonly from: number;
  readonly to: number;
  readonly intervalSeconds: number;
  /** About how many points the answer may have. */
  readonly points: number;
}

/** Disks in one chart: the fullest. More lines than this cannot be told apart. */
const disksMax = 12;

export async function readHistory(store: Store, request: HistoryRequest): Promise<History> {
  const { from, to, intervalSeconds } = request;
  const bucketSeconds = Math.max(1, Math.ceil((to - from) / request.points));
  const points = await store.history({ systemId: request.systemId, from, to, bucketSeconds });
  const rows = withGaps(points, Math.max(2.5 * intervalSeconds, 2.5 * bucketSeconds));
  return {
    from,
    to,
    bucket_seconds: bucketSeconds,
    epochs: rows.map((row) => row.epoch),
    cpu: rows.map((row) => rounded(row.point?.cpuPercentAverage)),
    cpu_max: rows.map((row) => rounded(row.point?.cpuPercentMax)),
    memory: rows.map((row) => rounded(row.point?.memoryPercentAverage)),
    memory_max: rows.map((row) => rounded(row.point?.memoryPercentMax)),
    ...rateColumns(rows),
    disks: diskColumns(rows),
  };
}

interface ChartRow {
  readonly epoch: number;
  readonly point: HistoryPoint | null;
}

/** An empty row wherever more time passed than reports explain: the line must break there. */
function withGaps(points: readonly HistoryPoint[], longestSeconds: number): readonly ChartRow[] {
  const rows: ChartRow[] = [];
  let previous: number | undefined;
  for (const point of points) {
    if (previous !== undefined && point.epoch - previous > longestSeconds) {
      rows.push({ epoch: previous + 1, point: null });
    }
    rows.push({ epoch: point.epoch, point });
    previous = point.epoch;
  }
  return rows;
}

function rateColumns(
  rows: readonly ChartRow[],
): Pick<History, 'sent_per_second' | 'received_per_second'> {
  const rates = rows.map(({ point }, index) => {
    const before = rows[index - 1]?.point;
    return point === null || before === null || before === undefined
      ? null
      : rateBetween(before, point);
  });
  return {
    sent_per_second: rates.map((rate) => rate?.sentBytesPerSecond ?? null),
    received_per_second: rates.map((rate) => rate?.receivedBytesPerSecond ?? null),
  };
}

function diskColumns(rows: readonly ChartRow[]): Record<string, (number | null)[]> {
  const columns = new Map<string, (number | null)[]>();
  rows.forEach(({ point }, index) => {
    if (point === null) return;
    for (const disk of disksOf(point.disks)) {
      let column = columns.get(disk.mountPoint);
      if (column === undefined) {
        column = new Array<number | null>(rows.length).fill(null);
        columns.set(disk.mountPoint, column);
      }
      column[index] = disk.percent;
    }
  });
  const fullestFirst = [...columns].sort(([, one], [, other]) => newestOf(other) - newestOf(one));
  return Object.fromEntries(fullestFirst.slice(0, disksMax));
}

function newestOf(column: readonly (number | null)[]): number {
  return column.findLast((value) => value !== null) ?? 0;
}

function rounded(value: number | undefined): number | null {
  return value === undefined ? null : roundTo(value, 2);
}
