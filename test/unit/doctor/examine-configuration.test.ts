import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { openConfiguration } from '../../../src/config/configuration.ts';
import { examineConfiguration } from '../../../src/doctor/examine-configuration.ts';
import { createManualClock } from '../../support/clocks.ts';
import { realDisk } from '../../support/real-disk.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

function examine(text: string | undefined, environment: Readonly<Record<string, string>> = {}) {
  const folder = temporaryFolder();
  const path = join(folder, 'config.json');
  if (text !== undefined) writeFileSync(path, text);
  const options = { disk: realDisk, platform: 'linux', homeFolder: folder } as const;
  const places = { configFlag: path, stateFlag: join(folder, 'state') };
  const configuration = openConfiguration(
    { ...options, environment, ...places },
    createManualClock(),
  );
  return { path, ...examineConfiguration(configuration) };
}

test('each wrong setting is a finding with its own remedy, and none is used', () => {
  const text = '{"interval": "soon", "scope": "moon", "log_level": "info", "intervall": 5}';
  const { path, findings, settings } = examine(text, { SYSTEM_MONITOR_BACKLOG_RATE: 'fast' });
  expect(settings).toBeUndefined();
  expect(findings).toEqual([
    {
      ...{ step: 'configuration', state: 'failed' },
      detail: `${path}: interval = "soon": must be a whole number of seconds, not text`,
      remedy: 'For example: interval = 60',
    },
    {
      ...{ step: 'configuration', state: 'failed' },
      detail: `${path}: scope = "moon": must be one of host, container`,
      remedy: 'For example: scope = host',
    },
    {
      ...{ step: 'configuration', state: 'failed' },
      detail: expect.stringMatching(/^environment variable SYSTEM_MONITOR_BACKLOG_RATE: .*"fast"/),
      remedy: expect.stringContaining('backlog_rate'),
    },
    {
      ...{ step: 'configuration', state: 'warning' },
      detail: `${path}: intervall: there is no such setting`,
      remedy: 'Did you mean "interval"?',
    },
  ]);
});

test('a secret in a wrong value is not told', () => {
  const { findings } = examine('{"url": "ftp://ann:S3CRET@h/", "headers": {"host": "S3CRET"}}');
  expect(findings).toHaveLength(2);
  expect(JSON.stringify(findings)).not.toContain('S3CRET');
});

test('good settings are used, and a file that is missing is said to be', () => {
  expect(examine('{"interval": 7}')).toMatchObject({
    ...{ findings: [{ state: 'ok' }], settings: { interval: 7 } },
  });
  const { path, findings, settings } = examine(undefined);
  expect(findings).toEqual([
    expect.objectContaining({ detail: `there is no file at ${path}, so the defaults apply` }),
  ]);
  expect(settings).toMatchObject({ interval: 60 });
});

test('a damaged file is one finding, with line and column', () => {
  const { findings, settings } = examine('{"interval": 5,}');
  expect(settings).toBeUndefined();
  expect(findings).toEqual([
    expect.objectContaining({
      state: 'failed',
      detail: expect.stringMatching(/not valid JSON \(line 1, column 16/),
      remedy: expect.stringContaining('config repair'),
    }),
  ]);
});
