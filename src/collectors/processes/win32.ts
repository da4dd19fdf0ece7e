/**
 * Every process of a Windows system: pid, image name and `DOMAIN\user`, as psutil 5.9 gives them.
 *
 *   one snapshot of all ─▶ owner of each new process ─▶ names of users, by SID ─▶ sorted by pid
 *                          └ remembered by pid and start: an unchanged process is never opened
 */
import type { Clock } from '../../base/clock.ts';
import { MonitorError } from '../../base/errors.ts';
import {
  type AccountCalls,
  createAccountNames,
  loadAccountCalls,
} from '../../host/win32/account-names.ts';
import {
  enableDebugPrivilege,
  loadPrivilegeCalls,
  type PrivilegeCalls,
} from '../../host/win32/debug-privilege.ts';
import {
  loadOwnerCalls,
  type OwnerCalls,
  type ProcessOwner,
  readProcessOwner,
} from '../../host/win32/process-owner.ts';
import {
  createSnapshotReader,
  loadSnapshotCalls,
  type SnapshotCalls,
  type SnapshotProcess,
  type SnapshotReader,
} from '../../host/win32/process-snapshot.ts';
import type { Sid } from '../../host/win32/sid.ts';
import type { Collector, CollectorContext } from '../collector.ts';
import { createFilter } from '../filter.ts';
import { createNameBound } from '../name-bound.ts';
import { createTimeSlice } from '../time-slice.ts';
import { processesByDetail } from './detail.ts';
import type { Process, Processes } from './index.ts';
import { createProcessUsages, type ProcessUsages } from './usage.ts';

/** What no token tells: psutil, too, knows them by their pids. */
const idlePid = 0;
const systemPid = 4;
const systemUser = 'NT AUTHORITY\\SYSTEM';

/** Looking at the clock costs little, but not nothing: once for this many processes. */
const processesBetweenLooks = 32;

export interface Win32ProcessCalls {
  readonly snapshot: SnapshotCalls;
  readonly owners: OwnerCalls;
  readonly accounts: AccountCalls;
  readonly privileges: PrivilegeCalls;
}

async function loadProcessCalls(): Promise<Win32ProcessCalls> {
  return {
    snapshot: await loadSnapshotCalls(),
    owners: await loadOwnerCalls(),
    accounts: await loadAccountCalls(),
    privileges: await loadPrivilegeCalls(),
  };
}

/**
 * `collect` throws NOT_AVAILABLE where Windows cannot be asked. A process that ends while its owner
 * is asked for is left out. One that Windows does not let us open (another user's, when this runs
 * without an administrator's rights) stays, with an empty `username`: who it belongs to is not known,
 * and the list would be wrong without it.
 */
export function createWin32ProcessesCollector(
  context: CollectorContext,
  { load = loadProcessCalls }: { readonly load?: () => Promise<Win32ProcessCalls> } = {},
): Collector<Processes> {
  const { clock, settings, isShown = false } = context;

  async function open() {
    const { snapshot, owners, accounts, privileges } = await load();
    enableDebugPrivilege(privileges);
    const snapshots = createSnapshotReader(snapshot);
    return {
      snapshots,
      usages: isShown ? createUsages(clock, snapshots) : undefined,
      owners: createOwnerCache(owners, clock),
      names: createAccountNames(accounts, clock),
    };
  }

  let source: ReturnType<typeof open> | undefined;
  return {
    async collect(signal) {
      if (settings.processes_detail === 'off') return [];
      source ??= open();
      const { snapshots, usages, owners, names } = await source;
      const keep = await createFilter(settings.processes_include, settings.processes_exclude, {
        ignoreCase: true,
      });
      await usages?.prepare(async () => snapshots.read().map(({ pid }) => pid), signal);
      const listed = snapshots.read();

      const bounds = createNameBound(context, 'processes');
      const processes: Process[] = [];
      const slice = createTimeSlice(clock);
      for (const [index, one] of listed.entries()) {
        if (index % processesBetweenLooks === 0 && slice.used()) {
          await slice.pause();
          if (signal?.aborted === true) throw cancelled();
        }
        const { pid } = one;
        const name = pid === idlePid ? 'System Idle Process' : bounds.bound(one.imageName);
        if (!keep(name)) continue;
        const owner = settings.processes_detail === 'full' ? owners.ownerOf(one) : unasked;
        if (owner.kind === 'gone') continue;
        const username = bounds.bound(usernameOf(pid, owner, names.nameOf));
        processes.push({ pid, name, username });
      }
      owners.forgetAllBut(listed);
      bounds.tell();
      processes.sort((a, b) => a.pid - b.pid);
      const byDetail = processesByDetail(processes, settings.processes_detail);
      return usages === undefined ? byDetail : await usages.addTo(byDetail);
    },
  };
}

/** The idle process uses what nobody else does: a sum of no use to whoever looks for one. */
function createUsages(clock: Clock, snapshots: SnapshotReader): ProcessUsages {
  return createProcessUsages(clock, () => {
    const counters = snapshots.readCounters();
    counters.delete(idlePid);
    return {
      cpu: (pid) => counters.get(pid),
      rssBytes: (pid) => counters.get(pid)?.rssBytes,
    };
  });
}

const unasked: ProcessOwner = { kind: 'denied' };

function usernameOf(pid: number, owner: ProcessOwner, nameOf: (sid: Sid) => string): string {
  if (pid === idlePid || pid === systemPid) return systemUser;
  return owner.kind === 'sid' ? nameOf(owner.sid) : '';
}

interface OwnerCache {
  ownerOf(process: SnapshotProcess): ProcessOwner;
  /** Keeps what is known of these processes alone. */
  forgetAllBut(processes: readonly SnapshotProcess[]): void;
}

/** Rights are given and taken while a process runs: who may not be asked is asked again after this. */
const deniedForMs = 10 * 60_000;

interface KnownOwner {
  readonly createTime: bigint;
  readonly owner: ProcessOwner;
  readonly expiresAtMs: number;
}

/** A process keeps its user until it ends; a pid with another start is another process. */
function createOwnerCache(calls: OwnerCalls, clock: Clock): OwnerCache {
  const known = new Map<number, KnownOwner>();
  return {
    ownerOf: (process) => {
      const { pid, createTime } = process;
      if (pid === idlePid || pid === systemPid) return unasked;
      const entry = known.get(pid);
      const nowMs = clock.monotonicMs();
      if (entry?.createTime === createTime && nowMs < entry.expiresAtMs) return entry.owner;
      const owner = readProcessOwner(calls, process);
      const keptForMs = owner.kind === 'denied' ? deniedForMs : Number.POSITIVE_INFINITY;
      known.set(pid, { createTime, owner, expiresAtMs: nowMs + keptForMs });
      return owner;
    },
    forgetAllBut: (processes) => {
      const pids = new Set(processes.map((one) => one.pid));
      for (const pid of known.keys()) if (!pids.has(pid)) known.delete(pid);
    },
  };
}

function cancelled(): MonitorError {
  return new MonitorError({
    code: 'CANCELLED',
    operation: 'read the processes',
    reason: 'the deadline of this sample has passed',
  });
}
