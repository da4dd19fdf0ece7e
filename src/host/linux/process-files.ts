/**
 * What /proc tells of one process (proc(5)). Everything is synchronous: these files are made from
 * memory when they are read, and a trip through libuv's pool costs ten times the read itself.
 */
import { closeSync, openSync, readdir, readdirSync, readSync, statfsSync, statSync } from 'node:fs';
import { promisify } from 'node:util';
import { systemErrorCode, wrapSystemError } from '../../base/errors.ts';

/** Tells one process from a later one that got the same pid, and whether its rights changed. */
export interface ProcessOwner {
  /** Of /proc/PID. The kernel hands a new number to each process (get_next_ino). */
  readonly ino: number;
  /**
   * The effective uid. The owner of /proc/PID itself is that even for an undumpable process; only
   * the files inside turn to root then (task_dump_owner in fs/proc/base.c).
   */
  readonly uid: number;
}

export interface ProcessStatus {
  readonly realUid: number;
  readonly effectiveUid: number;
  /** A child of kthreadd, which is always process 2 where kernel threads are seen at all. */
  readonly isKernelThread: boolean;
}

/**
 * The files of one process. Undefined stands for a process that ended meanwhile, and for one that
 * hidepid=1 keeps secret (proc(5)). Any other failure, such as too many open files, is thrown as a
 * MonitorError: it is no property of the process.
 */
export interface ProcessFolder {
  /** `comm` without its line end. Bytes that are no UTF-8 become U+FFFD. */
  comm(): string | undefined;
  /** The bytes that the last `comm` of any folder read; valid until the next one. */
  commBytes(): Uint8Array;
  owner(): ProcessOwner | undefined;
  status(): ProcessStatus | undefined;
  /**
   * As many of its arguments as 64 KiB hold whole, each with its NUL; a shorter one as it is. Valid
   * until the next call. Empty for kernel threads and zombies.
   */
  commandLine(): Uint8Array | undefined;
  /** Gives back what is held open. Idempotent; reading again afterwards is allowed. */
  close(): void;
}

export interface ProcessFiles {
  /** Every pid, ascending. Throws a MonitorError when /proc cannot be listed. */
  pids(): Promise<Uint32Array>;
  /** Whether there is such a process or not. Worth keeping: it holds the paths. */
  folder(pid: number): ProcessFolder;
}

/** Of a longer command line the rest is not read; only the first argument is of interest. */
const maxCommandLineBytes = 65_536;

/** `status` is some 1.5 kB; the uids stand in its first 300 bytes. */
const statusBytes = 4096;
/** TASK_COMM_LEN is 16; kernel threads and their workers show up to 64 and some more. */
const commBytes = 256;

/**
 * So many `comm` files stay open from one sample to the next: opening and closing one costs three
 * times the read. It serves the usual machine with some hundred processes, and is a quarter of the
 * descriptors that the most meagre limit allows.
 */
const maxKeptOpen = 256;

/** From this many on, the listing itself would hold the event loop for milliseconds. */
const manyProcesses = 2000;

const readFolderAsync = promisify(readdir);

export function createProcessFiles(proc: string): ProcessFiles {
  const shared: Shared = {
    comm: Buffer.allocUnsafeSlow(commBytes),
    status: Buffer.allocUnsafeSlow(statusBytes),
    commandLine: Buffer.allocUnsafeSlow(maxCommandLineBytes),
    commSizeBytes: 0,
    mayKeepOpen: isProcfs(proc) ? maxKeptOpen : 0,
  };
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
    folder: (pid) => new KernelProcessFolder(`${proc}/${pid}`, shared),
  };
}

/** Shared by all processes: a buffer for each read would cost more than the read. */
interface Shared {
  readonly comm: Buffer;
  readonly status: Buffer;
  readonly commandLine: Buffer;
  commSizeBytes: number;
  /** How many more `comm` files may stay open. */
  mayKeepOpen: number;
}

/**
 * In procfs an open file belongs to its process, and says so when that has ended. In a copy of one
 * (a captured system) it would go on telling of it. PROC_SUPER_MAGIC: statfs(2).
 */
function isProcfs(proc: string): boolean {
  try {
    return statfsSync(proc).type === 0x9fa0;
  } catch {
    // The first sample says what is wrong with it.
    return false;
  }
}

/** A class, because there is one for each process: an object of closures would be four times it. */
class KernelProcessFolder implements ProcessFolder {
  readonly #path: string;
  readonly #commPath: string;
  #descriptor: number | undefined;
  readonly #shared: Shared;

  constructor(path: string, shared: Shared) {
    this.#path = path;
    this.#commPath = `${path}/comm`;
    this.#shared = shared;
  }

  comm(): string | undefined {
    const { comm } = this.#shared;
    let sizeBytes = this.#readKeptOpen() ?? this.#openAndRead();
    if (sizeBytes === undefined) return undefined;
    // A name may end in a line end of its own; the kernel's is the last one.
    if (comm[sizeBytes - 1] === 0x0a) sizeBytes -= 1;
    this.#shared.commSizeBytes = sizeBytes;
    return comm.toString('utf8', 0, sizeBytes);
  }

  /** Undefined also when the process ended; the pid may have gone to another one since. */
  #readKeptOpen(): number | undefined {
    if (this.#descriptor === undefined) return undefined;
    const sizeBytes = readFrom(this.#descriptor, this.#shared.comm, this.#commPath);
    if (sizeBytes === undefined) this.close();
    return sizeBytes;
  }

  #openAndRead(): number | undefined {
    if (this.#shared.mayKeepOpen <= 0) return readInto(this.#shared.comm, this.#commPath);
    this.#descriptor = open(this.#commPath);
    if (this.#descriptor === undefined) return undefined;
    this.#shared.mayKeepOpen -= 1;
    return this.#readKeptOpen();
  }

  close(): void {
    if (this.#descriptor === undefined) return;
    closeSync(this.#descriptor);
    this.#descriptor = undefined;
    this.#shared.mayKeepOpen += 1;
  }

  commBytes(): Uint8Array {
    return this.#shared.comm.subarray(0, this.#shared.commSizeBytes);
  }

  owner(): ProcessOwner | undefined {
    try {
      return statSync(this.#path);
    } catch (error) {
      throwUnlessOfTheProcess(this.#path, error);
      return undefined;
    }
  }

  status(): ProcessStatus | undefined {
    const { status } = this.#shared;
    const sizeBytes = readInto(status, `${this.#path}/status`);
    if (sizeBytes === undefined) return undefined;
    return parseStatus(status.toString('latin1', 0, sizeBytes));
  }

  commandLine(): Uint8Array | undefined {
    const { commandLine } = this.#shared;
    const sizeBytes = readInto(commandLine, `${this.#path}/cmdline`, 'whole');
    if (sizeBytes === undefined) return undefined;
    return wholeArguments(commandLine.subarray(0, sizeBytes));
  }
}

/**
 * A command line that the bound cut has lost the NUL at its end, and without that it would pass for
 * a title that a process wrote over its arguments. It ends with its last whole argument; where not
 * even the first one fits, nothing is known of it.
 */
export function wholeArguments(commandLine: Uint8Array): Uint8Array {
  if (commandLine.length < maxCommandLineBytes) return commandLine;
  return commandLine.subarray(0, commandLine.lastIndexOf(0) + 1);
}

/** The numeric names of a listing of /proc, ascending. */
export function pidsOf(names: readonly string[]): Uint32Array {
  const pids = new Uint32Array(names.length);
  let count = 0;
  for (const name of names) {
    const first = name.charCodeAt(0);
    // '1' to '9': a look at one character spares most names the conversion.
    if (first < 0x31 || first > 0x39) continue;
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    pids[count] = pid;
    count += 1;
  }
  return pids.subarray(0, count).sort();
}

/**
 * The start of a `status` file (proc(5)): `PPid:`, and the first two of `Uid:`. The name in it cannot
 * pass for another line: the kernel writes its line ends as `\\n`.
 */
export function parseStatus(status: string): ProcessStatus | undefined {
  const uids = /^Uid:\t(\d+)\t(\d+)\t/m.exec(status);
  if (uids === null) return undefined;
  return {
    realUid: Number(uids[1]),
    effectiveUid: Number(uids[2]),
    isKernelThread: /^PPid:\t2$/m.test(status),
  };
}

/** How many bytes the file at `path` gave, up to the buffer's size. */
function readInto(buffer: Buffer, path: string, extent?: 'whole'): number | undefined {
  const descriptor = open(path);
  if (descriptor === undefined) return undefined;
  try {
    return readFrom(descriptor, buffer, path, extent);
  } finally {
    closeSync(descriptor);
  }
}

function open(path: string): number | undefined {
  try {
    return openSync(path, 'r');
  } catch (error) {
    throwUnlessOfTheProcess(path, error);
    return undefined;
  }
}

/**
 * Reads from the start. These files give all that they have to one read(2) of a sufficient buffer; a
 * command line is made page by page and wants several.
 */
function readFrom(
  descriptor: number,
  buffer: Buffer,
  path: string,
  extent?: 'whole',
): number | undefined {
  try {
    let sizeBytes = readSync(descriptor, buffer, 0, buffer.length, 0);
    while (extent === 'whole' && sizeBytes > 0 && sizeBytes < buffer.length) {
      const missingBytes = buffer.length - sizeBytes;
      const moreBytes = readSync(descriptor, buffer, sizeBytes, missingBytes, sizeBytes);
      if (moreBytes === 0) break;
      sizeBytes += moreBytes;
    }
    return sizeBytes;
  } catch (error) {
    throwUnlessOfTheProcess(path, error);
    return undefined;
  }
}

const processCodes: ReadonlySet<string> = new Set(['ENOENT', 'ESRCH', 'EACCES', 'EPERM']);

/** Taken for the end of a process, a lack of descriptors would make every process seem to be gone. */
function throwUnlessOfTheProcess(path: string, error: unknown): void {
  if (!processCodes.has(systemErrorCode(error) ?? '')) throw wrapSystemError(`read ${path}`, error);
}
