/**
 * The spool against a model, over generated sequences of reports, answers, restarts and a disk that is
 * full or refuses a call: nothing goes uncounted, the oldest go first, and every bound holds.
 */
import { basename } from 'node:path';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Clock } from '../../../src/base/clock.ts';
import type { Disk } from '../../../src/base/disk.ts';
import { MonitorError } from '../../../src/base/errors.ts';
import { silentLogger } from '../../../src/base/logger.ts';
import { createSpool } from '../../../src/spool/create-spool.ts';
import type { SpoolLimits } from '../../../src/spool/limits.ts';
import { retryRejected } from '../../../src/spool/operations.ts';
import type { Spool, SpoolEntry } from '../../../src/spool/spool.ts';
import { createCrashDisk } from '../../support/crash-disk.ts';

const folder = '/spool';
const firstEpoch = 1_800_000_000;
const limits: Partial<SpoolLimits> = {
  maxBytes: 1600,
  maxAsideBytes: 500,
  maxMemoryReports: 3,
  maxMemoryBytes: 400,
  maxAgeSeconds: 3600,
  minFreeBytes: 150,
};

type Step =
  | { readonly do: 'append'; readonly bytes: number }
  | { readonly do: 'acknowledge' | 'reject' | 'retry'; readonly at: number }
  | { readonly do: 'refuse'; readonly call: keyof Disk; readonly code: string }
  | { readonly do: 'shrink'; readonly leaving: number }
  | { readonly do: 'maintain' | 'look' | 'mend' | 'unlink' | 'stop' | 'kill' | 'an hour passes' };

const refusals: fc.Arbitrary<Step> = fc
  .constantFrom(
    ...([
      ['create', 'EACCES'],
      ['write', 'ENOSPC'],
      ['write', 'EIO'],
      ['sync', 'EIO'],
      ['rename', 'EACCES'],
      ['unlink', 'EROFS'],
      ['syncFolder', 'EIO'],
      ['read', 'EMFILE'],
      ['makeFolder', 'ENOSPC'],
    ] as const),
  )
  .map(([call, code]) => ({ do: 'refuse', call, code }));

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('append'), bytes: fc.nat({ max: 150 }) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constantFrom('acknowledge', 'reject', 'retry'),
      at: fc.nat({ max: 9 }),
    }),
  },
  { weight: 2, arbitrary: refusals },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('shrink'), leaving: fc.nat({ max: 400 }) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom(
        ...(['maintain', 'look', 'mend', 'unlink', 'stop', 'kill', 'an hour passes'] as const),
      ),
    }),
  },
);

function run(steps: readonly Step[]): void {
  let nowMs = 1000;
  const clock: Clock = {
    epochMs: () => firstEpoch * 1000 + nowMs,
    monotonicMs: () => nowMs,
    sleep: async () => {},
  };
  let disk = createCrashDisk();
  let spool = start();
  let made = 0;
  /** Something was refused since this process started, or the disk was too small. */
  let isTroubled = false;
  /** Files were not let go at some time. */
  let keepsFiles = false;
  const bodies = new Map<string, string>();
  /** Acknowledged or rejected in this process: never offered again by it. */
  let done = new Set<string>();

  function start(): Spool {
    return createSpool({ disk, folder, pid: 1, clock, logger: silentLogger, limits });
  }

  function restart(): void {
    const [refuse, capacityBytes] = [disk.refuse, disk.capacityBytes];
    disk = disk.afterKill();
    Object.assign(disk, { refuse, capacityBytes });
    done = new Set();
    spool = start();
  }

  function keysIn(sub: string): readonly string[] {
    const files = [...disk.files().keys()].filter((path) => path.startsWith(`${folder}/${sub}/`));
    return files
      .filter((path) => path.endsWith('.report'))
      .map((path) => basename(path, '.report'));
  }

  function maintain(): void {
    nowMs += 2000;
    spool.maintain();
  }

  /** Answers the reports that left by the step itself. */
  function act(one: Step): readonly string[] {
    const entries = spool.pending();
    const chosen = 'at' in one ? entries[one.at % Math.max(1, entries.length)] : undefined;
    switch (one.do) {
      case 'append': {
        made += 1;
        const body = `${made}-${'x'.repeat(one.bytes)}`;
        const entry = spool.append(firstEpoch + made, Buffer.from(body));
        bodies.set(entry.key, body);
        if (!isTroubled) expect(entry.durable).toBe(true);
        return [];
      }
      case 'acknowledge':
        if (chosen === undefined) return [];
        spool.acknowledge(chosen);
        spool.acknowledge(chosen);
        done.add(chosen.key);
        return [chosen.key];
      case 'reject': {
        if (chosen === undefined) return [];
        const { droppedReports } = spool.counts();
        spool.reject(chosen, 'status 422');
        done.add(chosen.key);
        const isCounted = spool.counts().droppedReports > droppedReports;
        expect(isCounted || keysIn('rejected').includes(chosen.key)).toBe(true);
        return [];
      }
      case 'retry': {
        const aside = keysIn('rejected');
        const key = aside[one.at % Math.max(1, aside.length)];
        if (key === undefined) return [];
        // Also where it cannot be told to the spool, which then finds it all the same.
        done.delete(key);
        try {
          retryRejected(disk, folder, [key]);
        } catch (error) {
          expect(error).toBeInstanceOf(MonitorError);
        }
        maintain();
        return [];
      }
      case 'refuse':
        isTroubled = true;
        keepsFiles ||= one.call === 'unlink';
        disk.refuse = (call) => (call === one.call ? one.code : undefined);
        return [];
      case 'shrink': {
        isTroubled = true;
        const used = [...disk.files().values()].reduce((sum, text) => sum + text.length, 0);
        disk.capacityBytes = used + one.leaving;
        return [];
      }
      case 'mend':
        disk.refuse = () => undefined;
        disk.capacityBytes = Number.POSITIVE_INFINITY;
        maintain();
        expect(spool.counts().memoryReports).toBe(0);
        isTroubled = false;
        return [];
      case 'maintain':
        maintain();
        return [];
      case 'look':
        try {
          disk.close(disk.create(`${folder}/rescan`, 0o600));
        } catch {
          // Refused, or the folder could not be made either.
        }
        maintain();
        return [];
      case 'an hour passes':
        nowMs += 3_600_000;
        maintain();
        return [];
      case 'unlink':
        disk.runUnlinks();
        return [];
      case 'stop':
        spool.close();
        restart();
        return [];
      case 'kill':
        restart();
        return [];
    }
  }

  for (const one of steps) {
    const before = spool.pending();
    const process = spool;
    const counted = spool.counts();
    const aside = keysIn('rejected');
    const left = new Set(act(one));
    const waits = new Map(spool.pending().map((entry) => [entry.key, entry]));
    const vanished = before.filter(({ key }) => !waits.has(key) && !left.has(key));
    if (process === spool) {
      const counts = spool.counts();
      const isRejected = one.do === 'reject' && counts.rejectedReports > counted.rejectedReports;
      const dropped = counts.droppedReports - counted.droppedReports;
      // A person may have put one back in line, which the spool has not seen yet.
      const kept = new Set([...keysIn('rejected'), ...keysIn('pending')]);
      const rejectedDropped = aside.filter((key) => !kept.has(key)).length;
      if (one.do !== 'reject' && one.do !== 'retry') {
        const gone = vanished.length + rejectedDropped;
        // One of memory that is given up may have left a file that the disk does not let go: counted
        // as dropped, it is found again and sent.
        if (keepsFiles) expect(gone).toBeLessThanOrEqual(dropped);
        else expect(gone).toBe(dropped);
        expectOldestFirst(before, vanished, waits);
      } else if (isRejected) expect(dropped).toBe(0);
    } else {
      const lost = vanished.filter(({ durable }) => durable);
      const dropped = process.counts().droppedReports - counted.droppedReports;
      expect(lost.length).toBeLessThanOrEqual(dropped);
    }
    expectOrder(spool);
    for (const key of waits.keys()) expect(done.has(key)).toBe(false);
    expectContents(spool, bodies);
    // Bytes are bounded where a report comes: what a person puts back in line, or what a disk did not
    // let go of, may be beyond the bound until then.
    expectBounds(spool, one.do === 'append' && !isTroubled);
  }
}

/** Among those on disk, and among those in memory. */
function expectOldestFirst(
  before: readonly SpoolEntry[],
  vanished: readonly SpoolEntry[],
  waits: ReadonlyMap<string, SpoolEntry>,
): void {
  for (const isDurable of [true, false]) {
    const gone = vanished.filter(({ durable }) => durable === isDurable);
    // One that came from memory onto the disk meanwhile is older than what memory gives up then.
    const stayed = before.filter(
      ({ key, durable }) => durable === isDurable && waits.get(key)?.durable === isDurable,
    );
    const newestGone = gone
      .map(({ key }) => key)
      .sort()
      .at(-1);
    const oldestLeft = stayed.map(({ key }) => key).sort()[0];
    if (newestGone !== undefined && oldestLeft !== undefined) {
      expect(newestGone < oldestLeft).toBe(true);
    }
  }
}

function expectOrder(spool: Spool): void {
  const entries = spool.pending();
  const keys = entries.map(({ key }) => key);
  expect(keys).toEqual([...new Set(keys)].sort());
  expect(spool.newest()).toEqual(entries.at(-1));
  expect(spool.oldest(() => true)).toEqual(entries[0]);
  expect(spool.counts()).toMatchObject({
    pendingReports: entries.length,
    pendingBytes: entries.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    memoryReports: entries.filter(({ durable }) => !durable).length,
    oldestEpoch: entries[0]?.epoch,
  });
}

function expectContents(spool: Spool, bodies: ReadonlyMap<string, string>): void {
  for (const entry of spool.pending()) {
    let body: Uint8Array | undefined;
    try {
      body = spool.read(entry);
    } catch (error) {
      expect(error).toBeInstanceOf(MonitorError);
      continue;
    }
    expect(Buffer.from(body ?? []).toString()).toBe(bodies.get(entry.key));
  }
}

function expectBounds(spool: Spool, isRoomMade: boolean): void {
  const { pendingBytes, memoryReports } = spool.counts();
  if (isRoomMade) expect(pendingBytes).toBeLessThanOrEqual(limits.maxBytes ?? 0);
  expect(memoryReports).toBeLessThanOrEqual(limits.maxMemoryReports ?? 0);
}

test('whatever happens in whatever order, nothing is lost uncounted and every bound holds', () => {
  fc.assert(fc.property(fc.array(step, { minLength: 5, maxLength: 40 }), run), { numRuns: 120 });
});
