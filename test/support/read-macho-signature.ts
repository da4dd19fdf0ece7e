/**
 * Reads a Mach-O's code signature the way the kernel does, from the load command to each page, and
 * shares nothing with build/macho-signature.ts: a mistake made there must not be repeated here.
 */
import { createHash } from 'node:crypto';

export interface MachoSignature {
  readonly identifier: string;
  readonly flags: number;
  readonly version: number;
  readonly codeLimit: number;
  readonly executableSegment: {
    readonly base: bigint;
    readonly limit: bigint;
    readonly flags: bigint;
  };
  /** Pages whose bytes do not have the hash that the signature gives, by number. */
  readonly wrongPages: readonly number[];
  readonly pages: number;
  /** Slots from -1 downwards, as hexadecimal. */
  readonly specialHashes: readonly string[];
  /** Blob types by slot, and the SHA-256 of each blob's bytes. */
  readonly blobs: ReadonlyMap<number, { readonly magic: number; readonly sha256: string }>;
  /** What is not as the kernel wants it, in words. */
  readonly faults: readonly string[];
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export function readMachoSignature(file: Uint8Array): MachoSignature {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const faults: string[] = [];
  let signature: { start: number; size: number } | undefined;
  let linkedit: { start: number; size: number; mapped: number } | undefined;

  let at = 32;
  const commands = view.getUint32(16, true);
  for (let left = commands; left > 0; left--) {
    const kind = view.getUint32(at, true);
    if (kind === 0x1d) {
      if (signature !== undefined) faults.push('two signatures');
      signature = { start: view.getUint32(at + 8, true), size: view.getUint32(at + 12, true) };
    }
    const segmentName = hex(file.subarray(at + 8, at + 24)).replace(/(00)+$/, '');
    if (kind === 0x19 && Buffer.from(segmentName, 'hex').toString() === '__LINKEDIT') {
      linkedit = {
        start: Number(view.getBigUint64(at + 40, true)),
        size: Number(view.getBigUint64(at + 48, true)),
        mapped: Number(view.getBigUint64(at + 32, true)),
      };
    }
    at += view.getUint32(at + 4, true);
  }
  if (at - 32 !== view.getUint32(20, true)) faults.push('sizeofcmds is wrong');
  if (signature === undefined) throw new Error('no LC_CODE_SIGNATURE');
  if (linkedit === undefined) throw new Error('no __LINKEDIT');
  const end = signature.start + signature.size;
  if (end !== file.length) faults.push('bytes behind the signature');
  if (linkedit.start + linkedit.size !== end) faults.push('__LINKEDIT does not end with it');
  if (linkedit.mapped < linkedit.size) faults.push('__LINKEDIT is mapped short');
  if (signature.start % 16 !== 0) faults.push('not aligned to 16');

  const base = signature.start;
  if (view.getUint32(base) !== 0xfade0cc0) faults.push('no super blob');
  if (view.getUint32(base + 4) > signature.size) faults.push('super blob longer than its room');
  const blobs = new Map<number, { magic: number; sha256: string; start: number; size: number }>();
  for (let index = 0; index < view.getUint32(base + 8); index++) {
    const slot = view.getUint32(base + 12 + index * 8);
    const start = base + view.getUint32(base + 16 + index * 8);
    const size = view.getUint32(start + 4);
    const sha256 = digest(file.subarray(start, start + size));
    blobs.set(slot, { magic: view.getUint32(start), sha256, start, size });
  }

  const directory = blobs.get(0);
  if (directory === undefined) throw new Error('no code directory');
  const word = (offset: number) => view.getUint32(directory.start + offset);
  const [hashOffset, identOffset, specials, pages, codeLimit] = [16, 20, 24, 28, 32].map(word);
  if (hashOffset === undefined || identOffset === undefined) throw new Error('unreachable');
  if (specials === undefined || pages === undefined || codeLimit === undefined) {
    throw new Error('unreachable');
  }
  const [hashSize, hashType, , pageBits] = file.subarray(directory.start + 36);
  if (hashSize !== 32 || hashType !== 2) faults.push('not SHA-256');
  const pageBytes = 2 ** (pageBits ?? 0);
  if (codeLimit !== signature.start) faults.push('the limit is not where the signature begins');
  if (pages !== Math.ceil(codeLimit / pageBytes)) faults.push('wrong number of pages');
  if (hashOffset + pages * 32 !== directory.size)
    faults.push('hashes do not end with the directory');

  const slotHash = (slot: number) => {
    const start = directory.start + hashOffset + slot * 32;
    return hex(file.subarray(start, start + 32));
  };
  const wrongPages: number[] = [];
  for (let page = 0; page < pages; page++) {
    const from = page * pageBytes;
    const to = Math.min(from + pageBytes, codeLimit);
    if (digest(file.subarray(from, to)) !== slotHash(page)) wrongPages.push(page);
  }
  const identStart = directory.start + identOffset;
  const identEnd = file.indexOf(0, identStart);
  return {
    identifier: Buffer.from(file.subarray(identStart, identEnd)).toString(),
    flags: word(12),
    version: word(8),
    codeLimit,
    executableSegment: {
      base: view.getBigUint64(directory.start + 64),
      limit: view.getBigUint64(directory.start + 72),
      flags: view.getBigUint64(directory.start + 80),
    },
    wrongPages,
    pages,
    specialHashes: Array.from({ length: specials }, (_, index) => slotHash(-1 - index)),
    blobs,
    faults,
  };
}
