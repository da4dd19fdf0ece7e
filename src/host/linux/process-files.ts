/**
 * What /proc tells of one process (proc(5)). Everything is synchronous: these files are made from
 * memory when they are read, and a trip through libuv's pool costs ten times the read itself.
 */
import {
  closeSync,
  openSync,
  readdir,
  readdirSync,
  readFileSync,
  readSync,
  statfsSync,
  statSync,
} from 'node:fs';
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
  /** By the kernel's own word: in a PID namespace a program can be process 2 and have children. */
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
  /** `EMFILE` or `ENFILE` where descriptors ran out a short while ago: each file is opened anew then. */
  scarcity(): string | undefined;
}

/** Of a longer command line the rest is not read; only the first argument is of interest. */
const maxCommandLineBytes = 65_536;

/** `status` is some 1.5 kB; the uids stand in its first 300 bytes. */
const statusBytes = 4096;
/** TASK_COMM_LEN is 16; kernel threads and their workers show up to 64 and some more. */
const commBytes = 256;

/**
 * So many `comm` files stay open from one sample to the next: opening and closing one costs three
 * times the read. It serves the usual machine with some hundred processes, and is never more than a
 * quarter of what this process may open.
 */
const maxKeptOpen = 256;
const keptOpenShare = 0.25;

/** After descriptors ran out, no file is kept open for so many samples. */
const samplesWithoutKeeping = 60;

/** From this many on, the listing itself would hold the event loop for milliseconds. */
const manyProcesses = 2000;

const readFolderAsync = promisify(readdir);

export interface ProcessFilesOptions {
  /** How many files this process may have open; what the kernel says unless told. */
  readonly descriptorsMax?: number;
}

export function createProcessFiles(
  proc: string,
  { descriptorsMax = readDescriptorsMax() }: ProcessFilesOptions = {},
): ProcessFiles {
  const keptOpenMax = isProcfs(proc)
    ? Math.min(maxKeptOpen, Math.floor(descriptorsMax * keptOpenShare))
    : 0;
  const shared: Shared = {
    comm: Buffer.allocUnsafeSlow(commBytes),
    status: Buffer.allocUnsafeSlow(statusBytes),
    commandLine: Buffer.allocUnsafeSlow(maxCommandLineBytes),
    commSizeBytes: 0,
    keptOpenMax,
    keptOpen: new Set(),
    restSamples: 0,
    scarcity: undefined,
  };
  let lastCount = 0;

  return {
    async pids() {
      shared.restSamples = Math.max(0, shared.restSamples - 1);
      const list = (): readonly string[] => readdirSync(proc);
      try {
        const names =
          lastCount < manyProcesses ? withRoom(shared, list) : await readFolderAsync(proc);
        const pids = pidsOf(names);
        lastCount = pids.length;
        return pids;
      } catch (error) {
        throw wrapSystemError(`list ${proc}`, error);
      }
    },
    folder: (pid) => new KernelProcessFolder(`${proc}/${pid}`, shared),
    scarcity: () => (shared.restSamples > 0 ? shared.scarcity : undefined),
  };
}

/** Shared by all processes: a buffer for each read would cost more than the read. */
interface Shared {
  readonly comm: Buffer;
  readonly status: Buffer;
  readonly commandLine: Buffer;
  commSizeBytes: number;
  /** How many `comm` files may stay open. */
  readonly keptOpenMax: number;
  /** Those that have theirs open. */
  readonly keptOpen: Set<KernelProcessFolder>;
  /** For how many samples none is kept open. */
  restSamples: number;
  /** What ran out: of this process, or of the system. */
  scarcity: string | undefined;
}

/** RLIMIT_NOFILE (getrlimit(2)); Node raises the soft limit to the hard one when it starts. */
function readDescriptorsMax(): number {
  try {
    const limits = readFileSync('/proc/self/limits', 'latin1');
    return Number(/^Max open files +(\d{1,10}) /m.exec(limits)?.[1] ?? Number.POSITIVE_INFINITY);
  } catch {
    // A system without these files has no processes to keep open either.
    return 0;
  }
}

const scarceCodes: ReadonlySet<string> = new Set(['EMFILE', 'ENFILE']);

/** Where descriptors have run out, those that only save time are the first to go. */
function withRoom<Value>(shared: Shared, attempt: () => Value): Value {
  try {
    return attempt();
  } catch (error) {
    const code = systemErrorCode(error) ?? '';
    if (!scarceCodes.has(code)) throw error;
    shared.scarcity = code;
    shared.restSamples = samplesWithoutKeeping;
    if (shared.keptOpen.size === 0) throw error;
    for (const folder of shared.keptOpen) folder.close();
    return attempt();
  }
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
    const { comm, keptOpen, keptOpenMax, restSamples } = this.#shared;
    if (restSamples > 0 || keptOpen.size >= keptOpenMax) {
      return readInto(comm, this.#commPath, this.#shared);
    }
    const descriptor = open(this.#commPath, this.#shared);
    if (descriptor === undefined) return undefined;
    this.#descriptor = descriptor;
    keptOpen.add(this);
    return this.#readKeptOpen();
  }

  close(): void {
    if (this.#descriptor === undefined) return;
    closeSync(this.#descriptor);
    this.#descriptor = undefined;
    this.#shared.keptOpen.delete(this);
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
    const sizeBytes = readInto(status, `${this.#path}/status`, this.#shared);
    if (sizeBytes === undefined) return undefined;
    return parseStatus(status.toString('latin1', 0, sizeBytes), () => {
      const statBytes = readInto(status, `${this.#path}/stat`, this.#shared);
      return statBytes === undefined ? '' : status.toString('latin1', 0, statBytes);
    });
  }

  commandLine(): Uint8Array | undefined {
    const { commandLine } = this.#shared;
    const sizeBytes = readInto(commandLine, `${this.#path}/cmdline`, this.#shared, 'whole');
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
 * The start of a `status` file (proc(5)): the first two of `Uid:`, and `Kthread:`, which kernels
 * before 6.8 do not tell; `stat` is read then, of those alone that may be one. The name in it cannot
 * pass for another line: the kernel writes its line ends as `\\n`.
 */
export function parseStatus(status: string, readStat: () => string): ProcessStatus | undefined {
  const uids = /^Uid:\t(\d+)\t(\d+)\t/m.exec(status);
  if (uids === null) return undefined;
  return {
    realUid: Number(uids[1]),
    effectiveUid: Number(uids[2]),
    isKernelThread: isKernelThread(status, readStat),
  };
}

/** Every kernel thread is a child of kthreadd, which is process 2, or kthreadd itself. */
function isKernelThread(status: string, readStat: () => string): boolean {
  const told = /^Kthread:\t([01])$/m.exec(status)?.[1];
  if (told !== undefined) return told === '1';
  return /^PPid:\t[02]$/m.test(status) && hasKernelThreadFlag(readStat());
}

/** PF_KTHREAD (include/linux/sched.h) */
const kernelThreadFlag = 0x0020_0000;

/** The ninth field of `stat`; the second is the name in parentheses, which may hold any character. */
export function hasKernelThreadFlag(stat: string): boolean {
  const flags = stat.slice(stat.lastIndexOf(')') + 2).split(' ', 7)[6] ?? '';
  return /^\d{1,10}$/.test(flags) && (Number(flags) & kernelThreadFlag) !== 0;
}

/** How many bytes the file at `path` gave, up to the buffer's size. */
function readInto(
  buffer: Buffer,
  path: string,
  shared: Shared,
  extent?: 'whole',
): number | undefined {
  const descriptor = open(path, shared);
  if (descriptor === undefined) return undefined;
  try {
    return readFrom(descriptor, buffer, path, extent);
  } finally {
    closeSync(descriptor);
  }
}

function open(path: string, shared: Shared): number | undefined {
  try {
    return withRoom(shared, () => openSync(path, 'r'));
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
