import { expect, test } from '@jest/globals';
import {
  createWin32CpuCollector,
  win32BusyPercentBetween,
} from '../../../src/collectors/cpu/win32.ts';
import { createWin32DisksCollector } from '../../../src/collectors/disks/win32.ts';
import { createWin32MemoryCollector, win32MemoryOf } from '../../../src/collectors/memory/win32.ts';
import { createWin32NetworkCollector } from '../../../src/collectors/network/win32.ts';
import type { AdapterCalls } from '../../../src/host/win32/adapters.ts';
import type { DriveHelper } from '../../../src/host/win32/drive-helper.ts';
import type { ProcessorCalls } from '../../../src/host/win32/processors.ts';
import { createManualClock } from '../../support/clocks.ts';
import { captured } from '../host-win32/captured.ts';
import { fakeDrives, kinds } from '../host-win32/fake-drives.ts';
import { windowsContext } from './context.ts';

test('memory agrees with psutil on Windows: used is what is not available, free what is', async () => {
  const GlobalMemoryStatusEx = (status: Uint8Array): number => {
    const memory = Buffer.from(status.buffer, status.byteOffset);
    memory.writeBigUInt64LE(16_000_000_000n, 8);
    memory.writeBigUInt64LE(4_200_000_000n, 16);
    return 1;
  };
  const load = async () => ({ GlobalMemoryStatusEx });
  expect(await createWin32MemoryCollector(windowsContext(), { load }).collect()).toEqual({
    total: 16_000_000_000,
    available: 4_200_000_000,
    percent_used: 73.8,
    used: 11_800_000_000,
    free: 4_200_000_000,
  });
});

test('more available than there is, or no memory at all, is MALFORMED rather than reported', () => {
  const malformed = expect.objectContaining({ code: 'MALFORMED' });
  expect(() => win32MemoryOf({ totalBytes: 1, availableBytes: 2 })).toThrow(malformed);
  expect(() => win32MemoryOf({ totalBytes: 0, availableBytes: 0 })).toThrow(malformed);
});

test('busy share is taken between two moments, and is unknown when a counter went back', () => {
  const earlier = { idleTicks: 1000n, busyTicks: 500n };
  expect(win32BusyPercentBetween(earlier, { idleTicks: 1750n, busyTicks: 750n })).toBe(25);
  expect(win32BusyPercentBetween(earlier, { idleTicks: 999n, busyTicks: 750n })).toBeUndefined();
  expect(win32BusyPercentBetween(earlier, earlier)).toBeUndefined();
});

test('cpu has count, frequency and use; the second sample measures from the first', async () => {
  const context = windowsContext();
  let kernel = 0n;
  const put = (memory: Uint8Array, value: bigint): void => {
    Buffer.from(memory.buffer, memory.byteOffset).writeBigUInt64LE(value, 0);
  };
  const calls: ProcessorCalls = {
    GetSystemTimes: (idle, kernelTime, user) => {
      kernel += 1000n;
      put(idle, (kernel * 3n) / 4n);
      put(kernelTime, kernel);
      put(user, 0n);
      return 1;
    },
    GetActiveProcessorCount: () => 8,
    GetActiveProcessorGroupCount: () => 1,
    NtQuerySystemInformationEx: () => -1,
    GetSystemInfo: () => undefined,
    NtPowerInformation: (_level, _input, _inputLength, output) => {
      for (let at = 8; at < output.length; at += 24) {
        Buffer.from(output.buffer, output.byteOffset).writeUInt32LE(2400, at);
      }
      return 0;
    },
  };
  const collector = createWin32CpuCollector(context, { load: async () => calls });
  expect(await collector.collect()).toEqual({ count: 8, frequency: 2400, percent_used: 25 });
  const calledFor = kernel;
  context.clock.advance(60_000);
  await collector.collect();
  expect(kernel - calledFor).toBe(1000n);
});

test('a refused frequency is left out of cpu', async () => {
  let ticks = 0n;
  const calls: ProcessorCalls = {
    GetSystemTimes: (idle, kernel) => {
      ticks += 10n;
      for (const memory of [idle, kernel]) {
        Buffer.from(memory.buffer, memory.byteOffset).writeBigUInt64LE(ticks, 0);
      }
      return 1;
    },
    GetActiveProcessorCount: () => 2,
    GetActiveProcessorGroupCount: () => 1,
    NtQuerySystemInformationEx: () => -1,
    GetSystemInfo: () => undefined,
    NtPowerInformation: () => 0xc0000022 | 0,
  };
  const collector = createWin32CpuCollector(windowsContext(), { load: async () => calls });
  expect(await collector.collect()).toEqual({ count: 2, percent_used: 0 });
});

test('disks are keyed by drive, and an unwanted drive is not touched', async () => {
  const { calls, asked } = fakeDrives({
    C: { type: kinds.fixed, fileSystem: 'NTFS', total: 500n, free: 200n },
    D: { type: kinds.cdrom },
    E: { type: kinds.removable, fileSystem: 'exFAT', total: 64n, free: 1n },
  });
  const load = async () => calls;
  expect(await createWin32DisksCollector(windowsContext(), { load }).collect()).toEqual({
    'C:\\': { file_system: 'NTFS', mount_point: 'C:\\', total: 500, used: 300, free: 200 },
    'E:\\': { file_system: 'exFAT', mount_point: 'E:\\', total: 64, used: 63, free: 1 },
  });

  asked.length = 0;
  const context = windowsContext({ disks_exclude: ['E:\\'] });
  const some = await createWin32DisksCollector(context, { load }).collect();
  expect(Object.keys(some)).toEqual(['C:\\']);
  expect(asked).toEqual(['C', 'D']);
});

test('a volume that is mounted in a folder is a disk, and can be excluded by its folder', async () => {
  const drive = { type: kinds.fixed, fileSystem: 'NTFS', total: 500n, free: 200n };
  const { calls } = fakeDrives({ C: drive }, [['C:\\'], ['C:\\Data\\']]);
  const collect = async (settings: object) =>
    Object.keys(
      await createWin32DisksCollector(windowsContext(settings), {
        load: async () => calls,
      }).collect(),
    );
  expect(await collect({})).toEqual(['C:\\', 'C:\\Data\\']);
  expect(await collect({ disks_exclude: ['c:\\data\\'] })).toEqual(['C:\\']);
  expect(await collect({ disks_exclude: ['c:\\\\d*'] })).toEqual(['C:\\']);
});

/** A helper that answers for all drives but some. */
function helperThatHangsAt(hanging: ReadonlySet<string>) {
  const started: string[][] = [];
  const start = (): DriveHelper => {
    const asked: string[] = [];
    started.push(asked);
    return {
      ready: Promise.resolve(),
      ask: (root) => {
        asked.push(root);
        const volume = { root, fileSystem: 'exFAT', totalBytes: 64, freeBytes: 1 };
        return hanging.has(root) ? new Promise(() => {}) : Promise.resolve({ volume });
      },
      end: () => {},
    };
  };
  return { start, started };
}

test('a drive that hangs stops nothing: the others are reported, and the remark names it', async () => {
  const clock = createManualClock();
  const drive = { type: kinds.fixed, fileSystem: 'NTFS', total: 500n, free: 200n };
  const { calls, asked } = fakeDrives({ C: drive, D: drive, E: drive });
  const context = { ...windowsContext(), clock, mountProbe: ['system-monitor', 'probe-mount'] };
  const { start, started } = helperThatHangsAt(new Set(['D:\\']));
  const collector = createWin32DisksCollector(context, { load: async () => calls, start });
  const first = collector.collect();
  await clock.advance(500);
  expect(Object.keys(await first)).toEqual(['C:\\', 'E:\\']);
  // The drive that Windows runs from is asked here, and no other.
  expect(asked).toEqual(['C']);
  expect(context.remarks.current()).toMatchObject([{ kind: 'mount.stuck', subject: 'D:\\' }]);
  expect(Object.keys(await collector.collect())).toEqual(['C:\\', 'E:\\']);
  expect(started).toEqual([['D:\\'], ['E:\\', 'E:\\']]);
});

test('drives can be included by their root, with or without a star', async () => {
  const { calls } = fakeDrives({
    C: { type: kinds.fixed, fileSystem: 'NTFS', total: 500n, free: 200n },
    E: { type: kinds.fixed, fileSystem: 'NTFS', total: 64n, free: 1n },
  });
  for (const pattern of ['C:\\', 'C:*']) {
    const context = windowsContext({ disks_include: [pattern] });
    const some = await createWin32DisksCollector(context, { load: async () => calls }).collect();
    expect(Object.keys(some)).toEqual(['C:\\']);
  }
});

function capturedAdapters(counters: AdapterCalls['GetIfEntry2']): () => Promise<AdapterCalls> {
  const { bytes, address } = captured('adapters');
  return async () => ({
    GetAdaptersAddresses: (_family, _flags, _reserved, output) => {
      output.set(bytes.subarray(0, output.length));
      return 0;
    },
    GetIfEntry2: counters,
    getRawPointer: () => address,
  });
}

test('adapters with an IPv4 address are given by the name that users see, with their counters', async () => {
  const { bytes } = captured('adapter-counters');
  const load = capturedAdapters((row) => {
    row.set(bytes.subarray(16), 16);
    return 0;
  });
  const network = await createWin32NetworkCollector(windowsContext(), { load }).collect();
  expect(Object.keys(network).sort()).toEqual(['eth0', 'lo']);
  expect(network.eth0).toMatchObject({ ip: '192.0.2.2', netmask: '255.255.255.0' });
  expect(network.eth0?.bytes_recv).toBeGreaterThan(0);
  expect(network.eth0?.bytes_sent).toBeGreaterThan(0);
});

test('an adapter without counters keeps its address; an unwanted one is not asked', async () => {
  const askedIndexes: number[] = [];
  const load = capturedAdapters((row) => {
    askedIndexes.push(Buffer.from(row.buffer, row.byteOffset).readUInt32LE(8));
    return 2;
  });
  const context = windowsContext({ network_exclude: ['lo'] });
  expect(await createWin32NetworkCollector(context, { load }).collect()).toEqual({
    eth0: { ip: '192.0.2.2', netmask: '255.255.255.0' },
  });
  expect(askedIndexes).toHaveLength(1);
});
