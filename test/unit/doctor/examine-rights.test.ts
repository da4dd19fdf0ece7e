import { chmodSync, chownSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { examineRights } from '../../../src/doctor/examine-rights.ts';
import { defaultSettings } from '../../../src/settings/settings.ts';
import { realDisk } from '../../support/real-disk.ts';
import { asRoot, onPlatform, testWith } from '../../support/requirement.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const onUnix = onPlatform('linux', 'darwin');

function examine(folder: string, token_file = '') {
  const locations = {
    configuration: { path: join(folder, 'config.json'), why: 'of the test' },
    state: { path: join(folder, 'state'), why: 'of the test' },
  };
  return examineRights({ locations }, { ...defaultSettings, token_file }, realDisk);
}

testWith([onUnix], 'a folder of our own is fine, before anything is in it and after', () => {
  const folder = temporaryFolder();
  expect(examine(folder)).toEqual([expect.objectContaining({ state: 'ok' })]);
  mkdirSync(join(folder, 'state'));
  expect(examine(folder)).toEqual([expect.objectContaining({ step: 'rights', state: 'ok' })]);
});

testWith([onUnix], 'a folder that others may write to is named once, with what lies in it', () => {
  const folder = join(temporaryFolder(), 'open');
  mkdirSync(folder);
  chmodSync(folder, 0o777);
  expect(examine(folder, join(folder, 'token'))).toEqual([
    {
      step: 'rights',
      state: 'warning',
      detail: `other users can change what is found there (the configuration file, the state folder, token_file): ${folder}`,
      remedy: `Let nobody else write there (chmod o-w '${folder}'), or move them to a folder of your own.`,
    },
  ]);
});

testWith([onUnix], 'a link does not hide it', () => {
  const folder = temporaryFolder();
  const open = join(folder, 'open');
  mkdirSync(open);
  chmodSync(open, 0o777);
  writeFileSync(join(open, 'token'), 'x');
  symlinkSync(join(open, 'token'), join(folder, 'token'));
  expect(examine(folder, join(folder, 'token'))).toEqual([
    expect.objectContaining({ state: 'warning', detail: expect.stringContaining(open) }),
  ]);
});

testWith([onUnix, asRoot()], 'in a folder for all, it is what another user put there', () => {
  const folder = join(temporaryFolder(), 'for-all');
  mkdirSync(folder);
  chmodSync(folder, 0o1777);
  const token = join(folder, 'token');
  writeFileSync(token, 'x');
  expect(examine(folder, token)).toEqual([expect.objectContaining({ state: 'ok' })]);
  chownSync(token, 12_345, 23_456);
  expect(examine(folder, token)).toEqual([
    expect.objectContaining({ state: 'warning', detail: expect.stringContaining(token) }),
  ]);
});

test('where rights are not told by numbers, nothing is said', () => {
  const locations = {
    configuration: { path: 'config.json', why: 'of the test' },
    state: { path: 'state', why: 'of the test' },
  };
  expect(examineRights({ locations }, defaultSettings, { ...realDisk, userId: undefined })).toEqual(
    [],
  );
});
