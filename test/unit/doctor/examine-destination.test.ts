import { expect, test } from '@jest/globals';
import { openConfiguration } from '../../../src/config/configuration.ts';
import { examineDestination } from '../../../src/doctor/examine-destination.ts';
import { realDisk } from '../../support/real-disk.ts';

/** Of a machine whose service, or whose user, has this file and nothing else. */
function examine(folder: '/etc/system-monitor' | '/home/ann/.config/system-monitor', text: string) {
  const file = `${folder}/config.json`;
  const absent = Object.assign(new Error('ENOENT'), { code: 'ENOENT' });
  const disk = {
    ...realDisk,
    stat: (path: string) =>
      path === file
        ? { isFile: true, sizeBytes: 1, fileNumber: 1, modifiedMs: 0, changedMs: 0 }
        : undefined,
    read(path: string): Buffer {
      if (path !== file) throw absent;
      return Buffer.from(text);
    },
  };
  const options = { disk, platform: 'linux', environment: {}, homeFolder: '/home/ann' } as const;
  const clock = { epochMs: () => 0, monotonicMs: () => 0, sleep: async () => {} };
  return examineDestination(options, openConfiguration(options, clock));
}

test('a service without a URL keeps its reports, and that is a failure with its remedy', () => {
  expect(examine('/etc/system-monitor', '{}')).toEqual({
    step: 'url',
    state: 'failed',
    detail:
      'reports are kept and not sent: no URL is set. Set one: system-monitor config set url URL',
  });
});

test.each([
  ['a service with a URL', '/etc/system-monitor', '{"url": "http://a.test/"}'],
  ['a service with a damaged file, which is told elsewhere', '/etc/system-monitor', '{"url'],
  ['a person, for whom the default holds', '/home/ann/.config/system-monitor', '{}'],
] as const)('%s is not told so', (_, folder, text) => {
  expect(examine(folder, text)).toBeUndefined();
});
