/**
 * What one spool file holds, and how its name is made. Everything here is pure.
 *
 *   name     <epoch, 12 digits>-<16 hex digits>.report
 *   content  system-monitor-report 1 <key> <length> <sha256>\n<body>
 *
 * The digest covers key and body, so that a flipped bit, a truncation, a foreign file and a file
 * under another report's name are all told from a report.
 */
import { hash, randomBytes } from 'node:crypto';
import type { SpoolEntry } from './spool.ts';

export const reportSuffix = '.report';

const magic = 'system-monitor-report 1';
const epochDigits = 12;
const keyPattern = /^\d{12}-[0-9a-f]{16}$/;
const headerPattern =
  /^system-monitor-report 1 (\d{12}-[0-9a-f]{16}) (0|[1-9]\d{0,14}) ([0-9a-f]{64})$/;
const newline = 0x0a;

/** The header's length does not depend on the key, and little on the body: it is at most this. */
const maxHeaderBytes = 160;

/** A new key for a report collected at `epoch` (whole seconds since 1970). */
export function createReportKey(epoch: number): string {
  const seconds = String(Math.max(0, Math.trunc(epoch))).padStart(epochDigits, '0');
  return `${seconds}-${randomBytes(8).toString('hex')}`;
}

export function isReportKey(text: string): boolean {
  return keyPattern.test(text);
}

/** The key in a file's name, or undefined where the name is none of ours. */
export function keyOfFileName(name: string): string | undefined {
  if (!name.endsWith(reportSuffix)) return undefined;
  const key = name.slice(0, -reportSuffix.length);
  return keyPattern.test(key) ? key : undefined;
}

export function fileNameOfKey(key: string): string {
  return `${key}${reportSuffix}`;
}

export function encodeReport(key: string, body: Uint8Array): Uint8Array {
  const header = `${magic} ${key} ${body.length} ${digest(key, body)}\n`;
  return Buffer.concat([Buffer.from(header, 'latin1'), body]);
}

export type DecodedReport =
  | { readonly kind: 'report'; readonly body: Uint8Array }
  | { readonly kind: 'damaged'; readonly reason: string };

/** Checks the content of the file that is named after `key`. */
export function decodeReport(key: string, content: Uint8Array): DecodedReport {
  if (content.length === 0) return { kind: 'damaged', reason: 'the file is empty' };
  const end = content.subarray(0, maxHeaderBytes).indexOf(newline);
  const header = end < 0 ? '' : Buffer.from(content.subarray(0, end)).toString('latin1');
  const match = headerPattern.exec(header);
  if (match === null) return { kind: 'damaged', reason: 'it does not begin like a report' };
  const body = content.subarray(end + 1);
  if (match[1] !== key)
    return { kind: 'damaged', reason: "the file's name belongs to another report" };
  if (Number(match[2]) !== body.length) {
    return {
      kind: 'damaged',
      reason: `${body.length} bytes instead of the ${match[2]} that were written`,
    };
  }
  if (match[3] !== digest(key, body)) {
    return { kind: 'damaged', reason: 'the content does not match its digest' };
  }
  return { kind: 'report', body };
}

/** What the spool says of the report of `key`, which must be a key. */
export function entryOf(key: string, sizeBytes: number, durable: boolean): SpoolEntry {
  return { key, epoch: Number(key.slice(0, epochDigits)), sizeBytes, durable };
}

function digest(key: string, body: Uint8Array): string {
  return hash('sha256', Buffer.concat([Buffer.from(`${key}\n`, 'latin1'), body]), 'hex');
}
