import { expect, test } from '@jest/globals';
import { parseMemoryStatus, readMemoryStatus } from '../../../src/host/win32/memory-status.ts';
import { parseGroupTimes } from '../../../src/host/win32/processor-groups.ts';
import {
  type ProcessorCalls,
  parseProcessorFrequency,
  parseProcessorTimes,
  parseSystemInfoCount,
  readProcessorCount,
  readProcessorFrequency,
  readProcessorTimes,
} from '../../../src/host/win32/processors.ts';
import { captured } from './captured.ts';
import { survivesAnything } from './survives.ts';

const isCount = (value: number): void => {
  expect(Number.isSafeInteger(value) && value >= 0).toBe(true);
};

test('total and available memory are read from what Windows filled', () => {
  const { totalBytes, availableBytes } = parseMemoryStatus(captured('memory-status').bytes);
  expect(totalBytes).toBe(25_276_510_208);
  expect(availableBytes).toBeGreaterThan(0);
  expect(availableBytes).toBeLessThan(totalBytes);
});

test('the length of the structure is told to Windows, which refuses any other', () => {
  const told: number[] = [];
  readMemoryStatus({
    GlobalMemoryStatusEx: (status) => {
      told.push(Buffer.from(status).readUInt32LE(0), status.length);
      return 1;
    },
  });
  expect(told).toEqual([64, 64]);
});

test('a refused memory call is NOT_AVAILABLE, so that the portable collector can be asked', () => {
  expect(() => readMemoryStatus({ GlobalMemoryStatusEx: () => 0 })).toThrow(
    expect.objectContaining({ code: 'NOT_AVAILABLE', operation: 'call GlobalMemoryStatusEx' }),
  );
});

test('memory figures of any bytes are whole numbers or MALFORMED', () => {
  survivesAnything(parseMemoryStatus, captured('memory-status'), (status) => {
    isCount(status.totalBytes);
    isCount(status.availableBytes);
  });
});

function fileTime(ticks: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(ticks, 0);
  return bytes;
}

test('idle time is taken out of the kernel time that includes it', () => {
  const [idle, kernel, user] = [fileTime(700n), fileTime(1000n), fileTime(50n)];
  expect(parseProcessorTimes(idle, kernel, user)).toEqual({ idleTicks: 700n, busyTicks: 350n });
});

test('captured processor times hold both idle and busy time', () => {
  const { bytes } = captured('system-times');
  const times = parseProcessorTimes(
    bytes.subarray(0, 8),
    bytes.subarray(8, 16),
    bytes.subarray(16, 24),
  );
  expect(times.idleTicks).toBeGreaterThan(0n);
  expect(times.busyTicks).toBeGreaterThan(0n);
});

test('the frequency is the mean of the processors that tell one', () => {
  expect(parseProcessorFrequency(captured('processor-power').bytes)).toBe(2596);

  const hybrid = Buffer.alloc(3 * 24);
  hybrid.writeUInt32LE(3200, 8);
  hybrid.writeUInt32LE(2401, 24 + 8);
  expect(parseProcessorFrequency(hybrid)).toBe(2801);
});

test('no processor with a frequency means that there is none, not 0', () => {
  expect(parseProcessorFrequency(Buffer.alloc(4 * 24))).toBeUndefined();
  expect(parseProcessorFrequency(Buffer.alloc(0))).toBeUndefined();
});

test('a frequency of any bytes is a whole number or absent', () => {
  survivesAnything(parseProcessorFrequency, captured('processor-power'), (frequency) => {
    if (frequency !== undefined) isCount(frequency);
  });
});

test('truncated times and system information are MALFORMED', () => {
  const malformed = expect.objectContaining({ code: 'MALFORMED' });
  expect(() => parseProcessorTimes(Buffer.alloc(7), fileTime(0n), fileTime(0n))).toThrow(malformed);
  expect(() => parseSystemInfoCount(Buffer.alloc(35))).toThrow(malformed);
});

const refusing: ProcessorCalls = {
  GetActiveProcessorGroupCount: () => 0,
  NtQuerySystemInformationEx: () => -1_073_741_822,
  GetSystemTimes: () => 0,
  GetActiveProcessorCount: () => 0,
  GetSystemInfo: () => undefined,
  NtPowerInformation: () => -1_073_741_790,
};

test('refused processor calls are NOT_AVAILABLE, a refused frequency is merely absent', () => {
  const notAvailable = expect.objectContaining({ code: 'NOT_AVAILABLE' });
  expect(() => readProcessorTimes(refusing)).toThrow(notAvailable);
  expect(() => readProcessorCount(refusing)).toThrow(notAvailable);
  expect(readProcessorFrequency(refusing, 2)).toBeUndefined();
});

test('the processors of all groups are counted, those of this group where groups are unknown', () => {
  const groups: number[] = [];
  const GetActiveProcessorCount = (group: number): number => {
    groups.push(group);
    return 96;
  };
  expect(readProcessorCount({ ...refusing, GetActiveProcessorCount })).toBe(96);
  expect(groups).toEqual([0xffff]);

  const GetSystemInfo = (info: Uint8Array): void => {
    Buffer.from(info.buffer, info.byteOffset).writeUInt32LE(2, 32);
  };
  expect(readProcessorCount({ ...refusing, GetSystemInfo })).toBe(2);
});

/** Two groups of 64 processors each, every one of which is as busy as a captured one. */
function twoGroups(asked: number[] = []): ProcessorCalls {
  const { bytes } = captured('processor-performance');
  return {
    ...refusing,
    GetActiveProcessorGroupCount: () => 2,
    GetActiveProcessorCount: () => 128,
    NtQuerySystemInformationEx: (_class, group, _length, output, _outputLength, returnLength) => {
      asked.push(Buffer.from(group).readUInt16LE(0));
      for (let at = 0; at < 64 * 48; at += bytes.length) output.set(bytes, at);
      Buffer.from(returnLength.buffer, returnLength.byteOffset).writeUInt32LE(64 * 48, 0);
      return 0;
    },
  };
}

test('128 processors in two groups: the times of both, of 64 processors each', () => {
  const asked: number[] = [];
  // The captured ones are two processors of 48 bytes each: idle, kernel, user.
  const { bytes } = captured('processor-performance');
  const sum = (at: number): bigint => bytes.readBigUInt64LE(at) + bytes.readBigUInt64LE(48 + at);
  expect(sum(0)).toBeGreaterThan(0n);
  expect(readProcessorTimes(twoGroups(asked))).toEqual({
    idleTicks: sum(0) * 64n,
    busyTicks: (sum(8) - sum(0) + sum(16)) * 64n,
  });
  expect(asked).toEqual([0, 1]);
  expect(readProcessorCount(twoGroups())).toBe(128);
});

test('where groups are not told, the times are those that GetSystemTimes gives', () => {
  const GetSystemTimes = (idle: Uint8Array, kernel: Uint8Array, user: Uint8Array): number => {
    idle.set(fileTime(700n));
    kernel.set(fileTime(1000n));
    user.set(fileTime(50n));
    return 1;
  };
  for (const groups of [0, 1, 2]) {
    const calls = { ...refusing, GetSystemTimes, GetActiveProcessorGroupCount: () => groups };
    expect(readProcessorTimes(calls)).toEqual({ idleTicks: 700n, busyTicks: 350n });
  }
});

test('times of groups of any bytes are sums or MALFORMED', () => {
  survivesAnything(parseGroupTimes, captured('processor-performance'), ({ idleTicks }) => {
    expect(idleTicks).toBeGreaterThanOrEqual(0n);
  });
});
