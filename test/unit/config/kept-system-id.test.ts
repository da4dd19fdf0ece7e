import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { openConfiguration } from '../../../src/config/configuration.ts';
import { realDisk } from '../../support/real-disk.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const clock = { epochMs: () => 0, monotonicMs: () => 0, sleep: async () => {} };
const ones = (size: number) => new Uint8Array(size).fill(0x11);
const twos = (size: number) => new Uint8Array(size).fill(0x22);
const idOfOnes = `Linux-${'11'.repeat(16)}`;

/** Nobody may make a folder in /sys, root neither. */
const unwritableFile = '/sys/no-such-folder/config.json';

function open(configFlag: string, stateFlag: string, environment = {}) {
  return openConfiguration(
    {
      disk: realDisk,
      platform: 'linux',
      environment,
      homeFolder: '/nonexistent',
      configFlag,
      stateFlag,
    },
    clock,
  );
}

describe('a configuration that may not be written', () => {
  test('has its new id kept in the state folder, readable by the owner alone', async () => {
    const state = join(temporaryFolder(), 'state');
    const loaded = await open(unwritableFile, state).loadWithSystemId(ones);
    expect(loaded).toMatchObject({ systemId: idOfOnes, isNewId: true });
    expect(readFileSync(join(state, 'system-id'), 'utf8')).toBe(`${idOfOnes}\n`);
    expect(statSync(join(state, 'system-id')).mode & 0o777).toBe(0o600);
  });

  test('has the same id at the next start, and says where it is from', async () => {
    const state = join(temporaryFolder(), 'state');
    await open(unwritableFile, state).loadWithSystemId(ones);
    const next = await open(unwritableFile, state).loadWithSystemId(twos);
    expect(next).toMatchObject({ systemId: idOfOnes, isNewId: false });
    expect(next.sources.get('system_id')).toBe('state');
  });

  test('is an error where the state folder may not be written either', async () => {
    await expect(open(unwritableFile, '/sys/nothing').loadWithSystemId(ones)).rejects.toMatchObject(
      {
        operation: 'save the new system id',
        hint: expect.stringContaining('SYSTEM_MONITOR_SYSTEM_ID'),
      },
    );
  });
});

test('an id in the file is preferred to the one that was kept', async () => {
  const folder = temporaryFolder();
  const file = join(folder, 'config.json');
  writeFileSync(join(folder, 'system-id'), `${idOfOnes}\n`);
  const idInFile = `Linux-${'ab'.repeat(16)}`;
  writeFileSync(file, JSON.stringify({ system_id: idInFile }));
  expect(open(file, folder).load().settings.system_id).toBe(idInFile);
});

test('something that is no id is not taken for one', async () => {
  const folder = temporaryFolder();
  const file = join(folder, 'config.json');
  writeFileSync(join(folder, 'system-id'), 'one\ntwo\n');
  expect(open(file, folder).load().settings.system_id).toBeUndefined();
});

test('a configuration that may be written keeps its new id itself', async () => {
  const folder = temporaryFolder();
  const file = join(folder, 'config.json');
  await open(file, join(folder, 'state')).loadWithSystemId(ones);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ system_id: idOfOnes });
  expect(existsSync(join(folder, 'state'))).toBe(false);
});
