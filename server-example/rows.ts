/** From a database's rows to the store's types; the columns have the same names in every store. */
import type { HistoryPoint, NewestFigures, SystemRow } from './store.ts';

export type Row = Readonly<Record<string, unknown>>;

export function toSystemRow(row: Row): SystemRow {
  return {
    id: textIn(row, 'id'),
    name: row.name === null ? null : textIn(row, 'name'),
    registeredAt: numberIn(row, 'registered_at'),
    newest: row.epoch === null ? null : toNewestFigures(row),
  };
}

function toNewestFigures(row: Row): NewestFigures {
  return {
    epoch: numberIn(row, 'epoch'),
    receivedAt: numberIn(row, 'received_at'),
    intervalSeconds: numberIn(row, 'interval'),
    url: textIn(row, 'url'),
    cpuCount: numberIn(row, 'cpu_count'),
    cpuFrequency: numberOrNull(row, 'cpu_frequency'),
    cpuPercent: numberIn(row, 'cpu_percent'),
    memoryTotalBytes: numberIn(row, 'memory_total'),
    memoryUsedBytes: numberIn(row, 'memory_used'),
    memoryPercent: numberIn(row, 'memory_percent'),
    processCount: numberOrNull(row, 'process_count'),
    disks: textIn(row, 'disks'),
    network: textIn(row, 'network'),
    before:
      row.before_epoch === null
        ? null
        : { epoch: numberIn(row, 'before_epoch'), network: textIn(row, 'before_network') },
  };
}

export function toHistoryPoint(row: Row): HistoryPoint {
  return {
    epoch: numberIn(row, 'epoch'),
    reports: numberIn(row, 'reports'),
    cpuPercentAverage: numberIn(row, 'cpu_average'),
    cpuPercentMax: numberIn(row, 'cpu_max'),
    memoryPercentAverage: numberIn(row, 'memory_average'),
    memoryPercentMax: numberIn(row, 'memory_max'),
    disks: textIn(row, 'disks'),
    network: textIn(row, 'network'),
  };
}

export function numberIn(row: Row, column: string): number {
  const value = row[column];
  if (typeof value !== 'number') throw new TypeError(`column ${column} holds no number`);
  return value;
}

export function numberOrNull(row: Row, column: string): number | null {
  return row[column] === null ? null : numberIn(row, column);
}

export function textIn(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== 'string') throw new TypeError(`column ${column} holds no text`);
  return value;
}
