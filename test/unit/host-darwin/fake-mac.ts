/** A macOS that a test makes to order: memory as its kernel lays it out, after Apple's headers. */
import type { DarwinCalls } from '../../../src/host/darwin/system-library.ts';

export interface FakeMacProcess {
  readonly pid: number;
  readonly userId: number;
  /** Of up to 31 bytes; the kernel's short name is the first 15 of it. */
  readonly name: string;
  /** Undefined where it may not be read. */
  readonly command?: string;
}

export interface FakeMac {
  readonly processes: readonly FakeMacProcess[];
  readonly users: Readonly<Record<number, string>>;
  readonly interfaces: readonly (readonly [name: string, received: bigint, sent: bigint])[];
}

const pageBytes = 16_384;
export const totalBytes = 1_000_000 * pageBytes;
const textAddress = 0x5000n;

/** A proc_bsdinfo of bsd/sys/proc_info.h. */
export function bsdInformationOf({ pid, userId, name }: FakeMacProcess): Buffer {
  const bytes = Buffer.alloc(136);
  const text = Buffer.from(name);
  bytes.writeUInt32LE(pid, 12);
  bytes.writeUInt32LE(4242, 20);
  bytes.writeUInt32LE(userId, 28);
  text.copy(bytes, 48, 0, Math.min(15, text.length));
  text.copy(bytes, 64, 0, Math.min(31, text.length));
  return bytes;
}

/** An if_msghdr2 with its sockaddr_dl, and before it a message of another kind. */
export function interfaceMessagesOf(name: string, received: bigint, sent: bigint): Buffer {
  const other = Buffer.alloc(20);
  other.writeUInt16LE(20, 0);
  other.writeUInt8(0x0c, 3);
  const bytes = Buffer.alloc(160 + 8 + 24);
  bytes.writeUInt16LE(bytes.length, 0);
  bytes.writeUInt8(0x12, 3);
  bytes.writeBigUInt64LE(received, 96);
  bytes.writeBigUInt64LE(sent, 104);
  bytes.writeUInt8(20, 160);
  bytes.writeUInt8(18, 161);
  bytes.writeUInt8(Buffer.byteLength(name), 165);
  bytes.write(name, 168);
  return Buffer.concat([other, bytes]);
}

/** KERN_PROCARGS2: argc, the program's path, NULs, arguments. */
export function argumentsOf(command: string): Buffer {
  const count = Buffer.alloc(4);
  count.writeInt32LE(2, 0);
  return Buffer.concat([count, Buffer.from(`/the/program\0\0\0\0${command}\0-secret\0`)]);
}

/** A vm_statistics64 of osfmk/mach/vm_statistics.h. */
export function vmStatisticsOf(
  free: number,
  active: number,
  inactive: number,
  wired: number,
): Buffer {
  const bytes = Buffer.alloc(152);
  for (const [index, pages] of [free, active, inactive, wired].entries()) {
    bytes.writeUInt32LE(pages, 4 * index);
  }
  bytes.writeUInt32LE(77, 88);
  bytes.writeUInt32LE(1000, 92);
  return bytes;
}

export function fakeMac({ processes, users, interfaces }: FakeMac): DarwinCalls {
  const memorySize = Buffer.alloc(8);
  memorySize.writeBigUInt64LE(BigInt(totalBytes), 0);
  const argumentsMax = Buffer.alloc(4);
  argumentsMax.writeInt32LE(1_048_576, 0);
  const answerTo = (name: readonly number[]): Buffer | undefined => {
    const [kind, second, pid] = name;
    if (name.join('.') === '6.24') return memorySize;
    if (name.join('.') === '1.8') return argumentsMax;
    if (name.join('.') === '4.17.0.0.6.0') {
      return Buffer.concat(interfaces.map((one) => interfaceMessagesOf(...one)));
    }
    if (kind !== 1 || second !== 49) return undefined;
    const command = processes.find((one) => one.pid === pid)?.command;
    return command === undefined ? undefined : argumentsOf(command);
  };
  return {
    sysctl: (name, length, output, size) => {
      const numbers = Array.from({ length }, (_, at) => Buffer.from(name).readInt32LE(4 * at));
      const answer = answerTo(numbers);
      const room = Buffer.from(size.buffer, size.byteOffset, 8);
      if (answer === undefined) return -1;
      if (output !== null) {
        if (output.length < answer.length) return -1;
        output.set(answer);
      }
      room.writeBigUInt64LE(BigInt(answer.length), 0);
      return 0;
    },
    proc_listpids: (type, _info, output) => {
      if (type !== 1) return -1;
      for (const [index, { pid }] of processes.entries()) {
        if (output !== null)
          Buffer.from(output.buffer).writeInt32LE(pid, output.byteOffset + 4 * index);
      }
      return 4 * processes.length;
    },
    proc_pidinfo: (pid, flavor, zombiesToo, output) => {
      const found = processes.find((one) => one.pid === pid);
      if (found === undefined || flavor !== 3 || zombiesToo !== 1n) return 0;
      output.set(bsdInformationOf(found));
      return 136;
    },
    mach_host_self: () => 515,
    host_statistics64: (host, flavor, output, count) => {
      if (host !== 515 || flavor !== 4 || Buffer.from(count).readUInt32LE(0) !== 38) return 4;
      output.set(vmStatisticsOf(11_000, 400_000, 300_000, 100_000));
      return 0;
    },
    host_page_size: (_host, output) => {
      Buffer.from(output.buffer, output.byteOffset).writeBigUInt64LE(BigInt(pageBytes), 0);
      return 0;
    },
    getpwuid_r: (userId, entry, text, _length, result) => {
      const name = users[userId];
      if (name === undefined) return 0;
      text.set(Buffer.from(`*\0${name}\0`));
      Buffer.from(entry.buffer, entry.byteOffset).writeBigUInt64LE(textAddress + 2n, 0);
      result.set([1]);
      return 0;
    },
    getRawPointer: () => textAddress,
  };
}
