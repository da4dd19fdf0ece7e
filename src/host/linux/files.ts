/**
 * Reading the kernel's text files. Synchronous on purpose: procfs answers from memory, and one
 * readFileSync costs a fifth of what fs.promises spends on its way through the thread pool.
 */
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { systemErrorCode, wrapSystemError } from '../../base/errors.ts';

/**
 * The whole of a kernel file as text. Throws a MonitorError: NOT_AVAILABLE where the file does not
 * exist, PERMISSION where the system refuses.
 */
export function readKernelFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw wrapSystemError(`read ${path}`, error);
  }
}

/** These mean that this kernel, this driver or this container does not have the figure. */
const absentCodes = new Set([
  'ENOENT',
  'ENOTDIR',
  'ENODEV',
  'ENXIO',
  'EINVAL',
  'EOPNOTSUPP',
  'EBUSY',
  'EIO',
  'EACCES',
  'EPERM',
  'EISDIR',
  'ESRCH',
]);

/** A lack of descriptors or memory is none. */
export function isAbsence(error: unknown): boolean {
  return absentCodes.has(systemErrorCode(error) ?? '');
}

/**
 * The same for a file that may be missing, refused, or refuse to answer (a driver's sysfs file does
 * so with EBUSY, EIO or EINVAL): undefined then.
 */
export function readOptionalKernelFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw wrapSystemError(`read ${path}`, error);
  }
}

/**
 * Hands over the whole lines of a file whose size follows the machine (a routing table), in pieces,
 * and waits for what `pause` gives after each. It stops beyond `maxBytes`.
 */
export async function readKernelLines(
  path: string,
  maxBytes: number,
  take: (lines: string) => void,
  pause: () => Promise<void> | undefined,
): Promise<'whole' | 'too long' | 'absent'> {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, 'r');
    const buffer = Buffer.allocUnsafe(65_536);
    // What is in the buffer: a line that a read has cut waits there for its end.
    let keptBytes = 0;
    for (let sizeBytes = 0; sizeBytes <= maxBytes; ) {
      const readBytes = readSync(descriptor, buffer, keptBytes, buffer.length - keptBytes, null);
      if (readBytes === 0) return 'whole';
      const filled = buffer.subarray(0, keptBytes + readBytes);
      const end = filled.lastIndexOf(0x0a) + 1;
      take(filled.toString('utf8', 0, end));
      keptBytes = filled.copy(buffer, 0, end);
      if (keptBytes === buffer.length) return 'too long';
      sizeBytes += readBytes;
      await pause();
    }
    return 'too long';
  } catch (error) {
    if (isAbsence(error)) return 'absent';
    throw wrapSystemError(`read ${path}`, error);
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}
