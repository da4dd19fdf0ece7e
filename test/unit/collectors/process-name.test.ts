import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  completeName,
  decodeName,
  mayBeCut,
} from '../../../src/collectors/processes/process-name.ts';

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

test('a name that the kernel cut is completed from the base name of argv[0]', () => {
  expect(
    completeName(bytes('gnome-keyring-d'), bytes('/usr/bin/gnome-keyring-daemon\0--login\0')),
  ).toBe('gnome-keyring-daemon');
});

test('argv[0] that starts otherwise leaves the name as it is', () => {
  expect(completeName(bytes('containerd-shim'), bytes('/proc/self/exe\0'))).toBe('containerd-shim');
  expect(completeName(bytes('containerd-shim'), bytes('sh\0/usr/bin/containerd-shim-runc\0'))).toBe(
    'containerd-shim',
  );
});

test('a title written over the arguments is separated by spaces, with or without a last NUL', () => {
  const comm = bytes('a-long-program-');
  expect(completeName(comm, bytes('/opt/a-long-program-name --type=gpu --x'))).toBe(
    'a-long-program-name',
  );
  expect(completeName(comm, bytes('/opt/a-long-program-name --type=gpu\0'))).toBe(
    'a-long-program-name',
  );
});

test('a space in argv[0] belongs to it when other arguments follow', () => {
  expect(completeName(bytes('Web Content Pro'), bytes('Web Content Process\0-childID\0'))).toBe(
    'Web Content Process',
  );
});

test('a title that leaves a NUL and the rest of the arguments behind it gives none of them', () => {
  expect(completeName(bytes('a-long-program-'), bytes('a-long-program-name\0--token=secret'))).toBe(
    'a-long-program-name',
  );
});

test('of an enormous argv[0] no more is kept than can be of use', () => {
  const huge = bytes(`${'/x'.repeat(5000)}/a-long-program-${'n'.repeat(50_000)}\0`);
  expect(completeName(bytes('a-long-program-'), huge).length).toBeLessThanOrEqual(512);
});

test('an empty command line leaves the name as it is', () => {
  expect(completeName(bytes('systemd-journal'), bytes(''))).toBe('systemd-journal');
});

test('bytes that are no UTF-8 become U+FFFD in the name', () => {
  expect(decodeName(bytes('a\xffb'))).toBe('a\ufffdb');
  expect(completeName(bytes('abcdefghijklmn\xff'), bytes('/x/abcdefghijklmn\xffrest\0'))).toBe(
    'abcdefghijklmn\ufffdrest',
  );
});

test('only 15 characters of one byte each may be a cut name', () => {
  const cut = (text: Buffer): boolean => mayBeCut(text, decodeName(text));
  expect(cut(bytes('fourteen-chars'))).toBe(false);
  expect(cut(bytes('fifteen-charact'))).toBe(true);
  expect(cut(bytes('fifteen\xffcharact'))).toBe(true);
  expect(cut(Buffer.from('fifteen-bytesé'))).toBe(false);
  expect(cut(bytes('kworker/0:1-events_freezable'))).toBe(false);
});

test('a completed name is comm with something added, whatever the bytes', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 15 }),
      fc.uint8Array({ maxLength: 200 }),
      (comm, commandLine) => {
        const name = completeName(comm, commandLine);
        expect(name.isWellFormed()).toBe(true);
        if (!comm.includes(0)) expect(name).not.toContain('\0');
        if (/^[\x20-\x7e]*$/.test(decodeName(comm))) {
          expect(name.startsWith(decodeName(comm))).toBe(true);
        }
      },
    ),
  );
});

test('the base name wins whatever stands around it', () => {
  const word = fc.stringMatching(/^[a-z]{15,30}$/);
  fc.assert(
    fc.property(
      word,
      fc.stringMatching(/^[a-z/ ]{0,20}$/),
      fc.array(word),
      (name, folder, rest) => {
        const commandLine = `${[`${folder}/${name}`, ...rest, 'x'].join('\0')}\0`;
        expect(completeName(bytes(name.slice(0, 15)), bytes(commandLine))).toBe(name);
      },
    ),
  );
});
