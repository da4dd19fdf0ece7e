import { expect, test } from '@jest/globals';
import { MonitorError } from '../../../src/base/errors.ts';
import { createRemarks, type Remarks } from '../../../src/base/remarks.ts';
import type { CollectorTable } from '../../../src/collectors/collector.ts';
import { createWin32CpuCollector } from '../../../src/collectors/cpu/win32.ts';
import { createWin32DisksCollector } from '../../../src/collectors/disks/win32.ts';
import { type PartValues, parts, type SentPart, sentParts } from '../../../src/collectors/index.ts';
import { createLazyCollector } from '../../../src/collectors/lazy-collector.ts';
import { createWin32MemoryCollector } from '../../../src/collectors/memory/win32.ts';
import { createWin32NetworkCollector } from '../../../src/collectors/network/win32.ts';
import { createWin32ProcessesCollector } from '../../../src/collectors/processes/win32.ts';
import { testWith } from '../../support/requirement.ts';
import { fakeDrives } from '../host-win32/fake-drives.ts';
import { windowsContext } from './context.ts';

/** The real table of a part, with a portable collector that can be recognised. */
function withMarkedPortable<Part extends SentPart>(
  part: Part,
  win32: CollectorTable<PartValues[Part]>['win32'] = parts[part].collectors.win32,
): {
  collect(): Promise<unknown>;
  warnings: unknown[];
  clock: ReturnType<typeof windowsContext>['clock'];
  remarks: Remarks;
} {
  const warnings: unknown[] = [];
  const table: CollectorTable<unknown> = {
    linux: parts[part].collectors.linux,
    win32,
    portable: async () => () => ({ collect: async () => `portable ${part}` }),
  };
  const context = windowsContext();
  const logger = {
    ...context.logger,
    warn: (event: string, fields?: object) => warnings.push([event, fields]),
  };
  const remarks = createRemarks({ clock: context.clock, logger });
  const collector = createLazyCollector(part, table, { ...context, logger, remarks });
  return { collect: () => collector.collect(), warnings, clock: context.clock, remarks };
}

const elsewhere = { met: process.platform !== 'win32', reason: 'Windows has these libraries' };

// Here the refusal is a real one: this system has no kernel32.dll, and its Node maybe no node:ffi.
testWith(
  [elsewhere],
  'where Windows cannot be called, the portable collector of every part answers, and that is said once',
  async () => {
    for (const part of sentParts) {
      const { collect, warnings } = withMarkedPortable(part);
      expect(await collect()).toBe(`portable ${part}`);
      expect(await collect()).toBe(`portable ${part}`);
      expect(warnings).toEqual([['collector.fallback', expect.objectContaining({ part })]]);
    }
  },
);

const status = (): number => 0xc0000022 | 0;
const getRawPointer = (): bigint => 0n;

test('where Windows refuses the call itself, the portable collector of every part answers', async () => {
  const refusing = [
    withMarkedPortable(
      'cpu',
      async () => (context) =>
        createWin32CpuCollector(context, {
          load: async () => ({
            GetSystemTimes: () => 0,
            GetActiveProcessorCount: () => 0,
            GetActiveProcessorGroupCount: () => 0,
            NtQuerySystemInformationEx: status,
            GetSystemInfo: () => undefined,
            NtPowerInformation: status,
          }),
        }),
    ),
    withMarkedPortable(
      'memory',
      async () => (context) =>
        createWin32MemoryCollector(context, {
          load: async () => ({ GlobalMemoryStatusEx: () => 0 }),
        }),
    ),
    withMarkedPortable(
      'processes',
      async () => (context) =>
        createWin32ProcessesCollector(context, {
          load: async () => ({
            snapshot: { NtQuerySystemInformation: status, getRawPointer },
            owners: {
              NtOpenProcess: status,
              NtOpenProcessToken: status,
              NtQueryInformationProcess: status,
              NtQueryInformationToken: status,
              NtClose: status,
              getRawPointer,
            },
            accounts: { LookupAccountSidW: () => 0 },
            privileges: {
              NtOpenProcessToken: status,
              AdjustTokenPrivileges: () => 0,
              NtClose: status,
            },
          }),
        }),
    ),
    withMarkedPortable(
      'disks',
      async () => (context) =>
        createWin32DisksCollector(context, {
          load: async () => fakeDrives({}).calls,
        }),
    ),
    withMarkedPortable(
      'network',
      async () => (context) =>
        createWin32NetworkCollector(context, {
          load: async () => ({
            GetAdaptersAddresses: () => 8,
            GetIfEntry2: () => 8,
            getRawPointer,
          }),
        }),
    ),
  ];
  const answers = await Promise.all(refusing.map((one) => one.collect()));
  expect(answers).toEqual(sentParts.map((part) => `portable ${part}`));
});

test('a sample that was given up or took too long does not give up the native calls', async () => {
  for (const code of ['CANCELLED', 'TIMEOUT', 'BUSY'] as const) {
    let samples = 0;
    const { collect, warnings } = withMarkedPortable('memory', async () => () => ({
      collect: async () => {
        samples += 1;
        if (samples === 1) {
          throw new MonitorError({ code, operation: 'read memory', reason: 'it took too long' });
        }
        return { total: 2, available: 1, percent_used: 50, used: 1, free: 1 };
      },
    }));
    await expect(collect()).rejects.toMatchObject({ code });
    expect(await collect()).toMatchObject({ total: 2 });
    expect(warnings).toEqual([]);
  }
});

const figures = { total: 2, available: 1, percent_used: 50, used: 1, free: 1 };

/** Answers, then refuses so many times, then answers again. */
function refusingFor(times: number): CollectorTable<PartValues['memory']>['win32'] {
  let samples = 0;
  return async () => () => ({
    collect: async () => {
      samples += 1;
      if (samples > 1 && samples <= 1 + times) {
        throw new MonitorError({ code: 'NOT_AVAILABLE', operation: 'call', reason: 'refused' });
      }
      return figures;
    },
  });
}

test('a bad moment of Windows costs no figure and no more than that moment', async () => {
  const { collect, warnings } = withMarkedPortable('memory', refusingFor(2));
  expect(await collect()).toEqual(figures);
  expect(await collect()).toBe('portable memory');
  expect(await collect()).toBe('portable memory');
  expect(await collect()).toEqual(figures);
  expect(warnings).toEqual([]);
});

test('a Windows that refuses again and again is left alone for a while, and that is said once', async () => {
  const { collect, warnings } = withMarkedPortable('memory', refusingFor(3));
  expect(await collect()).toEqual(figures);
  for (let sample = 0; sample < 5; sample += 1) {
    expect(await collect()).toBe('portable memory');
  }
  const reason = 'Windows refuses direct calls (call: refused)';
  expect(warnings).toEqual([['collector.fallback', { part: 'memory', reason }]]);
});

test('a refusal that passes is not remembered: Windows is asked again, after growing pauses', async () => {
  let isRefusing = true;
  const made: string[] = [];
  const { collect, clock, remarks } = withMarkedPortable('memory', async () => () => {
    const refusesForEver = isRefusing;
    made.push('made');
    return {
      collect: async () => {
        made.push('asked');
        if (refusesForEver) {
          throw new MonitorError({ code: 'NOT_AVAILABLE', operation: 'call', reason: 'refused' });
        }
        return figures;
      },
    };
  });
  const pauses = [60, 120, 240, 480, 960, 1920, 3600, 3600].map((seconds) => seconds * 1000);
  for (const pauseMs of pauses) {
    expect(await collect()).toBe('portable memory');
    clock.advance(pauseMs - 1);
    expect(await collect()).toBe('portable memory');
    expect(remarks.current()).toMatchObject([{ kind: 'collector.fallback', subject: 'memory' }]);
    clock.advance(1);
  }
  // Each attempt begins anew: what was loaded when Windows refused is of no use.
  expect(made).toEqual(pauses.flatMap(() => ['made', 'asked']));
  isRefusing = false;
  expect(await collect()).toEqual(figures);
  expect(remarks.current()).toEqual([]);
});
