/**
 * The event log of Windows: entries of the source `System Monitor` in the log `Application`. No file
 * of messages is installed for it, so that each entry brings its whole text along.
 */
import type { SystemLog } from '../../base/system-log.ts';
import { wideString } from '../native-memory.ts';
import { openLibrary } from './native-library.ts';

const source = 'System Monitor';
/** 31 839 characters are allowed. */
const charactersMax = 8000;

/** https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-reporteventw */
const kinds = {
  started: { type: 0x0004, id: 1 },
  stopped: { type: 0x0004, id: 2 },
  error: { type: 0x0001, id: 3 },
} as const;

export interface EventLogCalls {
  RegisterEventSourceW(server: null, source: Uint8Array): bigint;
  ReportEventW(
    log: bigint,
    type: number,
    category: number,
    eventId: number,
    user: null,
    stringCount: number,
    dataLength: number,
    strings: Uint8Array,
    data: null,
  ): number;
  DeregisterEventSource(log: bigint): number;
  getRawPointer(source: Uint8Array): bigint;
}

export async function loadEventLogCalls(): Promise<EventLogCalls> {
  const advapi32 = await openLibrary('advapi32.dll', {
    RegisterEventSourceW: { arguments: ['pointer', 'pointer'], return: 'pointer' },
    ReportEventW: {
      arguments: [
        ...(['pointer', 'uint16', 'uint16', 'uint32', 'pointer'] as const),
        ...(['uint16', 'uint32', 'pointer', 'pointer'] as const),
      ],
      return: 'int32',
    },
    DeregisterEventSource: { arguments: ['pointer'], return: 'int32' },
  });
  const { getRawPointer } = await import('node:ffi');
  return { ...advapi32, getRawPointer };
}

/**
 * Undefined where this Node may call nothing native. Each entry opens the log for itself: there are
 * few, and the service that keeps it may start after us.
 */
export async function openEventLog(load = loadEventLogCalls): Promise<SystemLog | undefined> {
  let calls: EventLogCalls;
  try {
    calls = await load();
  } catch {
    return undefined;
  }
  return { report: (kind, text) => writeEntry(calls, kind, text) };
}

function writeEntry(calls: EventLogCalls, kind: keyof typeof kinds, text: string): void {
  const log = calls.RegisterEventSourceW(null, wideString(source));
  if (log === 0n) return;
  try {
    const { type, id } = kinds[kind];
    const entry = wideString(withoutInsertions(text));
    const strings = Buffer.alloc(8);
    strings.writeBigUInt64LE(calls.getRawPointer(entry), 0);
    calls.ReportEventW(log, type, 0, id, null, 1, 0, strings, null);
  } finally {
    calls.DeregisterEventSource(log);
  }
}

/** The viewer would take `%1` for a place to fill in, as in an address with a zone: `fe80::1%1`. */
function withoutInsertions(text: string): string {
  return text
    .slice(0, charactersMax)
    .toWellFormed()
    .replaceAll('\0', '')
    .replace(/%(?=\d)/g, '% ');
}
