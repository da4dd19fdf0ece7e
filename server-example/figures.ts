/** From a report to the figures that are kept beside it, and from those to what a page shows. */
import { readDiskSchema, readInterfaceSchema } from '../src/wire/stats.ts';
import { keptBytesMax, keptEntriesMax } from './limits.ts';
import type { Report } from './report.ts';
import type { Figures, NewestFigures } from './store.ts';

type Disk = Report['stats']['disks'][string];
type Interface = Report['stats']['network'][string];

export function figuresOf(stats: Report['stats']): Figures {
  return {
    cpuCount: stats.cpu.count,
    cpuFrequency: stats.cpu.frequency ?? null,
    cpuPercent: stats.cpu.percent_used,
    memoryTotalBytes: stats.memory.total,
    memoryUsedBytes: stats.memory.used,
    memoryPercent: stats.memory.percent_used,
    processCount: processCountOf(stats.processes),
    disks: keepMost(stats.disks, shareOf),
    network: keepMost(stats.network, (one) => (one.bytes_sent ?? 0) + (one.bytes_recv ?? 0)),
  };
}

/**
 * A part of the report as JSON, whole where it is of a usual size. Of very many entries those stay
 * that weigh most, because charts read this a thousand times at once.
 */
function keepMost<T>(entries: Readonly<Record<string, T>>, weigh: (entry: T) => number): string {
  const whole = JSON.stringify(entries);
  const named = Object.entries(entries);
  if (named.length <= keptEntriesMax && whole.length <= keptBytesMax) return whole;
  const heaviest = named
    .map(([name, entry]) => ({ name, entry, weight: weigh(entry) }))
    .sort((one, other) => other.weight - one.weight)
    .slice(0, keptEntriesMax);
  let bytes = 2;
  const kept = heaviest.flatMap(({ name, entry }) => {
    const text = `${JSON.stringify(name)}:${JSON.stringify(entry)}`;
    if (bytes + text.length + 1 > keptBytesMax) return [];
    bytes += text.length + 1;
    return [text];
  });
  return `{${kept.join(',')}}`;
}

/** No machine runs no process: an empty list is an agent that is set to send none. */
function processCountOf(processes: Report['stats']['processes']): number | null {
  if (!Array.isArray(processes)) return processes.count;
  return processes.length === 0 ? null : processes.length;
}

export interface DiskFigures {
  readonly device: string;
  readonly mountPoint: string;
  readonly fileSystem: string;
  readonly totalBytes: number;
  readonly usedBytes: number;
  readonly freeBytes: number;
  /** df's share: used of what users can reach, so space reserved for root does not count as free. */
  readonly percent: number;
}

/**
 * Of what a store keeps, which was within the bounds of its time. Fullest first. Devices of no size
 * (an empty drive) are left out.
 */
export function disksOf(stored: string): readonly DiskFigures[] {
  const disks = Object.entries<unknown>(Object(JSON.parse(stored)));
  return diskFigures(disks.map(([device, disk]) => [device, readDiskSchema.parse(disk)]));
}

/** Of a report's disks, by their devices. Fullest first, as `disksOf` has them. */
export function diskFigures(disks: readonly (readonly [string, Disk])[]): readonly DiskFigures[] {
  return disks
    .filter(([, disk]) => disk.used + disk.free > 0)
    .map(([device, disk]) => ({
      device,
      mountPoint: disk.mount_point,
      fileSystem: disk.file_system,
      totalBytes: disk.total,
      usedBytes: disk.used,
      freeBytes: disk.free,
      percent: roundTo(shareOf(disk), 1),
    }))
    .sort((one, other) => other.percent - one.percent);
}

function shareOf({ used, free }: Disk): number {
  return used + free === 0 ? 0 : (used / (used + free)) * 100;
}

export interface InterfaceFigures {
  readonly name: string;
  readonly ip: string;
  readonly netmask: string;
  readonly bytesSent: number | null;
  readonly bytesReceived: number | null;
}

/** Of what a store keeps. */
export function interfacesOf(stored: string): readonly InterfaceFigures[] {
  const network = Object.entries<unknown>(Object(JSON.parse(stored)));
  return interfaceFigures(network.map(([name, one]) => [name, readInterfaceSchema.parse(one)]));
}

/** Of a report's interfaces, by their names. */
export function interfaceFigures(
  network: readonly (readonly [string, Interface])[],
): readonly InterfaceFigures[] {
  return network.map(([name, stats]) => ({
    name,
    ip: stats.ip,
    netmask: stats.netmask,
    bytesSent: stats.bytes_sent ?? null,
    bytesReceived: stats.bytes_recv ?? null,
  }));
}

export interface NetworkRate {
  readonly sentBytesPerSecond: number;
  readonly receivedBytesPerSecond: number;
}

/** Counters at a moment: the interfaces of one report. */
export interface NetworkSample {
  readonly epoch: number;
  readonly interfaces: readonly InterfaceFigures[];
}

/**
 * The traffic between two reports, over the interfaces that both have. The loopback is left out: it
 * is traffic with nobody. An interface whose counter went back was reset, and no rate beats a wrong
 * one; if none is left, there is no rate.
 */
export function rateBetween(before: NetworkSample, after: NetworkSample): NetworkRate | null {
  const seconds = after.epoch - before.epoch;
  if (seconds <= 0) return null;
  const earlier = new Map(before.interfaces.map((one) => [one.name, one]));
  let counted = 0;
  let sent = 0;
  let received = 0;
  for (const now of after.interfaces) {
    const then = earlier.get(now.name);
    if (then === undefined || now.ip.startsWith('127.')) continue;
    if (now.bytesSent === null || now.bytesReceived === null) continue;
    if (then.bytesSent === null || then.bytesReceived === null) continue;
    if (now.bytesSent < then.bytesSent || now.bytesReceived < then.bytesReceived) continue;
    counted += 1;
    sent += now.bytesSent - then.bytesSent;
    received += now.bytesReceived - then.bytesReceived;
  }
  if (counted === 0) return null;
  return {
    sentBytesPerSecond: Math.round(sent / seconds),
    receivedBytesPerSecond: Math.round(received / seconds),
  };
}

export function newestRate({ epoch, network, before }: NewestFigures): NetworkRate | null {
  if (before === null) return null;
  return rateBetween(
    { epoch: before.epoch, interfaces: interfacesOf(before.network) },
    { epoch, interfaces: interfacesOf(network) },
  );
}

export function roundTo(value: number, digits: number): number {
  const factor = 10 ** digits;
  return Math.round(value * factor) / factor;
}
