/** Processes, SIDs and accounts as Windows lays them out in memory, made to order. */
import type { AccountCalls } from '../../../src/host/win32/account-names.ts';
import { formatSid, type Sid } from '../../../src/host/win32/sid.ts';

/** Where the memory of these structures claims to lie. */
export const address = 0x2_0000_0000n;

export interface FakeProcess {
  readonly pid: number;
  readonly name: string;
  readonly createTime?: bigint;
  readonly threads?: number;
  /** 100 ns in user mode, and as many in kernel mode. */
  readonly cpuTime?: bigint;
  readonly workingSet?: bigint;
}

/** A list as 64-bit Windows lays it out: entry, its threads of 80 bytes, its name, aligned to 8. */
export function snapshotOf(processes: readonly FakeProcess[], base = address): Buffer {
  const parts: Buffer[] = [];
  let start = 0;
  for (const [index, one] of processes.entries()) {
    const { pid, name, createTime = 1n, threads = 2, cpuTime = 0n, workingSet = 0n } = one;
    const text = Buffer.from(name, 'utf16le');
    const nameAt = 256 + threads * 80;
    const length = Math.ceil((nameAt + text.length + 2) / 8) * 8;
    const entry = Buffer.alloc(length, 0);
    entry.writeUInt32LE(index === processes.length - 1 ? 0 : length, 0);
    entry.writeUInt32LE(threads, 4);
    entry.writeBigUInt64LE(createTime, 32);
    entry.writeBigUInt64LE(cpuTime, 40);
    entry.writeBigUInt64LE(cpuTime, 48);
    entry.writeBigUInt64LE(workingSet, 144);
    if (name !== '') {
      entry.writeUInt16LE(text.length, 56);
      entry.writeUInt16LE(text.length + 2, 58);
      entry.writeBigUInt64LE(base + BigInt(start + nameAt), 64);
      text.copy(entry, nameAt);
    }
    entry.writeBigUInt64LE(BigInt(pid), 80);
    parts.push(entry);
    start += length;
  }
  return Buffer.concat(parts);
}

export function sidOf(authority: number, ...subAuthorities: number[]): Sid {
  const bytes = Buffer.alloc(8 + 4 * subAuthorities.length);
  bytes.writeUInt8(1, 0);
  bytes.writeUInt8(subAuthorities.length, 1);
  bytes.writeUIntBE(authority, 2, 6);
  for (const [index, value] of subAuthorities.entries()) bytes.writeUInt32LE(value, 8 + 4 * index);
  return { bytes, text: formatSid(bytes) };
}

/** Knows the accounts of a table, by their SID's text, and counts how often it is asked. */
export function fakeAccounts(
  table: Record<string, readonly [string, string]>,
  onAsked: () => void = () => {},
): {
  calls: AccountCalls;
  asked: string[];
} {
  const asked: string[] = [];
  return {
    asked,
    calls: {
      LookupAccountSidW: (_system, sid, name, _nameLength, domain) => {
        const text = formatSid(sid);
        asked.push(text);
        onAsked();
        const found = table[text];
        if (found === undefined) return 0;
        domain.set(Buffer.from(`${found[0]}\0`, 'utf16le'));
        name.set(Buffer.from(`${found[1]}\0`, 'utf16le'));
        return 1;
      },
    },
  };
}
