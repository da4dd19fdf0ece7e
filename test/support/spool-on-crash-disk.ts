/**
 * A spool that lives through processes and power cuts on a crash disk, and the account of what it has
 * promised (docs/specs/0001-delivery.md).
 */
import { join } from 'node:path';
import type { Clock } from '../../src/base/clock.ts';
import { silentLogger } from '../../src/base/logger.ts';
import { createSpool } from '../../src/spool/create-spool.ts';
import type { SpoolLimits } from '../../src/spool/limits.ts';
import { dropReports, listSpool, retryRejected } from '../../src/spool/operations.ts';
import { decodeReport, fileNameOfKey } from '../../src/spool/report-file.ts';
import type { Spool } from '../../src/spool/spool.ts';
import { type CrashDisk, createCrashDisk, type Picture } from './crash-disk.ts';

const folder = '/var/lib/system-monitor/spool';
const pendingFolder = join(folder, 'pending');
const firstEpoch = 1_800_000_000;

/** What happens, one after the other. Numbers choose among the reports that are there. */
export type Step =
  | { readonly do: 'append'; readonly bytes: number }
  | { readonly do: 'acknowledge' | 'reject' | 'retry' | 'corrupt' | 'cut'; readonly at: number }
  | { readonly do: 'read' | 'maintain' | 'unlink' | 'stop' | 'kill' | 'drop' | 'foreign' }
  | { readonly do: 'fill' | 'free' };

/**
 * Where something must be found after a power cut. `damaged`: put aside as such, or not yet.
 * `gone`: a person deleted it for good. `kept`: on its way from one place to another.
 */
type Place = 'pending' | 'rejected' | 'damaged' | 'gone' | 'kept' | 'anywhere';

interface Promised {
  /** A report's JSON, or all that a file holds that is none. */
  readonly content: string;
  readonly place: Place;
}

/** By key, or by the name of a file that is no report. */
type Account = ReadonlyMap<string, Promised>;

export interface SpoolStoryOptions {
  /** In how many ways the disk is looked at for each moment at which the power may go. */
  readonly remainders: number;
  readonly limits?: Partial<SpoolLimits>;
}

/** Takes the steps, and the power at each moment in each of them. Throws where a promise is broken. */
export function tellSpoolStory(steps: readonly Step[], options: SpoolStoryOptions): void {
  const story = createSpoolStory(options);
  for (const [at, step] of steps.entries()) {
    try {
      story.take(step);
    } catch (error) {
      throw new Error(`step ${at} (${JSON.stringify(step)}): ${error}`, { cause: error });
    }
  }
}

function createSpoolStory({ remainders, limits = {} }: SpoolStoryOptions) {
  let nowMs = 1000;
  const clock: Clock = {
    epochMs: () => firstEpoch * 1000 + nowMs,
    monotonicMs: () => nowMs,
    sleep: async () => {},
  };
  const bodies = new Map<string, string>();
  const account = new Map<string, Promised>();
  let pictures: Picture[] = [];
  let disk = createCrashDisk();
  let spool = start(disk);
  let made = 0;

  function start(on: CrashDisk): Spool {
    return createSpool({ disk: on, folder, pid: 1, clock, logger: silentLogger, limits });
  }

  function restart(on: CrashDisk): void {
    pictures.push(...disk.takePictures());
    disk = on;
    spool = start(disk);
  }

  /** Its file was changed by somebody: it is not a report any more. */
  function isCorrupt(key: string): boolean {
    return account.has(fileNameOfKey(key));
  }

  function promise(name: string, place: Place, content = bodies.get(name) ?? ''): void {
    account.set(name, { content, place });
  }

  /** Somebody else changes a file, and that is on the disk. */
  function interfere(name: string, content: string): void {
    const full = disk.capacityBytes;
    disk.capacityBytes = Number.POSITIVE_INFINITY;
    const file = disk.create(join(pendingFolder, name), 0o600);
    disk.write(file, Buffer.from(content));
    disk.sync(file);
    disk.syncFolder(pendingFolder);
    disk.takePictures();
    disk.capacityBytes = full;
    promise(name, 'damaged', content);
  }

  /** What the step makes of the promises; those that follow from what waits are added by `take`. */
  function act(step: Step): void {
    const entries = spool.pending();
    const chosen = 'at' in step ? entries[step.at % Math.max(1, entries.length)] : undefined;
    switch (step.do) {
      case 'append': {
        made += 1;
        const body = `{"number":${made},"padding":"${'x'.repeat(step.bytes)}"}`;
        bodies.set(spool.append(firstEpoch + made, Buffer.from(body)).key, body);
        return;
      }
      case 'acknowledge':
        if (chosen === undefined || isCorrupt(chosen.key)) return;
        promise(chosen.key, 'anywhere');
        spool.acknowledge(chosen);
        return;
      case 'reject':
        if (chosen === undefined || isCorrupt(chosen.key)) return;
        spool.reject(chosen, 'status 422');
        promise(chosen.key, chosen.durable ? 'rejected' : 'anywhere');
        return;
      case 'retry': {
        const { rejected } = listSpool(disk, folder);
        const one = rejected[step.at % Math.max(1, rejected.length)];
        if (one === undefined) return;
        retryRejected(disk, folder, [one.key]);
        promise(one.key, 'pending');
        return;
      }
      case 'drop':
        dropReports(disk, folder, { state: 'rejected', keys: 'all' });
        for (const [name, { place }] of account) if (place === 'rejected') promise(name, 'gone');
        return;
      case 'corrupt':
        if (chosen?.durable === true) interfere(fileNameOfKey(chosen.key), `garbage ${made}`);
        return;
      case 'foreign':
        made += 1;
        interfere(`notes-${made}`, `notes ${made}`);
        return;
      case 'read':
        for (const entry of entries) spool.read(entry);
        return;
      case 'maintain':
        nowMs += 2000;
        spool.maintain();
        return;
      case 'unlink':
        disk.runUnlinks();
        return;
      case 'fill':
        disk.capacityBytes = 0;
        return;
      case 'free':
        disk.capacityBytes = Number.POSITIVE_INFINITY;
        return;
      case 'stop':
        spool.close();
        restart(disk.afterKill());
        return;
      case 'kill':
        restart(disk.afterKill());
        return;
      case 'cut': {
        const left = disk.takePictures().at(-1)?.remainders(remainders) ?? [];
        restart(left[step.at % left.length]?.open() ?? disk);
      }
    }
  }

  return {
    take(step: Step): void {
      const before: Account = new Map(account);
      const counted = spool.counts().droppedReports;
      const wasThere = new Set(spool.pending().map(({ key }) => key));
      const process = spool;
      act(step);
      const waits = new Map(spool.pending().map((entry) => [entry.key, entry]));
      const dropped = process.counts().droppedReports > counted;
      const rejected = new Set(listSpool(disk, folder).rejected.map(({ key }) => key));
      for (const [name, { content, place }] of account) {
        if (isCorrupt(name)) promise(name, 'anywhere');
        else if (place === 'rejected' && !rejected.has(name)) {
          if (!dropped) throw new Error(`${name} went uncounted`);
          promise(name, 'anywhere', content);
        } else if (place === 'damaged' && !isKeptAsDamaged(disk, name, content)) {
          const isTrimmed = limits.maxAsideBytes !== undefined;
          if (!dropped && !isTrimmed) throw new Error(`the damaged ${name} went uncounted`);
          promise(name, 'anywhere', content);
        }
        if (place === 'pending' && !isCorrupt(name) && !waits.has(name)) {
          // A person put it back in line, and the spool has not looked yet.
          const isUnseen = disk.stat(join(pendingFolder, fileNameOfKey(name))) !== undefined;
          if (spool === process && !wasThere.has(name) && isUnseen) continue;
          if (!dropped) throw new Error(`${name} went uncounted`);
          promise(name, 'anywhere', content);
        }
      }
      for (const { key, durable } of waits.values()) {
        if (!isCorrupt(key)) promise(key, durable ? 'pending' : 'anywhere');
      }
      pictures.push(...disk.takePictures());
      const last = pictures.pop();
      const meanwhile = duringStep(before, account);
      const seen = new Set<string>();
      for (const picture of pictures) cut(picture, meanwhile, seen);
      if (last !== undefined) cut(last, account, new Set());
      pictures = [];
    },
  };

  function cut(picture: Picture, promised: Account, seen: Set<string>): void {
    for (const { signature, open } of picture.remainders(remainders)) {
      if (seen.has(signature)) continue;
      seen.add(signature);
      const left = open();
      const complaint = inspect(left, promised);
      if (complaint === undefined) continue;
      const files = [...left.files().keys()].join('\n');
      throw new Error(`power cut before ${picture.before}: ${complaint}\n${files}`);
    }
  }

  /** What the next start finds wrong with a disk that has been through a power cut. */
  function inspect(left: CrashDisk, promised: Account): string | undefined {
    const next = start(left);
    const bodyOf = (sub: string, key: string) => reportIn(left, join(folder, sub), key);
    const offered = new Set(next.pending().map(({ key }) => key));
    try {
      for (const [name, { content, place }] of promised) {
        const waits = offered.has(name) && bodyOf('pending', name) === content;
        const isAside = bodyOf('rejected', name) === content;
        if (place === 'pending' && !waits) return `${name} does not wait`;
        if (place === 'rejected' && !isAside) return `${name} is not among the rejected`;
        if (place === 'kept' && !waits && !isAside) return `${name} is lost`;
        if (place === 'damaged' && !isKeptAsDamaged(left, name, content))
          return `the damaged ${name} is lost`;
        if (place === 'gone' && (waits || isAside)) return `${name} is back`;
      }
      for (const entry of next.pending()) {
        const body = next.read(entry);
        if (body !== undefined && Buffer.from(body).toString() !== bodies.get(entry.key)) {
          return `${entry.key} is another report`;
        }
      }
      return undefined;
    } finally {
      next.close();
    }
  }
}

/** While a step is being taken, what it changes may be as before or as after. */
function duringStep(before: Account, after: Account): Account {
  const meanwhile = new Map<string, Promised>();
  for (const [name, { content, place }] of after) {
    const was = before.get(name)?.place ?? 'anywhere';
    const isMoved =
      (was === 'pending' && place === 'rejected') || (was === 'rejected' && place === 'pending');
    const now = was === place ? place : isMoved ? 'kept' : 'anywhere';
    meanwhile.set(name, { content, place: now });
  }
  return meanwhile;
}

/** Put aside, or still where it was found. */
function isKeptAsDamaged(disk: CrashDisk, name: string, content: string): boolean {
  return ['damaged', 'pending', 'rejected'].some((sub) => {
    const path = join(folder, sub, name);
    return disk.stat(path)?.isFile === true && disk.read(path).toString() === content;
  });
}

function reportIn(disk: CrashDisk, folderOfIt: string, key: string): string | undefined {
  const path = join(folderOfIt, fileNameOfKey(key));
  if (disk.stat(path)?.isFile !== true) return undefined;
  const decoded = decodeReport(key, disk.read(path));
  return decoded.kind === 'report' ? Buffer.from(decoded.body).toString() : undefined;
}
