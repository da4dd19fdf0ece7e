import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { MonitorError } from '../../../src/base/errors.ts';
import { openConfiguration } from '../../../src/config/configuration.ts';
import { draftSettings } from '../../../src/config/draft.ts';
import { createManualClock } from '../../support/clocks.ts';
import { errorOf } from '../../support/error-of.ts';
import { realDisk } from '../../support/real-disk.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

function open(content?: string, environment = {}) {
  const path = join(temporaryFolder(), 'config.json');
  if (content !== undefined) writeFileSync(path, content);
  const configuration = openConfiguration(
    {
      ...{ disk: realDisk, platform: 'linux', environment, homeFolder: '/nowhere' },
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
  await draft.save();
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({
    ...{ interval: 5, url: 'http://a.test/', scope: 'container' },
  });
});

test('what is there already is no change, and what was changed back is none either', () => {
  const draft = draftSettings(open('{"interval": 5, "url": "http://a.test/"}').configuration);
  draft.change({ interval: 5 });
  expect(draft.hasChanges()).toBe(false);
  draft.change({ interval: 6 });
  expect(draft.hasChanges()).toBe(true);
  draft.change({ interval: 5 });
  expect(draft.hasChanges()).toBe(false);
});

test('a setting can be removed, and its default holds', async () => {
  const { path, configuration } = open('{"interval": 5, "token_file": "/x"}');
  const draft = draftSettings(configuration);
  draft.change({ token_file: undefined, interval: undefined });
  expect(draft.settings()).toMatchObject({ interval: 60, token_file: '' });
  expect(draft.sourceOf('interval')).toBeUndefined();
  await draft.save();
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({});
});

test('good settings are shown beside a wrong one, which is told with its reason until it is changed', () => {
  const { configuration } = open('{"interval": "abc", "url": "http://a.test/"}');
  const draft = draftSettings(configuration);
  expect(draft.settings()).toMatchObject({ interval: 60, url: 'http://a.test/' });
  expect(draft.problemOf('interval')?.reason).toContain('interval = "abc"');
  draft.change({ interval: 60 });
  expect(draft.problemOf('interval')).toBeUndefined();
  expect(draft.hasChanges()).toBe(true);
});

test('what the environment says stays in force and is not saved', async () => {
  const { path, configuration } = open('{"interval": 5}', { SYSTEM_MONITOR_INTERVAL: '7' });
  const draft = draftSettings(configuration);
  expect(draft.sourceOf('interval')).toBe('environment');
  expect(draft.settings().interval).toBe(7);
  expect(draft.inFile('interval')).toBe(5);
  draft.change({ scope: 'container', interval: 6 });
  expect(draft.settings().interval).toBe(7);
  await draft.save();
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ interval: 6, scope: 'container' });
});

test('a file that is no JSON is not taken for an empty one', () => {
  const { path, configuration } = open('{"interval": 5,');
  expect(errorOf(() => draftSettings(configuration)).code).toBe('CONFIG_INVALID');
  expect(readFileSync(path, 'utf8')).toBe('{"interval": 5,');
});

test('a file that may not be read is not taken for an empty one', () => {
  const { configuration } = open('{}');
  const loadGood = () => {
    throw new MonitorError({ code: 'PERMISSION', operation: 'read it', reason: 'EACCES' });
  };
  expect(errorOf(() => draftSettings({ ...configuration, loadGood })).code).toBe('PERMISSION');
});
