/**
 * What /proc tells of one process (proc(5)). Everything is synchronous: these files are made from
 * memory when they are read, and a trip through libuv's pool costs ten times the read itself.
 */
import { closeSync, openSync, readdir, readdirSync, readSync, statSync } from 'node:fs';
import { promisify } from 'node:util';
import { systemErrorCode, wrapSystemError } from '../../base/errors.ts';

/** Tells one process from a later one that got the same pid, and whether its rights changed. */
export interface ProcessFolder {
  /** Of /proc/PID. The kernel hands a new number to each process (get_next_ino). */
  readonly inode: number;
  /**
   * The owner of /proc/PID itself is the effective uid even of an undumpable process; only the
   * files inside turn to root then (task_dump_owner in fs/proc/base.c).
   */
  readonly effectiveUid: number;
}

export interface ProcessUids {
  readonly real: number;
  readonly effective: number;
}

/** `gone`: the process ended between the listing and the read. `denied`: hidepid=1 (proc(5)). */
export type Unreadable = 'gone' | 'denied';

export interface ProcessFiles {
  /** Every pid, ascending. Throws a MonitorError when /proc cannot be listed. */
  pids(): Promise<Uint32Array>;
  /** The bytes of `comm` without its line end, valid until the next call. */
  comm(pid: number): Uint8Array | Unreadable;
  folder(pid: number): ProcessFolder | Unreadable;
  uids(pid: number): ProcessUids | Unreadable;
  /** Its start, valid until the next call. Empty for kernel threads and zombies. */
  commandLine(pid: number): Uint8Array | Unreadable;
}

/** Of a longer command line the rest is not read; only the first argument is of interest. */
const maxCommandLineBytes = 65_536;

/** `status` is some 1.5 kB; the uids stand in its first 300 bytes unless thousands of groups come. */
const statusBytes = 4096;
/** TASK_COMM_LEN is 16; kernel threads and their workers show up to 64 and some more. */
const commBytes = 256;

/** From this many on, the listing itself would hold the event loop for milliseconds. */
const manyProcesses = 2000;

const readFolderAsync = promisify(readdir);

export function createProcessFiles(proc: string): ProcessFiles {
  const commBuffer = Buffer.allocUnsafeSlow(commBytes);
  const statusBuffer = Buffer.allocUnsafeSlow(statusBytes);
  let commandLineBuffer: Buffer | undefined;
  let lastCount = 0;

  return {
    async pids() {
      try {
        const names = lastCount < manyProcesses ? readdirSync(proc) : await readFolderAsync(proc);
        const pids = pidsOf(names);
        lastCount = pids.length;
        return pids;
      } catch (error) {
        throw wrapSystemError(`list ${proc}`, error);
      }
    },
    comm(pid) {
      const bytes = readOnce(`${proc}/${pid}/comm`, commBuffer);
      if (typeof bytes === 'string') return bytes;
      // A name may end in a line end of its own; the kernel's is the last one.
      return bytes.at(-1) === 0x0a ? bytes.subarray(0, -1) : bytes;
    },
    folder(pid) {
      const path = `${proc}/${pid}`;
      try {
        const { ino, uid } = statSync(path);
        return { inode: ino, effectiveUid: uid };
      } catch (error) {
        return unreadable(path, error);
      }
    },
    uids(pid) {
      const path = `${proc}/${pid}/status`;
      const bytes = readOnce(path, statusBuffer);
      if (typeof bytes === 'string') return bytes;
      return parseUids(Buffer.from(bytes).toString('latin1')) ?? 'gone';
    },
    commandLine(pid) {
      commandLineBuffer ??= Buffer.allocUnsafeSlow(maxCommandLineBytes);
      return readOnce(`${proc}/${pid}/cmdline`, commandLineBuffer, 'whole');
    },
  };
}

/** The numeric names of a listing of /proc, ascending. */
export function pidsOf(names: readonly string[]): Uint32Array {
  const pids = names.filter((name) => /^[1-9][0-9]*$/.test(name)).map(Number);
  return Uint32Array.from(pids).sort();
}

/** The real and effective uid of a `status` file: the first two of its `Uid:` line (proc(5)). */
export function parseUids(status: string): ProcessUids | undefined {
  const match = /^Uid:\t(\d+)\t(\d+)\t/m.exec(status);
  return match === null ? undefined : { real: Number(match[1]), effective: Number(match[2]) };
}

/**
 * These files give all that they have to one read(2) of a sufficient buffer; a command line is made
 * page by page and wants several.
 */
function readOnce(path: string, buffer: Buffer, extent?: 'whole'): Uint8Array | Unreadable {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch (error) {
    return unreadable(path, error);
  }
  try {
    let sizeBytes = readSync(descriptor, buffer, 0, buffer.length, null);
    while (extent === 'whole' && sizeBytes > 0 && sizeBytes < buffer.length) {
      const more = readSync(descriptor, buffer, sizeBytes, buffer.length - sizeBytes, null);
      if (more === 0) break;
      sizeBytes += more;
    }
    return buffer.subarray(0, sizeBytes);
  } catch (error) {
    return unreadable(path, error);
  } finally {
    closeSync(descriptor);
  }
}

/** Anything else, such as EMFILE, is no property of the process: every one would seem to be gone. */
function unreadable(path: string, error: unknown): Unreadable {
  const code = systemErrorCode(error);
  if (code === 'ENOENT' || code === 'ESRCH') return 'gone';
  if (code === 'EACCES' || code === 'EPERM') return 'denied';
  throw wrapSystemError(`read ${path}`, error);
}
