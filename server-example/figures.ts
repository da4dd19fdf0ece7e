/** From a report to the figures that are kept beside it, and from those to what a page shows. */
import { z } from 'zod';
import { diskStatsSchema, networkStatsSchema } from '../src/wire/stats.ts';
import type { Report } from './report.ts';
import type { Figures, NewestFigures } from './store.ts';

export function figuresOf(stats: Report['stats']): Figures {
  return {
    cpuCount: stats.cpu.count,
    cpuFrequency: stats.cpu.frequency ?? null,
    cpuPercent: stats.cpu.percent_used,
    memoryTotalBytes: stats.memory.total,
    memoryUsedBytes: stats.memory.used,
    memoryPercent: stats.memory.percent_used,
    processCount: processCountOf(stats.processes),
    disks: JSON.stringify(stats.disks),
    network: JSON.stringify(stats.network),
  };
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

const storedDisksSchema = z.record(z.string(), diskStatsSchema.strip());
const storedNetworkSchema = z.record(z.string(), networkStatsSchema.strip());

/** Fullest first. Devices of no size (an empty drive) are left out. */
export function disksOf(stored: string): readonly DiskFigures[] {
  return Object.entries(storedDisksSchema.parse(JSON.parse(stored)))
    .filter(([, disk]) => disk.used + disk.free > 0)
    .map(([device, disk]) => ({
      device,
      mountPoint: disk.mount_point,
      fileSystem: disk.file_system,
      totalBytes: disk.total,
      usedBytes: disk.used,
      freeBytes: disk.free,
      percent: roundTo((disk.used / (disk.used + disk.free)) * 100, 1),
    }))
    .sort((one, other) => other.percent - one.percent);
}

export interface InterfaceFigures {
  readonly name: string;
  readonly ip: string;
  readonly netmask: string;
  readonly bytesSent: number | null;
  readonly bytesReceived: number | null;
}

export function interfacesOf(stored: string): readonly InterfaceFigures[] {
  return Object.entries(storedNetworkSchema.parse(JSON.parse(stored))).map(([name, stats]) => ({
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

/** Counters at a moment: the `network` of one report. */
export interface NetworkSample {
  readonly epoch: number;
  readonly network: string;
}

/**
 * The traffic between two reports, over the interfaces that both have. The loopback is left out: it
 * is traffic with nobody. An interface whose counter went back was reset, and no rate beats a wrong
 * one; if none is left, there is no rate.
 */
export function rateBetween(before: NetworkSample, after: NetworkSample): NetworkRate | null {
  const seconds = after.epoch - before.epoch;
  if (seconds <= 0) return null;
  const earlier = new Map(interfacesOf(before.network).map((one) => [one.name, one]));
  let counted = 0;
  let sent = 0;
  let received = 0;
  for (const now of interfacesOf(after.network)) {
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

export function newestRate(newest: NewestFigures): NetworkRate | null {
  return newest.before === null ? null : rateBetween(newest.before, newest);
}

export function roundTo(value: number, digits: number): number {
  const factor = 10 ** digits;
  return Math.round(value * factor) / factor;
}
