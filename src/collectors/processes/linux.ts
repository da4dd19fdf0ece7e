/**
 * Every process of a Linux system, with psutil 5.9's meanings: pid, name and the real user's name.
 *
 *   list /proc ─▶ for each pid: comm + stat of its folder ─▶ names of users ─▶ sorted by pid
 *                 └ status and cmdline only for what is new, changed, or was not read for long
 */
import { MonitorError } from '../../base/errors.ts';
import { createProcessCounters } from '../../host/linux/process-counters.ts';
import { createProcessFiles, type ProcessFiles } from '../../host/linux/process-files.ts';
import { createUserNames, type UserNames } from '../../host/linux/users.ts';
import { createCommandRunner, systemPath } from '../../host/run-command.ts';
import type { Collector, CollectorContext } from '../collector.ts';
import { createFilter, type Filter } from '../filter.ts';
import { createNameBound, type NameBound } from '../name-bound.ts';
import { createTimeSlice } from '../time-slice.ts';
import { processesByDetail } from './detail.ts';
import type { Process, Processes } from './index.ts';
import { createProcessCache, type ProcessCache } from './process-cache.ts';
import { createProcessUsages, type ProcessUsages } from './usage.ts';

/** Looking at the clock costs little, but not nothing: once for this many processes. */
const processesBetweenLooks = 32;

/**
 * `collect` throws a MonitorError when /proc cannot be listed or no file can be opened any more. A
 * process that ends while it is read is left out, as is one that hidepid=1 keeps secret.
 */
export function createLinuxProcessesCollector(context: CollectorContext): Collector<Processes> {
  const { clock, logger, remarks, roots, settings, isShown = false } = context;
  const files = createProcessFiles(roots.proc);
  const cache = createProcessCache(files);
  const isThisSystem = roots.etc === '/etc';
  const runCommand = isThisSystem
    ? createCommandRunner({ environment: { PATH: systemPath } })
    : undefined;
  const usages = isShown ? createUsages(context) : undefined;
  const users = createUserNames({ etc: roots.etc, clock, logger, runCommand });

  /** Process 1 is there for everybody, unless hidepid keeps the processes of others from us. */
  function remarkHidden(isFirstSeen: boolean): void {
    if (!isThisSystem) return;
    const reason = `${roots.proc} is mounted with hidepid (proc(5))`;
    if (isFirstSeen) remarks.ended('processes.hidden', roots.proc);
    else remarks.holds('processes.hidden', roots.proc, reason);
  }

  /** `reason`: why some names cannot be had there, if so. */
  function remarkUsers(source: 'passwd' | 'getent', reason: string | undefined): void {
    if (reason === undefined) remarks.ended('users.lookup_failed', source);
    else remarks.holds('users.lookup_failed', source, reason);
  }

  return {
    async collect(signal) {
      if (settings.processes_detail === 'off') return [];
      const keep = await createFilter(settings.processes_include, settings.processes_exclude);
      await usages?.prepare(files.pids, signal);
      remarkUsers('passwd', users.refresh());
      const names = createNameBound(context, 'processes');
      const sample = await readAll({ context, files, cache, users, names, keep, signal });
      remarkHidden(sample.isFirstSeen);
      const scarcity = files.scarcity();
      if (scarcity !== undefined) remarks.holds('descriptors.scarce', 'processes', scarcity);
      else remarks.ended('descriptors.scarce', 'processes');
      if (settings.processes_detail === 'full') {
        remarkUsers('getent', await nameUnknownUsers(users, names, sample.unnamed));
      }
      names.tell();
      const processes = processesByDetail(sample.processes, settings.processes_detail);
      return usages === undefined ? processes : await usages.addTo(processes);
    },
    close: () => cache.close(),
  };
}

function createUsages({ clock, roots }: CollectorContext): ProcessUsages {
  const counters = createProcessCounters(roots.proc);
  return createProcessUsages(clock, () => counters);
}

interface ReadOptions {
  readonly context: CollectorContext;
  readonly files: ProcessFiles;
  readonly cache: ProcessCache;
  readonly users: UserNames;
  readonly names: NameBound;
  readonly keep: Filter;
  readonly signal: AbortSignal | undefined;
}

interface Sample {
  /** Whether process 1 could be read. */
  readonly isFirstSeen: boolean;
  readonly processes: Process[];
  /** Those of them whose user is still a number. */
  readonly unnamed: readonly { readonly process: Process; readonly uid: number }[];
}

async function readAll(options: ReadOptions): Promise<Sample> {
  const { context, files, cache, users, names, keep, signal } = options;
  const pids = await files.pids();
  if (pids.length === 0) throw noProcesses(context.roots.proc);
  const slice = createTimeSlice(context.clock);
  const processes: Process[] = [];
  const unnamed: { process: Process; uid: number }[] = [];
  cache.startSample(context.clock.monotonicMs());
  let isFirstSeen = false;
  let untilLook = processesBetweenLooks;
  for (const pid of pids) {
    untilLook -= 1;
    if (untilLook === 0) {
      untilLook = processesBetweenLooks;
      if (slice.used()) await slice.pause();
      if (signal?.aborted === true) throw cancelled();
    }
    const known = cache.read(pid);
    if (known === undefined) continue;
    if (pid === 1) isFirstSeen = true;
    const name = names.bound(known.name);
    if (!keep(name)) continue;
    const username = users.nameOf(known.realUid);
    const process = { pid, name, username: names.bound(username ?? String(known.realUid)) };
    processes.push(process);
    if (username === undefined) unnamed.push({ process, uid: known.realUid });
  }
  cache.endSample();
  return { processes, unnamed, isFirstSeen };
}

/**
 * The number stays where the uid has no name, as psutil has it. The answer says why one may be missing
 * that there is.
 */
async function nameUnknownUsers(
  users: UserNames,
  names: NameBound,
  unnamed: Sample['unnamed'],
): Promise<string | undefined> {
  if (unnamed.length === 0) return undefined;
  const reason = await users.lookUp(new Set(unnamed.map(({ uid }) => uid)));
  for (const { process, uid } of unnamed) {
    const username = users.nameOf(uid);
    if (username !== undefined) process.username = names.bound(username);
  }
  return reason;
}

/** Every procfs shows at least those who may read it: ourselves. */
function noProcesses(proc: string): MonitorError {
  return new MonitorError({
    code: 'NOT_AVAILABLE',
    operation: `list ${proc}`,
    reason: 'it holds no process',
    hint: `Mount proc at ${proc}.`,
  });
}

function cancelled(): MonitorError {
  return new MonitorError({
    code: 'CANCELLED',
    operation: 'read the processes',
    reason: 'the deadline of this sample has passed',
  });
}
