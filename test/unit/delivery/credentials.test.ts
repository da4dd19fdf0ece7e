/** Tokens and certificates of files: taken over when they change, and told when they cannot be used. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { createCredentials } from '../../../src/delivery/credentials.ts';
import { defaultSettings } from '../../../src/settings/settings.ts';
import { realDisk } from '../../support/real-disk.ts';
import { createRecordingLogger } from '../../support/recording-logger.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

function open() {
  const file = join(temporaryFolder(), 'token');
  const logger = createRecordingLogger();
  const credentials = createCredentials(realDisk, { ...defaultSettings, token_file: file }, logger);
  return { file, logger, token: async () => (await credentials.current()).token };
}

test('a token that never was there names its file, the reason and the remedy', async () => {
  const { file, token } = open();
  await expect(token()).rejects.toMatchObject({
    ...{ code: 'CONFIG_INVALID', operation: `read ${file}` },
    reason: expect.stringContaining('ENOENT'),
    hint: 'The file must exist, and the user that runs the agent must be able to read it.',
  });
  writeFileSync(file, 'secret-1\n');
  expect(await token()).toBe('secret-1');
});

test('a token that is gone or empty for a moment stays in force, and that is said once', async () => {
  const { file, logger, token } = open();
  writeFileSync(file, 'secret-1\n');
  expect(await token()).toBe('secret-1');
  rmSync(file);
  expect([await token(), await token()]).toEqual(['secret-1', 'secret-1']);
  expect(logger.events()).toEqual(['delivery.credentials_refused']);
  writeFileSync(file, '');
  expect(await token()).toBe('secret-1');
  expect(logger.lines.at(-1)?.fields).toEqual({
    files: file,
    reason: 'its first line is not a token',
  });
  writeFileSync(file, 'secret-2\n');
  expect(await token()).toBe('secret-2');
  expect(logger.events().at(-1)).toBe('delivery.credentials_reloaded');
});
