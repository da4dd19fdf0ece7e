import { expect, test } from '@jest/globals';
import {
  createSnapshotReader,
  parseProcessCounters,
  parseProcessSnapshot,
  type SnapshotCalls,
} from '../../../src/host/win32/process-snapshot.ts';
import { captured } from './captured.ts';
import { address, snapshotOf } from './fake-processes.ts';
import { survivesAnything } from './survives.ts';

test('every process of a captured snapshot is read with its image name and start', () => {
  const { bytes, address: base } = captured('processes');
  const processes = parseProcessSnapshot(bytes, base);
  expect(processes.map((one) => one.imageName).sort()).toEqual([
    'explorer.exe',
    'node.exe',
    'plugplay.exe',
    'rpcss.exe',
    'services.exe',
    'svchost.exe',
    'svchost.exe',
    'winedevice.exe',
    'winedevice.exe',
  ]);
  expect(new Set(processes.map((one) => one.pid)).size).toBe(9);
  // All of them started in November 2026; FILETIME counts from 1601.
  const november = 134_397_792_000_000_000n;
  expect(processes.every((one) => one.createTime > november)).toBe(true);
});

test('names of any script, and the nameless idle process, come through whole', () => {
  const list = [
    { pid: 0, name: '' },
    { pid: 4, name: 'System', threads: 200 },
    { pid: 4294967292, name: 'Überwachung 监控 🦊.exe', createTime: 133_000_000_000_000_000n },
  ];
  expect(parseProcessSnapshot(snapshotOf(list), address)).toEqual([
    { pid: 0, imageName: '', createTime: 1n },
    { pid: 4, imageName: 'System', createTime: 1n },
    {
      pid: 4294967292,
      imageName: 'Überwachung 监控 🦊.exe',
      createTime: 133_000_000_000_000_000n,
    },
  ]);
});

test('what is counted for each process of a captured snapshot is read', () => {
  const { bytes, address: base } = captured('processes');
  const counters = parseProcessCounters(bytes, base);
  expect([...counters.keys()]).toEqual(parseProcessSnapshot(bytes, base).map(({ pid }) => pid));
  for (const { cpuSeconds, rssBytes } of counters.values()) {
    // A small room: minutes of CPU at most, and between 1 MiB and 1 GiB of memory.
    expect(cpuSeconds).toBeGreaterThanOrEqual(0);
    expect(cpuSeconds).toBeLessThan(600);
    expect(rssBytes).toBeGreaterThan(2 ** 20);
    expect(rssBytes).toBeLessThan(2 ** 30);
  }
});

test('half a surrogate pair in a name becomes a replacement character', () => {
  const [process] = parseProcessSnapshot(snapshotOf([{ pid: 8, name: 'a\ud83e.exe' }]), address);
  expect(process?.imageName).toBe('a\ufffd.exe');
});

test('a name that lies outside the memory is MALFORMED, not read', () => {
  const bytes = snapshotOf([{ pid: 8, name: 'svchost.exe' }]);
  for (const pointer of [address - 2n, address + BigInt(bytes.length), 0xffff_ffff_ffff_fff0n]) {
    bytes.writeBigUInt64LE(pointer, 64);
    expect(() => parseProcessSnapshot(bytes, address)).toThrow(
      expect.objectContaining({ code: 'MALFORMED' }),
    );
  }
});

test('a list of any bytes gives whole pids and texts, or MALFORMED', () => {
  survivesAnything(parseProcessSnapshot, captured('processes'), (processes) => {
    for (const { pid, imageName } of processes) {
      expect(Number.isSafeInteger(pid)).toBe(true);
      expect(imageName.isWellFormed()).toBe(true);
    }
  });
});

test('counters of any bytes are finite, or MALFORMED', () => {
  survivesAnything(parseProcessCounters, captured('processes'), (counters) => {
    for (const [pid, { cpuSeconds, rssBytes }] of counters) {
      expect(Number.isSafeInteger(pid) && Number.isSafeInteger(rssBytes)).toBe(true);
      expect(Number.isFinite(cpuSeconds)).toBe(true);
    }
  });
});

/** Windows with a list of its own: refuses memory that is too small, as NtQuerySystemInformation. */
function fakeWindows(list: () => Buffer): { calls: SnapshotCalls; lengths: number[] } {
  const lengths: number[] = [];
  return {
    lengths,
    calls: {
      NtQuerySystemInformation: (_class, output, outputLength, returnLength) => {
        lengths.push(outputLength);
        const bytes = list();
        Buffer.from(returnLength.buffer, returnLength.byteOffset).writeUInt32LE(bytes.length, 0);
        if (outputLength < bytes.length) return 0xc0000004 | 0;
        output.set(bytes);
        return 0;
      },
      getRawPointer: () => address,
    },
  };
}

test('the memory grows until the list fits, and is kept for the next snapshot', () => {
  const many = snapshotOf(
    Array.from({ length: 5000 }, (_, index) => ({ pid: index * 4, name: `p${index}.exe` })),
  );
  const { calls, lengths } = fakeWindows(() => many);
  const reader = createSnapshotReader(calls);
  expect(reader.read()).toHaveLength(5000);
  const grown = lengths.length;
  expect(grown).toBeGreaterThan(1);
  expect(reader.read()).toHaveLength(5000);
  expect(lengths).toHaveLength(grown + 1);
});

test('a list that outgrows every memory ends as NOT_AVAILABLE, after a bounded number of calls', () => {
  let calls = 0;
  const reader = createSnapshotReader({
    NtQuerySystemInformation: (_class, _output, outputLength, returnLength) => {
      calls += 1;
      Buffer.from(returnLength.buffer, returnLength.byteOffset).writeUInt32LE(outputLength + 1, 0);
      return 0xc0000004 | 0;
    },
    getRawPointer: () => address,
  });
  expect(() => reader.read()).toThrow(expect.objectContaining({ code: 'NOT_AVAILABLE' }));
  expect(calls).toBeLessThanOrEqual(8);
});

test('a refused snapshot is NOT_AVAILABLE and names the status', () => {
  const reader = createSnapshotReader({
    NtQuerySystemInformation: () => 0xc0000022 | 0,
    getRawPointer: () => address,
  });
  expect(() => reader.read()).toThrow(
    expect.objectContaining({ code: 'NOT_AVAILABLE', reason: 'status 0xc0000022' }),
  );
});
