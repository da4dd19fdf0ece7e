/**
 * An ad-hoc code signature for a Mach-O executable: the hashes of its pages and nothing else, as
 * `codesign --sign -` makes it. macOS on arm64 runs nothing without one, and injecting the program
 * into Node's binary took Node's away. No certificate, so Gatekeeper still asks about a download
 * made by a browser: docs/install.md says how to sign with a Developer ID instead.
 *
 * Layout and constants: Apple's xnu, osfmk/kern/cs_blobs.h and EXTERNAL_HEADERS/mach-o/loader.h.
 * A Mach-O here is little endian, a signature is big endian.
 */
import { createHash } from 'node:crypto';

const machoMagic64 = 0xfeedfacf;
const headerSize = 32;
const commandSegment64 = 0x19;
const commandCodeSignature = 0x1d;
/** struct linkedit_data_command: cmd, cmdsize, dataoff, datasize. */
const signatureCommandSize = 16;

const magicEmbeddedSignature = 0xfade0cc0;
const magicCodeDirectory = 0xfade0c02;
const magicRequirements = 0xfade0c01;
const magicBlobWrapper = 0xfade0b01;

const slotCodeDirectory = 0;
const slotRequirements = 2;
const slotCms = 0x10000;

/** CS_ADHOC: no certificate stands behind it. */
const flagAdHoc = 0x2;
/** CS_SUPPORTSEXECSEG, the newest layout that needs no further fields of us. */
const codeDirectoryVersion = 0x20400;
const codeDirectoryHeaderSize = 88;
const hashTypeSha256 = 2;
const hashSize = 32;
const pageSizeLog2 = 12;
const pageSize = 1 << pageSizeLog2;
/** CS_EXECSEG_MAIN_BINARY: a program, not a library. */
const execSegmentMainBinary = 1n;
/** Hash slots below the first page: -2 the requirements, -1 an Info.plist, which we have none of. */
const specialSlots = 2;

interface Segment {
  readonly name: string;
  /** Where its load command begins. */
  readonly command: number;
  readonly vmSize: bigint;
  readonly fileOffset: number;
  readonly fileSize: number;
}

interface MachO {
  readonly commandCount: number;
  readonly commandsEnd: number;
  /** Where the bytes of the first section begin: load commands may grow up to here. */
  readonly firstContent: number;
  readonly text: Segment;
  readonly linkedit: Segment;
}

/**
 * The same executable with an ad-hoc signature of `identifier` at its end. Throws when the file is
 * not a 64-bit Mach-O, is signed already, or has no room left for one load command.
 */
export function signAdHoc(unsigned: Buffer, identifier: string): Buffer {
  const macho = readMachO(unsigned);
  if (macho.commandsEnd + signatureCommandSize > macho.firstContent) {
    throw new Error('sign: no room for another load command');
  }
  // The signature begins at a multiple of 16, as codesign_allocate(1) has it.
  const codeLimit = alignUp(unsigned.length, 16);
  const size = signatureSize(codeLimit, identifier);
  const signed = Buffer.alloc(codeLimit + size);
  unsigned.copy(signed);
  addSignatureCommand(signed, macho, codeLimit, size);
  // The pages are hashed with the new command in them; the signature itself is beyond the limit.
  makeSignature(signed.subarray(0, codeLimit), macho.text, identifier).copy(signed, codeLimit);
  return signed;
}

function readMachO(file: Buffer): MachO {
  if (file.length < headerSize || file.readUInt32LE(0) !== machoMagic64) {
    throw new Error('sign: not a 64-bit Mach-O file');
  }
  const commandCount = file.readUInt32LE(16);
  const commandsEnd = headerSize + file.readUInt32LE(20);
  const segments: Segment[] = [];
  let firstContent = file.length;
  let offset = headerSize;
  for (let index = 0; index < commandCount; index++) {
    const command = file.readUInt32LE(offset);
    if (command === commandCodeSignature) throw new Error('sign: the file is signed already');
    if (command === commandSegment64) {
      segments.push(readSegment(file, offset));
      firstContent = Math.min(firstContent, firstSectionOffset(file, offset));
    }
    offset += file.readUInt32LE(offset + 4);
  }
  return {
    commandCount,
    commandsEnd,
    firstContent,
    text: segmentNamed(segments, '__TEXT'),
    linkedit: segmentNamed(segments, '__LINKEDIT'),
  };
}

/** struct segment_command_64. */
function readSegment(file: Buffer, command: number): Segment {
  return {
    name: file.toString('latin1', command + 8, command + 24).replace(/\0+$/, ''),
    command,
    vmSize: file.readBigUInt64LE(command + 32),
    fileOffset: Number(file.readBigUInt64LE(command + 40)),
    fileSize: Number(file.readBigUInt64LE(command + 48)),
  };
}

/** The lowest file offset among a segment's sections (struct section_64, 80 bytes each). */
function firstSectionOffset(file: Buffer, command: number): number {
  let lowest = file.length;
  const sections = file.readUInt32LE(command + 64);
  for (let index = 0; index < sections; index++) {
    const offset = file.readUInt32LE(command + 72 + index * 80 + 48);
    // A section without bytes in the file (zero fill) says 0.
    if (offset > 0) lowest = Math.min(lowest, offset);
  }
  return lowest;
}

function segmentNamed(segments: readonly Segment[], name: string): Segment {
  const found = segments.find((segment) => segment.name === name);
  if (found === undefined) throw new Error(`sign: no segment ${name}`);
  return found;
}

function addSignatureCommand(file: Buffer, macho: MachO, dataOffset: number, size: number): void {
  const { linkedit, commandsEnd, commandCount } = macho;
  if (linkedit.fileOffset + linkedit.fileSize > dataOffset) {
    throw new Error('sign: __LINKEDIT reaches beyond the end of the file');
  }
  file.writeUInt32LE(commandCount + 1, 16);
  file.writeUInt32LE(commandsEnd - headerSize + signatureCommandSize, 20);
  file.writeUInt32LE(commandCodeSignature, commandsEnd);
  file.writeUInt32LE(signatureCommandSize, commandsEnd + 4);
  file.writeUInt32LE(dataOffset, commandsEnd + 8);
  file.writeUInt32LE(size, commandsEnd + 12);
  // The kernel reads the signature through __LINKEDIT, so the segment must hold it.
  const fileSize = dataOffset + size - linkedit.fileOffset;
  // 16 KiB: the page of macOS on arm64, and a multiple of the one on x64.
  const mapped = BigInt(alignUp(fileSize, 0x4000));
  const vmSize = mapped > linkedit.vmSize ? mapped : linkedit.vmSize;
  file.writeBigUInt64LE(vmSize, linkedit.command + 32);
  file.writeBigUInt64LE(BigInt(fileSize), linkedit.command + 48);
}

function codeDirectorySize(codeLimit: number, identifier: string): number {
  const hashes = specialSlots + Math.ceil(codeLimit / pageSize);
  return codeDirectoryHeaderSize + Buffer.byteLength(identifier) + 1 + hashes * hashSize;
}

/** struct SC_SuperBlob with three entries, the code directory, empty requirements, empty CMS. */
function signatureSize(codeLimit: number, identifier: string): number {
  return 12 + 3 * 8 + codeDirectorySize(codeLimit, identifier) + 12 + 8;
}

function makeSignature(code: Buffer, text: Segment, identifier: string): Buffer {
  const requirements = bigEndian32(magicRequirements, 12, 0);
  const cms = bigEndian32(magicBlobWrapper, 8);
  const directory = makeCodeDirectory(code, text, identifier, requirements);
  const first = 12 + 3 * 8;
  const second = first + directory.length;
  const third = second + requirements.length;
  const index = bigEndian32(
    ...[magicEmbeddedSignature, third + cms.length, 3],
    ...[slotCodeDirectory, first],
    ...[slotRequirements, second],
    ...[slotCms, third],
  );
  return Buffer.concat([index, directory, requirements, cms]);
}

/** struct CS_CodeDirectory; its hash offset points at page 0, the special slots lie before it. */
function makeCodeDirectory(
  code: Buffer,
  text: Segment,
  identifier: string,
  requirements: Buffer,
): Buffer {
  const pages = Math.ceil(code.length / pageSize);
  const identifierEnd = codeDirectoryHeaderSize + Buffer.byteLength(identifier) + 1;
  const firstPageHash = identifierEnd + specialSlots * hashSize;
  const directory = Buffer.alloc(codeDirectorySize(code.length, identifier));
  bigEndian32(
    ...[magicCodeDirectory, directory.length, codeDirectoryVersion, flagAdHoc],
    ...[firstPageHash, codeDirectoryHeaderSize, specialSlots, pages, code.length],
  ).copy(directory);
  directory.writeUInt8(hashSize, 36);
  directory.writeUInt8(hashTypeSha256, 37);
  // 38: platform, 0 outside Apple's own.
  directory.writeUInt8(pageSizeLog2, 39);
  // 40 spare2, 44 scatterOffset, 48 teamOffset, 52 spare3, 56 codeLimit64: all unused.
  directory.writeBigUInt64BE(BigInt(text.fileOffset), 64);
  directory.writeBigUInt64BE(BigInt(text.fileSize), 72);
  directory.writeBigUInt64BE(execSegmentMainBinary, 80);
  directory.write(identifier, codeDirectoryHeaderSize);
  sha256(requirements).copy(directory, identifierEnd);
  for (let page = 0; page < pages; page++) {
    const bytes = code.subarray(page * pageSize, (page + 1) * pageSize);
    sha256(bytes).copy(directory, firstPageHash + page * hashSize);
  }
  return directory;
}

function sha256(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}

function bigEndian32(...values: number[]): Buffer {
  const buffer = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) buffer.writeUInt32BE(value, index * 4);
  return buffer;
}

function alignUp(value: number, alignment: number): number {
  return Math.ceil(value / alignment) * alignment;
}
