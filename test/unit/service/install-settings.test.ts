import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import {
  type InstallSettings,
  type InstallSettingsOptions,
  settleSettings,
} from '../../../src/service/install-settings.ts';
import { realDisk } from '../../support/real-disk.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

interface Machine {
  readonly service?: string;
  /** As whom it has reported. */
  readonly reportedTo?: string;
  readonly anns?: string;
  /** The id that lies beside Ann's unsent reports. */
  readonly annsKeptId?: string;
  readonly roots?: string;
  readonly other?: string;
}

/** Settles on a machine with these files; ‹folder› stands for where they are. */
function settle(
  files: Machine,
  options: Partial<Pick<InstallSettingsOptions, 'flags'>> & { whole?: true; from?: true } = {},
): InstallSettings {
  const folder = temporaryFolder();
  const put = (name: string, content: string | undefined): string => {
    if (content !== undefined) writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  mkdirSync(join(folder, 'state'));
  put('state/system-id', files.annsKeptId);
  mkdirSync(join(folder, 'service-state'));
  put('service-state/reported-to.json', files.reportedTo);
  const other = put('other', files.other);
  return settleSettings({
    disk: realDisk,
    configurationFile: put('service', files.service),
    stateFolder: join(folder, 'service-state'),
    flags: options.flags ?? {},
    whole: options.whole === true ? other : undefined,
    from: options.from === true ? other : undefined,
    own: [
      { configurationFile: put('anns', files.anns), stateFolder: join(folder, 'state') },
      { configurationFile: put('roots', files.roots), stateFolder: join(folder, 'nowhere') },
    ],
  });
}

const anns = JSON.stringify({
  ...{ system_id: 'A', url: 'http://ann.test/', name: 'Ann’s', interval: 5 },
  ...{ token_file: '/home/ann/token', headers: { 'X-Key': 'k' } },
});
const four = { system_id: 'A', url: 'http://ann.test/', name: 'Ann’s', interval: 5 };

test('the first time, four settings of the caller are taken, and the others are named', () => {
  const { changes, taken } = settle({ anns, roots: '{"url": "http://root.test/"}' });
  expect(changes).toEqual(four);
  expect(taken).toMatchObject({
    path: expect.stringMatching(/anns$/),
    keys: ['system_id', 'url', 'name', 'interval'],
    left: ['token_file', 'headers'],
  });
});

test('a flag goes before what is taken', () => {
  const { changes } = settle({ anns }, { flags: { interval: 9, name: '' } });
  expect(changes).toEqual({ ...four, interval: 9, name: '' });
});

test('a service that has a URL keeps what it has, and nobody else is asked', () => {
  const service = '{"url": "http://service.test/"}';
  expect(settle({ service, anns: 'damaged' })).toMatchObject({ changes: {}, taken: undefined });
});

test('a URL on the command line still leaves the id to be found', () => {
  const { changes, taken } = settle({ anns }, { flags: { url: 'http://flag.test/' } });
  expect(changes).toEqual({ ...four, url: 'http://flag.test/' });
  expect(taken?.keys).toEqual(['system_id', 'name', 'interval']);
});

test('a service that has reported takes a URL where it has none, and keeps its id', () => {
  const service = '{"system_id": "S", "interval": 7}';
  const reportedTo = '{"system_id": "S", "url": "http://service.test/"}';
  const { changes, isUnused } = settle({ service, reportedTo, anns });
  expect(changes).toEqual({ url: 'http://ann.test/', name: 'Ann’s' });
  expect(isUnused).toBe(false);
});

test('an id that a package has made and nobody knows gives way to the caller’s', () => {
  const { changes, isUnused } = settle({ service: '{"system_id": "S", "interval": 7}', anns });
  expect(changes).toEqual({ url: 'http://ann.test/', name: 'Ann’s', system_id: 'A' });
  expect(isUnused).toBe(true);
});

test('root’s own are taken where the caller’s name no URL, or are not there', () => {
  const roots = '{"url": "http://root.test/", "system_id": "R"}';
  for (const one of [{}, { anns: '{"interval": 5}' }]) {
    const { changes } = settle({ roots, ...one });
    expect(changes).toEqual({ url: 'http://root.test/', system_id: 'R' });
  }
});

test('an id that is kept beside the caller’s reports is the caller’s, too', () => {
  const { changes } = settle({ anns: '{"url": "http://ann.test/"}', annsKeptId: 'K\n' });
  expect(changes).toEqual({ url: 'http://ann.test/', system_id: 'K' });
});

test('with nothing anywhere, nothing is settled', () => {
  expect(settle({})).toEqual({ changes: {}, settings: {}, taken: undefined, isUnused: true });
});

test('a file that is named goes before the service’s own settings, with those four', () => {
  const other = '{"url": "http://other.test/", "log_level": "debug"}';
  const { changes, settings, taken } = settle(
    { service: '{"url": "http://service.test/", "interval": 7}', other, anns },
    { from: true },
  );
  expect(changes).toEqual({ url: 'http://other.test/' });
  expect(settings).toEqual({ url: 'http://other.test/', interval: 7 });
  expect(taken?.left).toEqual(['log_level']);
});

test('a whole file is taken whole, and nothing of anybody else', () => {
  const other = '{"url": "http://other.test/", "log_level": "debug"}';
  const { changes, taken } = settle({ other, anns }, { whole: true });
  expect(changes).toEqual({ url: 'http://other.test/', log_level: 'debug' });
  expect(taken).toBeUndefined();
});

test.each<[string, Machine, { whole?: true; from?: true }, string]>([
  ['no file where one was named', {}, { from: true }, 'NOT_AVAILABLE'],
  ['no whole file where one was named', {}, { whole: true }, 'NOT_AVAILABLE'],
  ['a damaged file of the caller', { anns: '{"url": ' }, {}, 'CONFIG_INVALID'],
  [
    'a wrong id of the caller',
    { anns: '{"url": "http://a.test/", "system_id": ""}' },
    {},
    'CONFIG_INVALID',
  ],
  ['a wrong value of the service', { service: '{"interval": "soon"}' }, {}, 'CONFIG_INVALID'],
  ['a damaged file of the service', { service: '{"url": ' }, {}, 'CONFIG_INVALID'],
])('%s is refused', (_, files, options, code) => {
  expect(() => settle(files, options)).toThrow(expect.objectContaining({ code }));
});

test('what is wrong and is not taken, or replaced by a flag, does not matter', () => {
  const wrong = '{"url": "http://ann.test/", "log_level": "loud"}';
  expect(settle({ anns: wrong }).changes).toEqual({ url: 'http://ann.test/' });
  const service = '{"url": "http://service.test/", "interval": "soon"}';
  expect(settle({ service }, { flags: { interval: 5 } }).changes).toEqual({ interval: 5 });
});
