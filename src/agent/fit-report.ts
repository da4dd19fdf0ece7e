/**
 * Reports that stay within their bound, whatever others do: any user can start a thousand programs
 * with long names.
 *
 *   fits ─▶ as it is
 *     └no─▶ names cut to 64 bytes ─▶ processes left out, the newest first ─▶ interfaces, disks
 *
 * The contract's keys and types stay; only what stands in lists becomes less.
 */
import { toJson } from '../base/json.ts';
import type { Remarks } from '../base/remarks.ts';
import { plural } from '../base/units.ts';
import { boundKeys, boundName } from '../collectors/name-bound.ts';
import type { Disks, Network, ProcessStats, Stats } from '../wire/stats.ts';
import { encodeReport, type ReportHeader } from './report.ts';

/** Of a report that would be too large. Names of programs, devices and interfaces rarely have more. */
const shortNameBytesMax = 64;

/** Of each list, however short its entries are. */
const entriesMax = { processes: 65_536, interfaces: 4096, disks: 4096 } as const;

/** Below this share of the bound nobody needs to know which processes are new. */
const watchedShare = 0.5;

export interface ReportFitter {
  /** As `encodeReport`, of `bytesMax` at most: what had to give way is a remark. */
  encode(header: ReportHeader, epoch: number, stats: Stats, bytesMax: number): Uint8Array;
}

export function createReportFitter(remarks: Remarks): ReportFitter {
  const seniority = createSeniority();

  return {
    encode(header, epoch, stats, bytesMax) {
      const whole = encodeReport(header, epoch, stats);
      if (whole.length < bytesMax * watchedShare) seniority.forget();
      else seniority.note(processesOf(stats));
      if (whole.length <= bytesMax && hasFewEntries(stats)) {
        remarks.ended('report.cut', 'report');
        return whole;
      }
      const bare = encodeReport(header, epoch, { ...stats, ...withoutEntries(stats) });
      const fitted = fitStats(stats, bytesMax - bare.length, seniority.rankOf);
      remarks.holds('report.cut', 'report', describe(fitted));
      return encodeReport(header, epoch, fitted.stats);
    },
  };
}

type Process = Omit<ProcessStats, 'username'> & Partial<ProcessStats>;

/** Empty where no list is sent. */
function processesOf({ processes }: Stats): readonly Process[] {
  return Array.isArray(processes) ? processes : [];
}

function hasFewEntries(stats: Stats): boolean {
  return (
    processesOf(stats).length <= entriesMax.processes &&
    Object.keys(stats.network).length <= entriesMax.interfaces &&
    Object.keys(stats.disks).length <= entriesMax.disks
  );
}

function withoutEntries({ processes }: Stats): Pick<Stats, 'processes' | 'disks' | 'network'> {
  return { processes: Array.isArray(processes) ? [] : processes, disks: {}, network: {} };
}

interface Seniority {
  note(processes: readonly Process[]): void;
  forget(): void;
  /** The lower, the longer it is known. Of those that came together the lower pid is the older. */
  rankOf(pid: number): number;
}

/** A pid alone does not tell who is new: they begin again at the bottom. */
function createSeniority(): Seniority {
  let ranks = new Map<number, number>();
  let next = 0;
  return {
    note(processes) {
      const known = ranks;
      ranks = new Map();
      for (const { pid } of processes) {
        const rank = known.get(pid) ?? next;
        if (rank === next) next += 1;
        ranks.set(pid, rank);
      }
    },
    forget() {
      ranks.clear();
    },
    rankOf: (pid) => ranks.get(pid) ?? next,
  };
}

interface FittedStats {
  readonly stats: Stats;
  readonly cutNames: number;
  readonly leftOut: Readonly<Record<keyof typeof entriesMax, number>>;
}

/** `bytesMax`: for the entries of all lists together, commas included. */
function fitStats(stats: Stats, bytesMax: number, rankOf: (pid: number) => number): FittedStats {
  const short = shortenNames(stats);
  const disks = Object.entries(short.stats.disks).slice(0, entriesMax.disks);
  const interfaces = Object.entries(short.stats.network).slice(0, entriesMax.interfaces);
  const oldestFirst = [...processesOf(short.stats)].sort(
    (one, other) => rankOf(one.pid) - rankOf(other.pid),
  );
  // What is most precious is counted first, and so is the last to go.
  const room = createRoom(bytesMax);
  const keptDisks = room.take(disks, entryBytes);
  const keptInterfaces = room.take(interfaces, entryBytes);
  const keptProcesses = room.take(oldestFirst.slice(0, entriesMax.processes), textBytes);
  keptProcesses.sort((one, other) => one.pid - other.pid);
  return {
    stats: {
      ...short.stats,
      ...(Array.isArray(stats.processes) ? { processes: keptProcesses } : {}),
      disks: fromEntries(keptDisks),
      network: fromEntries(keptInterfaces),
    },
    cutNames: short.cutNames,
    leftOut: {
      processes: oldestFirst.length - keptProcesses.length,
      interfaces: Object.keys(stats.network).length - keptInterfaces.length,
      disks: Object.keys(stats.disks).length - keptDisks.length,
    },
  };
}

interface Room {
  /** Those from the start that have room. `bytesOf`: of one as JSON. */
  take<Entry>(entries: readonly Entry[], bytesOf: (entry: Entry) => number): Entry[];
}

function createRoom(bytes: number): Room {
  let left = bytes;
  return {
    take(entries, bytesOf) {
      const kept = [];
      for (const entry of entries) {
        const needed = bytesOf(entry) + ','.length;
        if (needed > left) break;
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

function entryBytes([key, value]: readonly [string, unknown]): number {
  return textBytes(key) + ':'.length + textBytes(value);
}

/** A device or an interface may bear any name, `__proto__` too. */
function fromEntries<Value>(entries: readonly (readonly [string, Value])[]): Record<string, Value> {
  const object: Record<string, Value> = Object.create(null);
  for (const [key, value] of entries) object[key] = value;
  return object;
}

function shortenNames(stats: Stats): { readonly stats: Stats; readonly cutNames: number } {
  let cutNames = 0;
  const count = (name: string, sent: string): string => {
    if (sent !== name) cutNames += 1;
    return sent;
  };
  const short = (name: string): string => count(name, boundName(name, shortNameBytesMax));
  function shortKeys<Value>(entries: Readonly<Record<string, Value>>): [string, Value][] {
    const keys = Object.keys(entries);
    const sent = boundKeys(keys, shortNameBytesMax);
    return Object.values(entries).map((value, index) => {
      const key = keys[index] ?? '';
      return [count(key, sent[index] ?? key), value];
    });
  }
  const disks: Disks = fromEntries(
    shortKeys(stats.disks).map(([key, disk]) => {
      const { file_system, mount_point } = disk;
      return [
        key,
        { ...disk, file_system: short(file_system), mount_point: short(mount_point) },
      ] as const;
    }),
  );
  const network: Network = fromEntries(shortKeys(stats.network));
  const processes = processesOf(stats).map((one) => ({
    ...one,
    name: short(one.name),
    ...(one.username === undefined ? {} : { username: short(one.username) }),
  }));
  return {
    stats: { ...stats, ...(Array.isArray(stats.processes) ? { processes } : {}), disks, network },
    cutNames,
  };
}

function describe({ cutNames, leftOut: { processes, interfaces, disks } }: FittedStats): string {
  const said: readonly (readonly [count: number, text: string])[] = [
    [cutNames, `${plural(cutNames, 'name is', 'names are')} cut to ${shortNameBytesMax} bytes`],
    [processes, `${plural(processes, 'process is', 'processes are')} left out, the newest first`],
    [interfaces, `${plural(interfaces, 'interface is', 'interfaces are')} left out`],
    [disks, `${plural(disks, 'disk is', 'disks are')} left out`],
  ];
  return said
    .filter(([count]) => count > 0)
    .map(([, text]) => text)
    .join('; ');
}
