import { expect, test } from '@jest/globals';
import { type EventLogCalls, openEventLog } from '../../../src/host/win32/event-log.ts';

/** Memory of ours, by the addresses that it is said to have. */
function fakeEventLog({ handle = 5n } = {}) {
  const memory = new Map<bigint, Uint8Array>();
  const entries: unknown[] = [];
  const sources: string[] = [];
  const closed: bigint[] = [];
  const text = (bytes: Uint8Array | undefined): string =>
    Buffer.from(bytes ?? []).toString('utf16le');
  const calls: EventLogCalls = {
    RegisterEventSourceW: (_server, source) => {
      sources.push(text(source));
      return handle;
    },
    ReportEventW: (log, type, category, id, _user, count, _length, strings) => {
      const address = Buffer.from(strings).readBigUInt64LE(0);
      entries.push({ log, type, category, id, count, text: text(memory.get(address)) });
      return 1;
    },
    DeregisterEventSource: (log) => closed.push(log),
    getRawPointer: (source) => {
      memory.set(0x7000n, source);
      return 0x7000n;
    },
  };
  return { entries, sources, closed, load: async () => calls };
}

test('an entry has its kind, its number and its whole text, and the log is given back', async () => {
  const { entries, sources, closed, load } = fakeEventLog();
  const log = await openEventLog(load);
  log?.report('started', 'it began');
  log?.report('stopped', 'it ended');
  log?.report('error', 'it fell');
  const entry = { log: 5n, category: 0, count: 1 };
  expect(entries).toEqual([
    { ...entry, type: 4, id: 1, text: 'it began\0' },
    { ...entry, type: 4, id: 2, text: 'it ended\0' },
    { ...entry, type: 1, id: 3, text: 'it fell\0' },
  ]);
  expect(new Set(sources)).toEqual(new Set(['System Monitor\0']));
  expect(closed).toEqual([5n, 5n, 5n]);
});

test('what the viewer would fill in, and what no text may hold, is taken out; long texts are cut', async () => {
  const { entries, load } = fakeEventLog();
  const log = await openEventLog(load);
  log?.report('error', 'fe80::1%1 is 100 % away\0, \ud800');
  log?.report('error', 'x'.repeat(50_000));
  expect(entries[0]).toMatchObject({ text: 'fe80::1% 1 is 100 % away, \ufffd\0' });
  expect(Object(entries[1]).text).toHaveLength(8001);
});

test('a log that refuses, or a Node that may not ask, costs nothing', async () => {
  const { entries, load } = fakeEventLog({ handle: 0n });
  const log = await openEventLog(load);
  log?.report('error', 'nobody hears it');
  expect(entries).toEqual([]);
  const refusing = async (): Promise<EventLogCalls> => {
    throw new Error('no node:ffi');
  };
  expect(await openEventLog(refusing)).toBeUndefined();
});
