import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { MonitorError } from '../../../src/base/errors.ts';
import { openConfiguration } from '../../../src/config/configuration.ts';
import { draftSettings } from '../../../src/config/draft.ts';
import { createManualClock } from '../../support/clocks.ts';
import { errorOf } from '../../support/error-of.ts';
import { realDisk } from '../../support/real-disk.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

function open(content?: string) {
  const path = join(temporaryFolder(), 'config.json');
  if (content !== undefined) writeFileSync(path, content);
  const configuration = openConfiguration(
    {
      ...{ disk: realDisk, platform: 'linux', environment: {}, homeFolder: '/nowhere' },
      configFlag: path,
      stateFlag: '/nowhere',
    },
    createManualClock(),
  );
  return { path, configuration };
}

test('changes are seen at once and saved only when asked', async () => {
  const { path, configuration } = open('{"interval": 5}');
  const draft = draftSettings(configuration);
  expect(draft.hasChanges()).toBe(false);
  draft.change({ url: 'http://a.test/' });
  draft.change({ scope: 'container' });
  expect(draft.settings()).toMatchObject({
    ...{ interval: 5, url: 'http://a.test/', scope: 'container' },
  });
  expect(draft.hasChanges()).toBe(true);
  expect(readFileSync(path, 'utf8')).toBe('{"interval": 5}');
  expect(await draft.save()).toEqual({ putAside: undefined });
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({
    ...{ interval: 5, url: 'http://a.test/', scope: 'container' },
  });
});

test('a file that is no JSON shows the defaults with its reason, and is put aside by saving', async () => {
  const { path, configuration } = open('{"interval": 5,');
  const draft = draftSettings(configuration);
  expect(draft.unusable).toMatchObject({ code: 'CONFIG_INVALID' });
  expect(draft.settings()).toMatchObject({ interval: 60 });
  const { putAside } = await draft.save();
  expect(putAside).toMatch(/config\.json\.damaged-\d+$/);
  expect(readFileSync(putAside ?? '', 'utf8')).toBe('{"interval": 5,');
  expect(existsSync(path)).toBe(true);
  expect(readdirSync(join(path, '..'))).toHaveLength(2);
});

test('a file that may not be read is not taken for an empty one', () => {
  const { configuration } = open('{}');
  const refused = () => {
    throw new MonitorError({ code: 'PERMISSION', operation: 'read it', reason: 'EACCES' });
  };
  expect(errorOf(() => draftSettings({ ...configuration, load: refused })).code).toBe('PERMISSION');
});
