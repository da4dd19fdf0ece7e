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

/**
 * The same for a file that may be missing, refused, or refuse to answer (a driver's sysfs file does
 * so with EBUSY, EIO or EINVAL): undefined then.
 */
export function readOptionalKernelFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (absentCodes.has(systemErrorCode(error) ?? '')) return undefined;
    throw wrapSystemError(`read ${path}`, error);
  }
}

/**
 * The first bytes of a file whose size follows the machine (a routing table), undefined where it is
 * missing. A line that the bound cuts is left out.
 */
export function readBoundedKernelFile(path: string, maxBytes: number): string | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch (error) {
    if (absentCodes.has(systemErrorCode(error) ?? '')) return undefined;
    throw wrapSystemError(`read ${path}`, error);
  }
  try {
    const chunks: Buffer[] = [];
    let sizeBytes = 0;
    while (sizeBytes < maxBytes) {
      const chunk = Buffer.allocUnsafe(Math.min(65_536, maxBytes - sizeBytes));
      const readBytes = readSync(descriptor, chunk, 0, chunk.length, null);
      if (readBytes === 0) return Buffer.concat(chunks).toString('utf8');
      chunks.push(chunk.subarray(0, readBytes));
      sizeBytes += readBytes;
    }
    const text = Buffer.concat(chunks).toString('utf8');
    return text.slice(0, text.lastIndexOf('\n') + 1);
  } catch (error) {
    throw wrapSystemError(`read ${path}`, error);
  } finally {
    closeSync(descriptor);
  }
}
