import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { silentLogger } from '../../../src/base/logger.ts';
import { parsePasswd } from '../../../src/host/linux/passwd.ts';
import { createUserNames } from '../../../src/host/linux/users.ts';
import { createManualClock } from '../../support/clocks.ts';

let etc: string;
beforeEach(() => {
  etc = mkdtempSync(join(tmpdir(), 'users-'));
});
afterEach(() => {
  rmSync(etc, { recursive: true });
});

test('the first of several users with one uid counts', () => {
  const names = parsePasswd('root:x:0:0:root:/root:/bin/sh\ntoor:x:0:0::/root:/bin/sh\n');
  expect([...names]).toEqual([[0, 'root']]);
});

test('comments, NIS lines and damaged lines are passed over', () => {
  const names = parsePasswd(
    '# note:x:5:\n+nis:x:6:6:::\n-out:x:7:7:::\n:x:8:8::\nshort\nbad:x:1x:\nok:x:9:9:::',
  );
  expect([...names]).toEqual([[9, 'ok']]);
});

test('arbitrary text never gives a name that is empty or a uid that is no number', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('a', ':', '\n', '1', '0', '+', '\0') }),
      (text) => {
        for (const [uid, name] of parsePasswd(text)) {
          expect(Number.isSafeInteger(uid)).toBe(true);
          expect(name).not.toBe('');
        }
      },
    ),
  );
});

test('a passwd file that changed is read again', () => {
  const users = createUserNames({
    etc,
    clock: createManualClock(),
    logger: silentLogger,
    runCommand: undefined,
  });
  users.refresh();
  expect(users.nameOf(1000)).toBeUndefined();

  writeFileSync(join(etc, 'passwd'), 'alice:x:1000:1000:::\n');
  users.refresh();
  expect(users.nameOf(1000)).toBe('alice');

  writeFileSync(join(etc, 'new'), 'bobby:x:1000:1000:::\n');
  renameSync(join(etc, 'new'), join(etc, 'passwd'));
  users.refresh();
  expect(users.nameOf(1000)).toBe('bobby');
});

test('a passwd file that goes away takes its names along', () => {
  writeFileSync(join(etc, 'passwd'), 'alice:x:1000:1000:::\n');
  const users = createUserNames({
    etc,
    clock: createManualClock(),
    logger: silentLogger,
    runCommand: undefined,
  });
  users.refresh();
  rmSync(join(etc, 'passwd'));
  users.refresh();
  expect(users.nameOf(1000)).toBeUndefined();
});

test('a passwd file that cannot be read leaves the names as they were, and says why', () => {
  const path = join(etc, 'passwd');
  writeFileSync(path, 'alice:x:1000:1000:::\n');
  const users = createUserNames({
    etc,
    clock: createManualClock(),
    logger: silentLogger,
    runCommand: undefined,
  });
  expect(users.refresh()).toBeUndefined();
  rmSync(path);
  // Not even root can read a folder as a file.
  mkdirSync(path);
  expect(users.refresh()).toMatch(/EISDIR/);
  expect(users.nameOf(1000)).toBe('alice');
  rmSync(path, { recursive: true });
  writeFileSync(path, 'bobby:x:1000:1000:::\n');
  expect(users.refresh()).toBeUndefined();
  expect(users.nameOf(1000)).toBe('bobby');
});
