import { expect, test } from '@jest/globals';
import {
  type AdapterCalls,
  ipv4Netmask,
  parseAdapterCounters,
  parseAdapters,
  readAdapterCounters,
  readAdapters,
} from '../../../src/host/win32/adapters.ts';
import { captured } from './captured.ts';
import { survivesAnything } from './survives.ts';

test('masks are written out from their length', () => {
  expect([0, 1, 8, 20, 24, 31, 32].map(ipv4Netmask)).toEqual([
    '0.0.0.0',
    '128.0.0.0',
    '255.0.0.0',
    '255.255.240.0',
    '255.255.255.0',
    '255.255.255.254',
    '255.255.255.255',
  ]);
});

test('adapters are read with their names, addresses and masks, those without addresses too', () => {
  const { bytes, address } = captured('adapters');
  const adapters = parseAdapters(bytes, address);
  expect(adapters.map(({ friendlyName, addresses }) => [friendlyName, addresses]).sort()).toEqual([
    ['eth0', [{ address: '192.0.2.2', netmask: '255.255.255.0' }]],
    ['ifb0', []],
    ['ifb1', []],
    ['lo', [{ address: '127.0.0.1', netmask: '255.0.0.0' }]],
  ]);
  expect(new Set(adapters.map((one) => one.interfaceIndex)).size).toBe(4);
});

test('adapters of any bytes have names and dotted addresses, or are MALFORMED', () => {
  survivesAnything(parseAdapters, captured('adapters'), (adapters) => {
    for (const { friendlyName, addresses } of adapters) {
      expect(friendlyName.isWellFormed()).toBe(true);
      for (const { address, netmask } of addresses) {
        expect(address).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
        expect(netmask).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
      }
    }
  });
});

test('a list that runs in a circle is MALFORMED, not endless', () => {
  const memory = Buffer.alloc(128);
  const address = 0x1000n;
  memory.writeBigUInt64LE(address, 8);
  expect(() => parseAdapters(memory, address)).toThrow(
    expect.objectContaining({ code: 'MALFORMED' }),
  );
});

test('counters beyond 32 bits are read whole', () => {
  const row = Buffer.alloc(1352);
  row.writeBigUInt64LE(5_000_000_000_000n, 1208);
  row.writeBigUInt64LE(4_294_967_296n, 1280);
  expect(parseAdapterCounters(row)).toEqual({
    receivedBytes: 5_000_000_000_000,
    sentBytes: 4_294_967_296,
  });
});

test('counters of any bytes are whole numbers or MALFORMED', () => {
  survivesAnything(parseAdapterCounters, captured('adapter-counters'), (counters) => {
    for (const bytes of [counters.receivedBytes, counters.sentBytes]) {
      expect(typeof bytes === 'bigint' || Number.isSafeInteger(bytes)).toBe(true);
      expect(bytes).toBeGreaterThanOrEqual(0);
      expect(bytes).toBeLessThan(2n ** 64n);
    }
  });
});

const overflow = 111;

/** A Windows whose list is the captured one and wants more memory than is offered at first. */
function fakeWindows(neededLength: number): { calls: AdapterCalls; lengths: number[] } {
  const { bytes, address } = captured('adapters');
  const lengths: number[] = [];
  return {
    lengths,
    calls: {
      GetAdaptersAddresses: (_family, _flags, _reserved, output, outputLength) => {
        lengths.push(output.length);
        if (output.length < neededLength) {
          Buffer.from(outputLength.buffer, outputLength.byteOffset).writeUInt32LE(neededLength, 0);
          return overflow;
        }
        output.set(bytes.subarray(0, output.length));
        return 0;
      },
      GetIfEntry2: () => 2,
      getRawPointer: () => address,
    },
  };
}

test('the memory grows to what Windows wants', () => {
  const { calls, lengths } = fakeWindows(100_000);
  expect(readAdapters(calls)).toHaveLength(4);
  expect(lengths).toHaveLength(2);
});

test('a list that is never satisfied ends as NOT_AVAILABLE after a bounded number of calls', () => {
  const { calls, lengths } = fakeWindows(Number.POSITIVE_INFINITY);
  const insatiable: AdapterCalls = {
    ...calls,
    GetAdaptersAddresses: (_family, _flags, _reserved, output, outputLength) => {
      lengths.push(output.length);
      Buffer.from(outputLength.buffer, outputLength.byteOffset).writeUInt32LE(output.length + 1, 0);
      return overflow;
    },
  };
  expect(() => readAdapters(insatiable)).toThrow(
    expect.objectContaining({ code: 'NOT_AVAILABLE' }),
  );
  expect(lengths.length).toBeLessThanOrEqual(8);
});

test('no adapter at all is an empty list, a refusal is NOT_AVAILABLE with its number', () => {
  const { calls } = fakeWindows(0);
  expect(readAdapters({ ...calls, GetAdaptersAddresses: () => 232 })).toEqual([]);
  expect(() => readAdapters({ ...calls, GetAdaptersAddresses: () => 8 })).toThrow(
    expect.objectContaining({ code: 'NOT_AVAILABLE', reason: 'error 8' }),
  );
});

test('an adapter that Windows does not count for has no counters', () => {
  expect(readAdapterCounters(fakeWindows(0).calls, 7)).toBeUndefined();
});
