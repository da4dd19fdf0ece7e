import { expect, test } from '@jest/globals';
import { signAdHoc } from '../../../build/macho-signature.ts';
import { readMachoSignature } from '../../support/read-macho-signature.ts';

interface MachoOptions {
  readonly size?: number;
  /** Where the first section's bytes begin; load commands end at 336. */
  readonly firstSection?: number;
}

/** The smallest Mach-O that has what a signature needs: __TEXT with one section, and __LINKEDIT. */
function machO({ size = 20_001, firstSection = 1024 }: MachoOptions = {}): Buffer {
  const file = Buffer.alloc(size, 0xa5);
  file.fill(0, 0, firstSection);
  file.writeUInt32LE(0xfeedfacf, 0);
  file.writeUInt32LE(3, 16);
  file.writeUInt32LE(72 + 152 + 80, 20);
  const segment = (at: number, name: string, offset: number, bytes: number, sections: number) => {
    file.writeUInt32LE(0x19, at);
    file.writeUInt32LE(72 + sections * 80, at + 4);
    file.write(name, at + 8);
    file.writeBigUInt64LE(BigInt(bytes), at + 32);
    file.writeBigUInt64LE(BigInt(offset), at + 40);
    file.writeBigUInt64LE(BigInt(bytes), at + 48);
    file.writeUInt32LE(sections, at + 64);
  };
  segment(32, '__TEXT', 0, 8192, 1);
  file.writeUInt32LE(firstSection, 32 + 72 + 48);
  segment(32 + 152, '__LINKEDIT', 8192, size - 8192, 0);
  // Any other command, of 80 bytes: LC_UUID stands in.
  file.writeUInt32LE(0x1b, 32 + 152 + 72);
  file.writeUInt32LE(80, 32 + 152 + 76);
  return file;
}

test('every page of a signed file has the hash that its signature gives, and nothing is amiss', () => {
  const unsigned = machO();
  const signature = readMachoSignature(signAdHoc(unsigned, 'system-monitor'));
  expect(signature.faults).toEqual([]);
  expect(signature.wrongPages).toEqual([]);
  expect(signature.pages).toBe(5);
  expect(signature.identifier).toBe('system-monitor');
});

test('the signature is ad-hoc, of the layout 0x20400, and covers __TEXT as a main program', () => {
  const signature = readMachoSignature(signAdHoc(machO(), 'x'));
  expect(signature.flags).toBe(0x2);
  expect(signature.version).toBe(0x20400);
  expect(signature.executableSegment).toEqual({ base: 0n, limit: 8192n, flags: 1n });
});

test('the requirements are empty and vouched for, and there is an empty certificate', () => {
  const { blobs, specialHashes } = readMachoSignature(signAdHoc(machO(), 'x'));
  expect(blobs.get(2)?.magic).toBe(0xfade0c01);
  expect(blobs.get(0x10000)?.magic).toBe(0xfade0b01);
  expect(specialHashes).toEqual(['00'.repeat(32), blobs.get(2)?.sha256]);
});

test('one changed byte of a signed file is found on its page', () => {
  const signed = signAdHoc(machO(), 'x');
  signed.writeUInt8(signed.readUInt8(9000) ^ 1, 9000);
  expect(readMachoSignature(signed).wrongPages).toEqual([2]);
});

test('sizes around the edge of a page and of 16 bytes are signed whole', () => {
  for (const size of [16_384, 16_385, 16_399, 16_400, 20_479, 20_480]) {
    const { faults, wrongPages } = readMachoSignature(signAdHoc(machO({ size }), 'x'));
    expect({ size, faults, wrongPages }).toEqual({ size, faults: [], wrongPages: [] });
  }
});

test('what was in the file before stays as it was, but for the header', () => {
  const unsigned = machO();
  const signed = signAdHoc(unsigned, 'x');
  expect(signed.subarray(1024, unsigned.length).equals(unsigned.subarray(1024))).toBe(true);
});

test('a file without room for the command, a signed one and one of another kind are refused', () => {
  expect(() => signAdHoc(machO({ firstSection: 340 }), 'x')).toThrow('no room');
  expect(() => signAdHoc(signAdHoc(machO(), 'x'), 'x')).toThrow('signed already');
  expect(() => signAdHoc(Buffer.from('\x7fELF'), 'x')).toThrow('not a 64-bit Mach-O');
  expect(() => signAdHoc(Buffer.alloc(0), 'x')).toThrow('not a 64-bit Mach-O');
});
