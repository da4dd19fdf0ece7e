/** Shows the end of the agent's log file, and what is added to it, where there is no journal. */
import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import type { Clock } from '../base/clock.ts';
import { systemErrorCode, wrapSystemError } from '../base/errors.ts';
import type { LogOptions } from './service.ts';

/** However many lines are asked for, no more than this is read to find them. */
const maxTailBytes = 4 * 1024 * 1024;
const pieceBytes = 64 * 1024;
const followStepMs = 500;

/** A rotated or shortened file is followed from its new beginning. Throws when there is no file. */
export async function tailLog(
  path: string,
  clock: Clock,
  { lines, follow, signal, write }: LogOptions,
): Promise<void> {
  let position = showEnd(path, lines, write);
  let inode = statSync(path).ino;
  while (follow && !signal.aborted) {
    await clock.sleep(followStepMs, signal);
    try {
      const now = statSync(path);
      if (now.ino !== inode || now.size < position) position = 0;
      inode = now.ino;
      position = copyFrom(path, position, write);
    } catch (error) {
      // Between the two steps of a rotation there is no file for a moment.
      if (systemErrorCode(error) !== 'ENOENT') throw wrapSystemError(`read ${path}`, error);
    }
  }
}

/** Writes the last `lines` lines and returns where the file ended. */
function showEnd(path: string, lines: number, write: LogOptions['write']): number {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch (error) {
    throw wrapSystemError(`read ${path}`, error, 'The service creates it when it first runs.');
  }
  try {
    const sizeBytes = fstatSync(descriptor).size;
    const start = Math.max(0, sizeBytes - maxTailBytes);
    const tail = Buffer.alloc(sizeBytes - start);
    const readBytes = readSync(descriptor, tail, 0, tail.length, start);
    const end = tail.subarray(0, readBytes);
    write(end.subarray(startOfLastLines(end, lines)));
    return start + readBytes;
  } finally {
    closeSync(descriptor);
  }
}

/** Offset of the line with which the last `lines` lines begin; a last line may lack its newline. */
export function startOfLastLines(content: Uint8Array, lines: number): number {
  const newline = 0x0a;
  let offset = content.length;
  if (lines <= 0) return offset;
  if (content.at(-1) === newline) offset -= 1;
  for (let found = 0; found < lines; found += 1) {
    offset = offset === 0 ? -1 : content.lastIndexOf(newline, offset - 1);
    if (offset === -1) return 0;
  }
  return offset + 1;
}

function copyFrom(path: string, from: number, write: LogOptions['write']): number {
  const descriptor = openSync(path, 'r');
  try {
    let position = from;
    const end = fstatSync(descriptor).size;
    while (position < end) {
      const piece = Buffer.alloc(Math.min(pieceBytes, end - position));
      const readBytes = readSync(descriptor, piece, 0, piece.length, position);
      if (readBytes === 0) break;
      write(piece.subarray(0, readBytes));
      position += readBytes;
    }
    return position;
  } finally {
    closeSync(descriptor);
  }
}
