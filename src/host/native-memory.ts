/**
 * Structures that Windows or macOS wrote into memory of ours. Every read is checked against the end of
 * that memory, and a pointer is followed only where it points into the same memory: whatever the
 * system (or a hook inside it) leaves there, the worst that follows is a MonitorError.
 */
import { MonitorError } from '../base/errors.ts';
import { type Exact, exactOf } from '../base/exact.ts';

export interface NativeMemory {
  readonly length: number;
  uint8(offset: number): number;
  uint16(offset: number): number;
  uint32(offset: number): number;
  uint64(offset: number): bigint;
  /** A 64-bit counter, of whatever size. */
  counter(offset: number): Exact;
  /** A 64-bit count that must be exact as a number. */
  count(offset: number): number;
  /** Where the address at `offset` points to, as an offset in this memory; undefined if null. */
  target(offset: number): number | undefined;
  /** UTF-16LE text of a known length. */
  text(offset: number, byteLength: number): string;
  /** UTF-16LE text up to its NUL, which must come within `byteLengthMax`. */
  textToNul(offset: number, byteLengthMax: number): string;
  /** UTF-8 text of at most `byteLengthMax` bytes, up to its NUL if it has one. */
  utf8(offset: number, byteLengthMax: number): string;
  bytes(offset: number, byteLength: number): Uint8Array;
  /** The error for contents that cannot be. */
  malformed(reason: string): MonitorError;
}

/**
 * @param structure what the memory holds, for the error's text: `SYSTEM_PROCESS_INFORMATION`
 * @param address where the memory lay when the system wrote the pointers into it
 *
 * Every method throws MALFORMED for what lies outside, and `count` for more than 2^53.
 */
export function createNativeMemory(
  structure: string,
  memory: Uint8Array,
  address = 0n,
): NativeMemory {
  const buffer = Buffer.from(memory.buffer, memory.byteOffset, memory.byteLength);

  function malformed(reason: string): MonitorError {
    return new MonitorError({ code: 'MALFORMED', operation: `read ${structure}`, reason });
  }

  /** The offset, if so many bytes lie there. */
  function check(offset: number, byteLength: number): number {
    if (offset >= 0 && byteLength >= 0 && offset + byteLength <= buffer.length) return offset;
    throw malformed(`${byteLength} bytes at ${offset} lie outside its ${buffer.length} bytes`);
  }

  const part = (offset: number, byteLength: number): Buffer =>
    buffer.subarray(check(offset, byteLength), offset + byteLength);
  const uint64 = (offset: number): bigint => buffer.readBigUInt64LE(check(offset, 8));

  return {
    length: buffer.length,
    malformed,
    uint8: (offset) => buffer.readUInt8(check(offset, 1)),
    uint16: (offset) => buffer.readUInt16LE(check(offset, 2)),
    uint32: (offset) => buffer.readUInt32LE(check(offset, 4)),
    uint64,
    counter: (offset) => exactOf(uint64(offset)),
    count: (offset) => {
      const value = exactOf(uint64(offset));
      if (typeof value === 'number') return value;
      throw malformed(`${value} is not a plausible count`);
    },
    target: (offset) => {
      const pointer = uint64(offset);
      if (pointer === 0n) return undefined;
      const distance = pointer - address;
      if (distance < 0n || distance >= BigInt(buffer.length)) {
        throw malformed(`the pointer at ${offset} leaves it`);
      }
      return Number(distance);
    },
    text: (offset, byteLength) => wideText(part(offset, byteLength)),
    textToNul: (offset, byteLengthMax) => {
      for (let end = offset; end < offset + byteLengthMax; end += 2) {
        if (buffer.readUInt16LE(check(end, 2)) === 0) return wideText(buffer.subarray(offset, end));
      }
      throw malformed(`the text at ${offset} has no end`);
    },
    utf8: (offset, byteLengthMax) => {
      const bytes = part(offset, byteLengthMax);
      const end = bytes.indexOf(0);
      return bytes.toString('utf8', 0, end === -1 ? bytes.length : end);
    },
    bytes: part,
  };
}

/**
 * Windows lets half a surrogate pair stand in a name; JSON could spell it, but RFC 7493 forbids it
 * and many a database refuses the whole report for one, so that it becomes U+FFFD.
 */
function wideText(bytes: Buffer): string {
  return bytes.toString('utf16le').toWellFormed();
}

/** A NUL-terminated UTF-16LE string to hand to a function whose name ends in W. */
export function wideString(text: string): Uint8Array {
  return Buffer.from(`${text}\0`, 'utf16le');
}
