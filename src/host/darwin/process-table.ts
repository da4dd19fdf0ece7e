/** Processes by libproc, with the names and users that psutil tells on macOS. */
import { createNativeMemory } from '../native-memory.ts';
import { completePsName, type PsProcess } from '../portable/ps.ts';
import { type DarwinCalls, readSysctl, refused } from './system-library.ts';

/** PROC_ALL_PIDS, PROC_PIDTBSDINFO and its size (bsd/sys/proc_info.h). */
const allPids = 1;
const bsdInformation = 3;
const bsdInformationLength = 136;
/** As `arg`: zombies too (proc_pidinfo in bsd/kern/proc_info.c). */
const zombiesToo = 1n;
/** CTL_KERN, KERN_ARGMAX, KERN_PROCARGS2 (bsd/sys/sysctl.h). */
const argumentsMax = [1, 8] as const;
const processArguments = [1, 49] as const;
/** MAXCOMLEN (bsd/sys/param.h). */
const kernelNameBytes = 16;
const attemptsMax = 8;

export type DarwinProcess = PsProcess;

/**
 * Reads a proc_bsdinfo. Throws MALFORMED.
 *
 *   12 uint32 pbi_pid   28 uid_t pbi_ruid   48 char pbi_comm[16]   64 char pbi_name[32]
 *
 * The kernel's name has 16 bytes, of which pbi_comm gives 15 (its last is made NUL); pbi_name begins
 * with the same and goes on to 31.
 */
export function parseBsdInformation(bytes: Uint8Array): DarwinProcess {
  const memory = createNativeMemory('proc_bsdinfo', bytes);
  const short = memory.utf8(48, kernelNameBytes);
  const long = memory.utf8(64, kernelNameBytes);
  const name = long.startsWith(short.replace(/\ufffd+$/, '')) ? long : short;
  return { pid: memory.uint32(12), userId: memory.uint32(28), name };
}

/** The pids of all processes. Throws NOT_AVAILABLE. */
function listPids(calls: DarwinCalls): number[] {
  let length = calls.proc_listpids(allPids, 0, null, 0);
  for (let attempt = 0; attempt < attemptsMax && length > 0; attempt += 1) {
    // Room for those that start until the next call, so that a full buffer means that one is missing.
    const output = Buffer.alloc(length + 4 * 64);
    const written = calls.proc_listpids(allPids, 0, output, output.length);
    if (written <= 0) break;
    if (written < output.length) {
      return Array.from({ length: Math.floor(written / 4) }, (_, at) => output.readInt32LE(4 * at));
    }
    length = output.length * 2;
  }
  throw refused('proc_listpids');
}

/**
 * argv[0] of what KERN_PROCARGS2 tells: int argc, the path of the program, NULs, then the arguments.
 * Undefined where there is none.
 */
export function parseFirstArgument(bytes: Uint8Array): string | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer.length < 4 || buffer.readInt32LE(0) < 1) return undefined;
  const pathEnd = buffer.indexOf(0, 4);
  if (pathEnd === -1) return undefined;
  let start = pathEnd;
  while (start < buffer.length && buffer[start] === 0) start += 1;
  const end = buffer.indexOf(0, start);
  return end === -1 ? undefined : buffer.toString('utf8', start, end);
}

export interface ProcessTable {
  /** Sorted by pid. Throws NOT_AVAILABLE, MALFORMED. */
  read(): DarwinProcess[];
}

export function createProcessTable(calls: DarwinCalls): ProcessTable {
  const argumentBytes = createNativeMemory(
    'KERN_ARGMAX',
    readSysctl(calls, argumentsMax, Buffer.alloc(4)),
  );
  const room = Buffer.alloc(Math.min(Math.max(argumentBytes.uint32(0), 4096), 4 * 1024 * 1024));

  /** Undefined where it may not be read: another user's, when this runs without root's rights. */
  function commandOf(pid: number): string | undefined {
    try {
      return parseFirstArgument(readSysctl(calls, [...processArguments, pid], room));
    } catch {
      return undefined;
    }
  }

  return {
    read() {
      const processes: DarwinProcess[] = [];
      const output = Buffer.alloc(bsdInformationLength);
      for (const pid of new Set(listPids(calls))) {
        const written = calls.proc_pidinfo(pid, bsdInformation, zombiesToo, output, output.length);
        // It has ended meanwhile.
        if (written < bsdInformationLength) continue;
        const process = parseBsdInformation(output);
        const command = process.name.length < 15 ? undefined : commandOf(pid);
        processes.push({ ...process, name: completePsName(process.name, command) });
      }
      return processes.sort((one, other) => one.pid - other.pid);
    },
  };
}

const passwdLength = 72;
const passwdTextLength = 4096;

/**
 * The name of a user, or undefined where nobody has that uid or the directory refuses. Reads a struct
 * passwd (include/pwd.h): 0 char *pw_name, which points into the text. Throws MALFORMED.
 */
export function readUserName(calls: DarwinCalls, userId: number): string | undefined {
  const entry = Buffer.alloc(passwdLength);
  const text = Buffer.alloc(passwdTextLength);
  const result = Buffer.alloc(8);
  const status = calls.getpwuid_r(userId, entry, text, BigInt(text.length), result);
  if (status !== 0 || result.readBigUInt64LE(0) === 0n) return undefined;
  const pointer = entry.readBigUInt64LE(0) - calls.getRawPointer(text);
  const memory = createNativeMemory('passwd', text);
  if (pointer < 0n || pointer >= BigInt(text.length)) throw memory.malformed('pw_name leaves it');
  const at = Number(pointer);
  return memory.utf8(at, text.length - at);
}
