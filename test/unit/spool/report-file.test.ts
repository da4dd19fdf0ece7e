import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  createReportKey,
  decodeReport,
  encodeReport,
  entryOf,
  fileNameOfKey,
  keyOfFileName,
} from '../../../src/spool/report-file.ts';

const key = '001800000000-0123456789abcdef';
const body = Buffer.from('{"action":"send_stats"}');

test('what is encoded is decoded to the same bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 4096 }), (bytes) => {
      const decoded = decodeReport(key, encodeReport(key, bytes));
      expect(decoded.kind).toBe('report');
      if (decoded.kind === 'report') expect(Buffer.from(decoded.body)).toEqual(Buffer.from(bytes));
    }),
  );
});

test('every single flipped bit is noticed', () => {
  const content = encodeReport(key, body);
  for (let bit = 0; bit < content.length * 8; bit += 1) {
    const flipped = Uint8Array.from(content);
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    expect([bit, decodeReport(key, flipped).kind]).toEqual([bit, 'damaged']);
  }
});

test('every truncation is noticed, down to the empty file', () => {
  const content = encodeReport(key, body);
  for (let length = 0; length < content.length; length += 1) {
    const decoded = decodeReport(key, content.subarray(0, length));
    expect([length, decoded.kind]).toEqual([length, 'damaged']);
  }
});

test('a report under the name of another is no report', () => {
  const decoded = decodeReport('001800000000-ffffffffffffffff', encodeReport(key, body));
  expect(decoded).toEqual({ kind: 'damaged', reason: "the file's name belongs to another report" });
});

test.each<[string, (content: Buffer) => Buffer, string]>([
  ['nothing', () => Buffer.alloc(0), 'the file is empty'],
  ['something else', () => Buffer.from('ELF\n'), 'it does not begin like a report'],
  ['a line that does not end', () => Buffer.alloc(400, 'x'), 'it does not begin like a report'],
  [
    'a body that was cut',
    (content) => content.subarray(0, -3),
    `${body.length - 3} bytes instead of the ${body.length} that were written`,
  ],
  [
    'a body that changed',
    (content) => Buffer.concat([content.subarray(0, -1), Buffer.from('!')]),
    'the content does not match its digest',
  ],
])('of %s it is said what is wrong', (_, change, reason) => {
  const content = Buffer.from(encodeReport(key, body));
  expect(decodeReport(key, change(content))).toEqual({ kind: 'damaged', reason });
});

test('arbitrary bytes are never taken for a report, and never throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      expect(decodeReport(key, bytes).kind).toBe('damaged');
    }),
  );
});

test('keys sort by epoch, carry it, and differ within one second', () => {
  const keys = [2, 1_800_000_000, 9, 99_999_999_999].map(createReportKey);
  expect([...keys].sort().map((one) => entryOf(one, 1, true).epoch)).toEqual([
    2, 9, 1_800_000_000, 99_999_999_999,
  ]);
  expect(createReportKey(5)).not.toBe(createReportKey(5));
});

test('a file name gives its key, and a foreign name gives none', () => {
  expect(keyOfFileName(fileNameOfKey(key))).toBe(key);
  for (const name of ['', 'report', `${key}.report.tmp`, `${key}`, '.report', `../${key}.report`]) {
    expect(keyOfFileName(name)).toBeUndefined();
  }
});
