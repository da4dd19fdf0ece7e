/** The background process over a spool, a transport, collectors and a clock of the test's own. */
import { join } from 'node:path';
import { composeBackground } from '../../src/background/compose.ts';
import type { Makers } from '../../src/background/parts.ts';
import type { ExitCode } from '../../src/base/exit-codes.ts';
import type { Health, StatsResult } from '../../src/collectors/collect-stats.ts';
import type { PostRequest, PostResult } from '../../src/delivery/transport.ts';
import { validateSettings } from '../../src/settings/validate.ts';
import type { Spool, SpoolEntry } from '../../src/spool/spool.ts';
import { createManualClock } from './clocks.ts';
import { realDisk } from './real-disk.ts';
import { createRecordingLogger } from './recording-logger.ts';
import { exampleStats, exampleSystemId } from './report.ts';
import { temporaryFolder } from './temporary-folder.ts';

export type Post = (request: PostRequest) => Promise<PostResult>;

export const accepts: Post = async () => ({
  kind: 'answer',
  status: 200,
  body: '',
  ...{ date: undefined, location: undefined, notice: undefined, retryAfter: undefined },
});
export const isAway: Post = async () => ({
  kind: 'failure',
  code: 'ECONNREFUSED',
  reason: 'refused',
  connected: false,
});
/** Answers nothing, and lets go when it is told to. */
export const hangs: Post = ({ signal }) =>
  new Promise((resolve) => {
    signal?.addEventListener('abort', () => resolve(isAway({ body: '' })));
  });
export const hangsForGood: Post = () => new Promise(() => {});

const noHealth: Health = { parts: new Map(), remarks: [] };

type Signal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

/** A piece that was made, out of which settings, and whether it was closed. */
interface Made {
  readonly of: string;
  closed: boolean;
  uses: number;
}

export function createBackgroundScene(values: Readonly<Record<string, unknown>> = {}) {
  const clock = createManualClock();
  const logger = createRecordingLogger();
  const stateFolder = temporaryFolder();
  const configurationFile = join(temporaryFolder(), 'config.json');
  const transports: Made[] = [];
  const collectors: Made[] = [];
  const listeners = new Map<Signal, Set<() => void>>();
  const uncaught: ((error: unknown) => void)[] = [];
  const settingsOf = (changed: Readonly<Record<string, unknown>>) =>
    validateSettings({ system_id: exampleSystemId, interval: 1, ...changed }, 'the test');
  /** What the test lets happen. */
  const world = {
    settings: settingsOf(values),
    post: accepts,
    collect: async (): Promise<StatsResult> => ({
      kind: 'collected',
      failures: [],
      values: {},
      states: {},
      stats: exampleStats(),
    }),
    health: noHealth,
    load: () => world.settings,
    usage: () => ({ cpuSeconds: 1, residentBytes: 1 }),
  };
  const { spool, isClosed } = createMemorySpool();

  const make: Makers = {
    spool: () => spool,
    transport: ({ url }) => {
      const made: Made = { of: url, closed: false, uses: 0 };
      transports.push(made);
      return {
        post: (request) => {
          made.uses += 1;
          return world.post(request);
        },
        close: async () => {
          made.closed = true;
        },
      };
    },
    collecting: ({ scope }) => {
      const made: Made = { of: scope, closed: false, uses: 0 };
      collectors.push(made);
      return {
        collect: () => {
          made.uses += 1;
          return world.collect();
        },
        health: () => world.health,
        close: () => {
          made.closed = true;
        },
      };
    },
  };
  const background = composeBackground({
    runtime: {
      clock,
      disk: realDisk,
      pid: 1,
      // The longest wait that the backoff may draw.
      random: () => 0.999,
      usage: () => world.usage(),
      onSignal: (signal, listener) => {
        const of = listeners.get(signal) ?? new Set();
        listeners.set(signal, of.add(listener));
        return () => of.delete(listener);
      },
      onUncaught: (listener) => {
        uncaught.push(listener);
        return () => uncaught.splice(uncaught.indexOf(listener), 1);
      },
    },
    configuration: {
      load: () => ({
        settings: world.load(),
        sources: new Map([['url', 'file']] as const),
        file: {},
        problems: [],
        unknown: [],
      }),
      locations: {
        configuration: { path: configurationFile, why: 'of the test' },
        state: { path: stateFolder, why: 'of the test' },
      },
    },
    loaded: {
      ...{ settings: world.settings, file: {}, problems: [], unknown: [] },
      sources: new Map([['url', 'file']] as const),
    },
    destination: { settings: world.settings, waitsBecause: undefined },
    systemId: exampleSystemId,
    ...{ logger, make },
  });

  return {
    background,
    ...{ clock, logger, spool, isClosed, world, settingsOf, stateFolder, configurationFile },
    ...{ transports, collectors },
    signal: (name: Signal) => {
      for (const listener of listeners.get(name) ?? []) listener();
    },
    /** What the process is told of an exception that nobody caught. */
    throwUncaught: (error: unknown) => uncaught.at(-1)?.(error),
    listening: () => [...listeners.values()].some((of) => of.size > 0) || uncaught.length > 0,
    said: (event: string) => logger.lines.filter((line) => line.event === event),
    /** The exit code, or what it was told that ran longer. */
    async within(ms: number, ended: Promise<ExitCode>): Promise<ExitCode | 'still runs'> {
      let code: ExitCode | 'still runs' = 'still runs';
      void ended.then((value) => {
        code = value;
      });
      await clock.advance(ms);
      return code;
    },
  };
}

export function createMemorySpool(): { readonly spool: Spool; readonly isClosed: () => boolean } {
  const entries: SpoolEntry[] = [];
  let closed = false;
  const forget = (entry: SpoolEntry) => {
    const index = entries.findIndex(({ key }) => key === entry.key);
    if (index >= 0) entries.splice(index, 1);
  };
  const spool: Spool = {
    append(epoch, body) {
      if (closed) throw new Error('appended after the end');
      const key = String(epoch).padStart(12, '0');
      const entry = { key, epoch, sizeBytes: body.length, durable: true };
      entries.push(entry);
      return entry;
    },
    pending: () => [...entries],
    newest: () => entries.at(-1),
    oldest: (accept) => entries.find(accept),
    read: () => Buffer.from('{}'),
    acknowledge: forget,
    reject: forget,
    counts: () => ({
      pendingReports: entries.length,
      pendingBytes: 0,
      memoryReports: 0,
      oldestEpoch: entries[0]?.epoch,
      ...{ rejectedReports: 0, damagedFiles: 0, droppedReports: 0 },
    }),
    maintain: () => {},
    close: () => {
      closed = true;
    },
  };
  return { spool, isClosed: () => closed };
}
