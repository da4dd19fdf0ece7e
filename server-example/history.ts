/** A system's past for its charts: as many points as a chart can show, as columns. */
import type { History } from './api-schemas.ts';
import { disksOf, interfacesOf, type NetworkSample, rateBetween, roundTo } from './figures.ts';
import { createSlices } from './slices.ts';
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

type Column = (number | null)[];

export async function readHistory(
  store: Pick<Store, 'history'>,
  request: HistoryRequest,
): Promise<History> {
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
    ...(await columnsOfNames(rows)),
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

/** What has to be looked up by name in each point: rates of the interfaces, shares of the disks. */
async function columnsOfNames(
  rows: readonly ChartRow[],
): Promise<Pick<History, 'sent_per_second' | 'received_per_second' | 'disks'>> {
  const slices = createSlices();
  const sent: Column = [];
  const received: Column = [];
  const disks = new Map<string, Column>();
  let before: NetworkSample | null = null;
  for (const [at, { epoch, point }] of rows.entries()) {
    const sample: NetworkSample | null =
      point === null ? null : { epoch, interfaces: interfacesOf(point.network) };
    const rate = before === null || sample === null ? null : rateBetween(before, sample);
    sent.push(rate?.sentBytesPerSecond ?? null);
    received.push(rate?.receivedBytesPerSecond ?? null);
    before = sample;
    for (const disk of point === null ? [] : disksOf(point.disks)) {
      columnOf(disks, disk.mountPoint, rows.length)[at] = disk.percent;
    }
    await slices.pause();
  }
  return { sent_per_second: sent, received_per_second: received, disks: fullest(disks) };
}

function columnOf(columns: Map<string, Column>, name: string, length: number): Column {
  const there = columns.get(name);
  if (there !== undefined) return there;
  const column = new Array<number | null>(length).fill(null);
  columns.set(name, column);
  return column;
}

function fullest(columns: ReadonlyMap<string, Column>): Record<string, Column> {
  const fullestFirst = [...columns]
    .map(([name, column]) => ({ name, column, newest: newestOf(column) }))
    .sort((one, other) => other.newest - one.newest);
  return Object.fromEntries(
    fullestFirst.slice(0, disksMax).map(({ name, column }) => [name, column]),
  );
}

function newestOf(column: readonly (number | null)[]): number {
  return column.findLast((value) => value !== null) ?? 0;
}

function rounded(value: number | undefined): number | null {
  return value === undefined ? null : roundTo(value, 2);
}
