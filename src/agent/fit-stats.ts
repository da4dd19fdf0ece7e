/** The figures of a report made to take fewer bytes; see fit-report.ts. Pure. */
import { toJson } from '../base/json.ts';
import { boundKeys, boundName } from '../collectors/name-bound.ts';
import type { Disks, ProcessStats, Stats } from '../wire/stats.ts';

/** Of a report that would be too large. Names of programs, devices and interfaces rarely have more. */
export const shortNameBytesMax = 64;

/** Of each list, however short its entries are. */
const entriesMax = { processes: 65_536, interfaces: 4096, disks: 4096 } as const;

export type Process = Omit<ProcessStats, 'username'> & Partial<ProcessStats>;

/** Empty where no list is sent. */
export function processesOf({ processes }: Stats): readonly Process[] {
  return Array.isArray(processes) ? processes : [];
}

export function hasFewEntries(stats: Stats): boolean {
  return (
    processesOf(stats).length <= entriesMax.processes &&
    Object.keys(stats.network).length <= entriesMax.interfaces &&
    Object.keys(stats.disks).length <= entriesMax.disks
  );
}

export interface FittedStats {
  readonly stats: Stats;
  readonly cutNames: number;
  readonly leftOut: Readonly<Record<keyof typeof entriesMax, number>>;
}

/** `bytesMax`: for the entries of all lists together, commas included. */
export function fitStats(
  stats: Stats,
  bytesMax: number,
  rankOf: (pid: number) => number,
): FittedStats {
  // What is most precious is counted first, and so is the last to go.
  const room = createRoom(bytesMax);
  const disks = room.take(withShortKeys(stats.disks).map(shortDisk), entriesMax.disks, entryBytes);
  const interfaces = room.take(withShortKeys(stats.network), entriesMax.interfaces, entryBytes);
  const oldest = oldestFirst(processesOf(stats), rankOf);
  const processes = room.take(shortProcesses(oldest), entriesMax.processes, processBytes);
  const kept = [...disks, ...interfaces, ...processes];
  return {
    stats: {
      ...stats,
      ...(Array.isArray(stats.processes)
        ? { processes: processes.map(({ entry }) => entry).sort((a, b) => a.pid - b.pid) }
        : {}),
      disks: fromEntries(disks),
      network: fromEntries(interfaces),
    },
    cutNames: kept.reduce((sum, { cut }) => sum + cut, 0),
    leftOut: {
      processes: oldest.length - processes.length,
      interfaces: Object.keys(stats.network).length - interfaces.length,
      disks: Object.keys(stats.disks).length - disks.length,
    },
  };
}

/** They come by their pids, which mostly is the order in which they began. */
function oldestFirst(
  processes: readonly Process[],
  rankOf: (pid: number) => number,
): readonly Process[] {
  const ranked = processes.map((process) => ({ process, rank: rankOf(process.pid) }));
  const isOrdered = ranked.every(({ rank }, index) => rank >= (ranked[index - 1]?.rank ?? 0));
  if (isOrdered) return processes;
  return ranked.sort((one, other) => one.rank - other.rank).map(({ process }) => process);
}

interface Room {
  /** Those from the start that have room, `most` of them. `bytesOf`: of one as JSON. */
  take<Entry>(entries: Iterable<Entry>, most: number, bytesOf: (entry: Entry) => number): Entry[];
}

function createRoom(bytes: number): Room {
  let left = bytes;
  return {
    take(entries, most, bytesOf) {
      const kept = [];
      for (const entry of entries) {
        const needed = bytesOf(entry) + ','.length;
        if (needed > left || kept.length === most) break;
        left -= needed;
        kept.push(entry);
      }
      return kept;
    },
  };
}

function textBytes(value: unknown): number {
  return Buffer.byteLength(toJson(value));
}

/** There are many of them, nearly all of plain letters, whose length is known. */
function processBytes({ entry: { pid, name, username } }: Shortened<Process>): number {
  const fixed = username === undefined ? bareNamed : bareFull;
  return fixed + `${pid}`.length + quotedBytes(name) + quotedBytes(username ?? '');
}

const bareNamed = '{"pid":,"name":}'.length - '""'.length;
const bareFull = '{"pid":,"name":,"username":}'.length;

function quotedBytes(text: string): number {
  return /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/.test(text) ? text.length + '""'.length : textBytes(text);
}

function entryBytes({ key, entry }: ShortKey<unknown>): number {
  return textBytes(key) + ':'.length + textBytes(entry);
}

/** A device or an interface may bear any name, `__proto__` too. */
function fromEntries<Entry>(
  entries: readonly { readonly key: string; readonly entry: Entry }[],
): Record<string, Entry> {
  const object: Record<string, Entry> = Object.create(null);
  for (const { key, entry } of entries) object[key] = entry;
  return object;
}

interface Shortened<Entry> {
  readonly entry: Entry;
  /** How many names of it are cut. */
  readonly cut: number;
}

interface ShortKey<Entry> extends Shortened<Entry> {
  readonly key: string;
}

const short = (name: string): string => boundName(name, shortNameBytesMax);

function withShortKeys<Entry>(record: Readonly<Record<string, Entry>>): ShortKey<Entry>[] {
  const names = Object.keys(record);
  const keys = boundKeys(names, shortNameBytesMax);
  return Object.values(record).map((entry, index) => {
    const key = keys[index] ?? '';
    return { key, entry, cut: Number(key !== names[index]) };
  });
}

function shortDisk({ key, entry, cut }: ShortKey<Disks[string]>): ShortKey<Disks[string]> {
  const { file_system, mount_point, ...sizes } = entry;
  const names = { file_system: short(file_system), mount_point: short(mount_point) };
  const isCut = [names.file_system !== file_system, names.mount_point !== mount_point];
  return { key, entry: { ...names, ...sizes }, cut: cut + isCut.filter(Boolean).length };
}

/** One after another: those that have no room are not even looked at. */
function* shortProcesses(processes: readonly Process[]): Generator<Shortened<Process>> {
  for (const { pid, name, username } of processes) {
    const shortName = short(name);
    const cut = Number(shortName !== name);
    if (username === undefined) yield { entry: { pid, name: shortName }, cut };
    else {
      const shortUser = short(username);
      const entry = { pid, name: shortName, username: shortUser };
      yield { entry, cut: cut + Number(shortUser !== username) };
    }
  }
}
