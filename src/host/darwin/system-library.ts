/**
 * How this room reaches macOS: functions of its system library, called in the process through
 * `node:ffi`. Offsets are those of Apple's headers (https://github.com/apple-oss-distributions/xnu),
 * which are the same on Apple's and Intel's processors. **Nobody has run this on a Mac yet**: a wrong
 * offset is a wrong figure, and a wrong signature may be a crash, which is why a child process tries
 * everything first (collectors/darwin-native.ts).
 */
import { errorMessage, MonitorError } from '../../base/errors.ts';

/** In the cache of the dynamic linker, so that no file of that name is looked for. */
const systemLibrary = '/usr/lib/libSystem.B.dylib';

export interface DarwinCalls {
  /** bsd/sys/sysctl.h; 0, or -1 where it fails. */
  sysctl(
    name: Uint8Array,
    nameLength: number,
    output: Uint8Array | null,
    outputLength: Uint8Array,
    input: null,
    inputLength: bigint,
  ): number;
  /** libsyscall/wrappers/libproc/libproc.h; bytes written, 0 where it fails. */
  proc_listpids(type: number, typeInfo: number, output: Uint8Array | null, size: number): number;
  proc_pidinfo(pid: number, flavor: number, arg: bigint, output: Uint8Array, size: number): number;
  /** osfmk/mach/mach_host.defs; 0 is KERN_SUCCESS. */
  mach_host_self(): number;
  host_statistics64(host: number, flavor: number, output: Uint8Array, count: Uint8Array): number;
  host_page_size(host: number, output: Uint8Array): number;
  /** include/pwd.h; 0, also where nobody has that uid. */
  getpwuid_r(
    userId: number,
    entry: Uint8Array,
    text: Uint8Array,
    textLength: bigint,
    result: Uint8Array,
  ): number;
  getRawPointer(source: Uint8Array): bigint;
}

/** Throws NOT_AVAILABLE where this Node has no `node:ffi`, and where a function is missing. */
export async function loadDarwinCalls(): Promise<DarwinCalls> {
  try {
    const { dlopen, getRawPointer } = await import('node:ffi');
    const { functions } = dlopen(systemLibrary, {
      sysctl: {
        arguments: ['pointer', 'uint32', 'pointer', 'pointer', 'pointer', 'uint64'],
        return: 'int32',
      },
      proc_listpids: { arguments: ['uint32', 'uint32', 'pointer', 'int32'], return: 'int32' },
      proc_pidinfo: {
        arguments: ['int32', 'int32', 'uint64', 'pointer', 'int32'],
        return: 'int32',
      },
      mach_host_self: { arguments: [], return: 'uint32' },
      host_statistics64: { arguments: ['uint32', 'int32', 'pointer', 'pointer'], return: 'int32' },
      host_page_size: { arguments: ['uint32', 'pointer'], return: 'int32' },
      getpwuid_r: {
        arguments: ['uint32', 'pointer', 'pointer', 'uint64', 'pointer'],
        return: 'int32',
      },
    });
    return { ...functions, getRawPointer };
  } catch (error) {
    throw new MonitorError({
      code: 'NOT_AVAILABLE',
      operation: `load ${systemLibrary}`,
      reason: errorMessage(error),
      cause: error,
    });
  }
}

export function refused(call: string): MonitorError {
  return new MonitorError({
    code: 'NOT_AVAILABLE',
    operation: `call ${call}`,
    reason: 'macOS refused the call',
  });
}

const attemptsMax = 8;
const outputBytesMax = 64 * 1024 * 1024;

/**
 * What sysctl(3) tells under a name of numbers, however long it is. Throws NOT_AVAILABLE.
 *
 * @param room memory that is enough, where the caller knows how much that is
 */
export function readSysctl(
  calls: Pick<DarwinCalls, 'sysctl'>,
  name: readonly number[],
  room?: Uint8Array,
): Uint8Array {
  const numbers = Buffer.alloc(4 * name.length);
  for (const [index, number] of name.entries()) numbers.writeInt32LE(number, 4 * index);
  const size = Buffer.alloc(8);

  function ask(output: Uint8Array | null): Uint8Array | undefined {
    const length = output?.length ?? 0;
    size.writeBigUInt64LE(BigInt(length), 0);
    if (calls.sysctl(numbers, name.length, output, size, null, 0n) !== 0) return undefined;
    return output?.subarray(0, Math.min(Number(size.readBigUInt64LE(0)), length)) ?? numbers;
  }

  if (room !== undefined) {
    const answer = ask(room);
    if (answer !== undefined) return answer;
    throw refused(`sysctl ${name.join('.')}`);
  }
  let length = ask(null) === undefined ? outputBytesMax + 1 : Number(size.readBigUInt64LE(0));
  for (let attempt = 0; attempt < attemptsMax && length <= outputBytesMax; attempt += 1) {
    const answer = ask(Buffer.alloc(length));
    if (answer !== undefined) return answer;
    // Room for what came meanwhile: the kernel says ENOMEM, which cannot be asked for here.
    length = Math.ceil(length * 1.5) + 4096;
  }
  throw refused(`sysctl ${name.join('.')}`);
}
