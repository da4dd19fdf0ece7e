/**
 * Every process of a Linux system, with psutil 5.9's meanings: pid, name and the real user's name.
 *
 *   list /proc ─▶ for each pid: comm + stat of its folder ─▶ names of users ─▶ sorted by pid
 *                 └ status and cmdline only for what is new or changed, or not checked for long
 */
import { MonitorError } from '../../base/errors.ts';
import { createProcessFiles, type ProcessFiles } from '../../host/linux/process-files.ts';
import { createUserNames, type UserNames } from '../../host/linux/users.ts';
import type { ProcessStats } from '../../wire/stats.ts';
import type { Collector, CollectorContext } from '../collector.ts';
import { createTimeSlice } from '../time-slice.ts';
import { createProcessCache, type ProcessCache } from './process-cache.ts';

/** Looking at the clock costs little, but not nothing: once for this many processes. */
const processesBetweenLooks = 32;

/**
 * `collect` throws a MonitorError when /proc cannot be listed or no file can be opened any more. A
 * process that ends while it is read is left out, as is one that hidepid=1 keeps secret.
 */
export function createLinuxProcessesCollector(
  context: CollectorContext,
): Collector<ProcessStats[]> {
  const files = createProcessFiles(context.roots.proc);
  const users = createUserNames({ etc: context.roots.etc });
  const cache = createProcessCache(files);

  return {
    async collect(signal) {
      users.refresh();
      const seen = await readAll({ context, files, cache, signal });
      return seen.map(({ pid, name, uid }) => ({ pid, name, username: userName(users, uid) }));
    },
  };
}

interface SeenProcess {
  readonly pid: number;
  readonly name: string;
  readonly uid: number;
}

async function readAll(options: {
  context: CollectorContext;
  files: ProcessFiles;
  cache: ProcessCache;
  signal: AbortSignal | undefined;
}): Promise<SeenProcess[]> {
  const { context, files, cache, signal } = options;
  const pids = await files.pids();
  const slice = createTimeSlice(context.clock);
  const seen: SeenProcess[] = [];
  cache.startSample(context.clock.monotonicMs());
  for (const [index, pid] of pids.entries()) {
    if (index % processesBetweenLooks === 0 && slice.used()) {
      await slice.pause();
      if (signal?.aborted === true) throw cancelled();
    }
    const process = cache.read(pid);
    if (process !== undefined) seen.push({ pid, name: process.name, uid: process.realUid });
  }
  cache.endSample();
  return seen;
}

/** The number as text where the uid has no name, as psutil has it. */
function userName(users: UserNames, uid: number): string {
  return users.nameOf(uid) ?? String(uid);
}

function cancelled(): MonitorError {
  return new MonitorError({
    code: 'CANCELLED',
    operation: 'read the processes',
    reason: 'the deadline of this sample has passed',
  });
}
