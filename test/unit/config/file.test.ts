import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { openConfiguration } from '../../../src/config/configuration.ts';
import { readSettingsFile, writeSettingsFile } from '../../../src/config/file.ts';
import { insistOnAll, loadSettings } from '../../../src/config/load.ts';
import type { LocationOptions } from '../../../src/config/locations.ts';
import { errorOf } from '../../support/error-of.ts';
import { realDisk } from '../../support/real-disk.ts';
import { asRoot, onPlatform, testWith } from '../../support/requirement.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const clock = {
  epochMs: () => 1_700_000_000_000,
  monotonicMs: () => 0,
  sleep: () => Promise.resolve(),
};
const sixteenBytes = (size: number) => new Uint8Array(size).fill(0xab);
const newId = `Linux-${'ab'.repeat(16)}`;

describe('the file', () => {
  test('is read back as it was written', async () => {
    const path = join(temporaryFolder(), 'deep', 'config.json');
    await writeSettingsFile(realDisk, path, { interval: 7, disks_exclude: ['/boot'] });
    expect(readSettingsFile(realDisk, path)).toEqual({ interval: 7, disks_exclude: ['/boot'] });
  });

  testWith([onPlatform('linux', 'darwin')], 'is readable by its owner alone', async () => {
    const path = join(temporaryFolder(), 'deep', 'config.json');
    await writeSettingsFile(realDisk, path, { interval: 7 });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(join(path, '..')).mode & 0o777).toBe(0o700);
  });

  testWith([onPlatform('linux', 'darwin')], 'is closed to others when it stood open', async () => {
    const path = join(temporaryFolder(), 'config.json');
    writeFileSync(path, '{"interval": 5}');
    chmodSync(path, 0o644);
    await writeSettingsFile(realDisk, path, { interval: 6 });
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  testWith([onPlatform('linux', 'darwin')], 'stays behind the link that leads to it', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'dotfiles'));
    for (const content of [undefined, '{"interval": 5}']) {
      const file = join(folder, 'dotfiles', `config-${content === undefined}.json`);
      const link = join(folder, `link-${content === undefined}.json`);
      if (content !== undefined) writeFileSync(file, content);
      symlinkSync(relative(folder, file), link);
      await writeSettingsFile(realDisk, link, { interval: 6 });
      expect(lstatSync(link).isSymbolicLink()).toBe(true);
      expect(readSettingsFile(realDisk, file)).toEqual({ interval: 6 });
    }
  });

  testWith(
    [onPlatform('linux', 'darwin'), asRoot()],
    "of a service stays readable by the service's group, and a new one becomes so",
    async () => {
      const folder = temporaryFolder();
      chownSync(folder, 0, 23_456);
      chmodSync(folder, 0o750);
      const path = join(folder, 'config.json');
      for (const interval of [5, 6]) {
        await writeSettingsFile(realDisk, path, { interval });
        expect(statSync(path)).toMatchObject({ uid: 0, gid: 23_456 });
        expect(statSync(path).mode & 0o777).toBe(0o640);
      }
    },
  );

  testWith(
    [onPlatform('linux', 'darwin'), asRoot()],
    'keeps its owner when root saves',
    async () => {
      const path = join(temporaryFolder(), 'config.json');
      writeFileSync(path, '{"interval": 5}');
      chownSync(path, 12_345, 23_456);
      await writeSettingsFile(realDisk, path, { interval: 6 });
      expect(statSync(path)).toMatchObject({ uid: 12_345, gid: 23_456 });
      expect(readSettingsFile(realDisk, path)).toEqual({ interval: 6 });
    },
  );

  test('is saved beside what a crash left of an earlier saving', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'config.json');
    writeFileSync(`${path}.new`, '{"inter');
    await writeSettingsFile(realDisk, path, { interval: 6 });
    expect(readSettingsFile(realDisk, path)).toEqual({ interval: 6 });
    expect(readdirSync(folder)).toEqual(['config.json']);
  });

  test('may have any name', async () => {
    for (const name of ['monitor', 'a.b.conf', '.hidden']) {
      const path = join(temporaryFolder(), name);
      await writeSettingsFile(realDisk, path, { interval: 9 });
      expect(readSettingsFile(realDisk, path)).toEqual({ interval: 9 });
    }
  });

  test('may begin with the byte-order mark of a Windows editor', () => {
    const path = join(temporaryFolder(), 'config.json');
    writeFileSync(path, '\uFEFF{"interval": 8}');
    expect(readSettingsFile(realDisk, path)).toEqual({ interval: 8 });
  });

  test('that is absent is no error', () => {
    expect(readSettingsFile(realDisk, join(temporaryFolder(), 'none.json'))).toBeUndefined();
  });

  test.each([[''], ['{'], ['not json'], ['\u0000\u0001']])(
    'holding %j is refused with its name and a remedy',
    (content) => {
      const path = join(temporaryFolder(), 'config.json');
      writeFileSync(path, content);
      const error = errorOf(() => readSettingsFile(realDisk, path));
      expect(error.code).toBe('CONFIG_INVALID');
      expect(error.message).toContain(path);
      expect(error.hint).toMatch(/by hand/);
      expect(readFileSync(path, 'utf8')).toBe(content);
    },
  );

  test('is not overwritten by a wrong value', async () => {
    const { configuration, path } = inFolder();
    writeFileSync(path, '{"interval": 5}');
    await expect(configuration.save({ interval: -1 })).rejects.toThrow(/interval/);
    expect(readFileSync(path, 'utf8')).toBe('{"interval": 5}');
  });
});

describe('saving', () => {
  test('changes what it is given and keeps the rest', async () => {
    const { configuration, path } = inFolder();
    writeFileSync(path, '{"interval": 5, "url": "http://127.0.0.1:1/"}');
    await configuration.save({ interval: 6 });
    expect(readSettingsFile(realDisk, path)).toEqual({ interval: 6, url: 'http://127.0.0.1:1/' });
  });

  test('removes a key that is given as undefined', async () => {
    const { configuration, path } = inFolder();
    writeFileSync(path, '{"interval": 5, "url": "http://127.0.0.1:1/"}');
    await configuration.save({ url: undefined });
    expect(readSettingsFile(realDisk, path)).toEqual({ interval: 5 });
  });

  test('refuses a damaged file, with line and column and the remedy, and leaves it as it is', async () => {
    const { configuration, path } = inFolder();
    const damaged = '{"system_id": "LINUX-1",\n "interval": 60,}\n';
    writeFileSync(path, damaged);
    await expect(configuration.save({ interval: 6 })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('line 2, column 17'),
      hint: expect.stringContaining('config repair'),
    });
    expect(readFileSync(path, 'utf8')).toBe(damaged);
  });

  test('changes one key beside wrong and unknown ones, which stay as they stand there', async () => {
    const { configuration, path } = inFolder();
    writeFileSync(path, '{"interval": "abc", "version": 3, "scope": "x", "url": "http://a.test/"}');
    await configuration.save({ interval: 30 });
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({
      ...{ interval: 30, version: 3, scope: 'x', url: 'http://a.test/' },
    });
    await configuration.save({ version: undefined, scope: undefined });
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({
      ...{ interval: 30, url: 'http://a.test/' },
    });
  });

  test('says nothing of what stands in a damaged file', async () => {
    const { configuration, path } = inFolder();
    writeFileSync(path, '{"url": S3CRET}');
    const error = await configuration.save({ interval: 6 }).catch((thrown: unknown) => thrown);
    expect(String(error)).toContain('line 1, column 9');
    expect(String(error)).not.toContain('CRET');
  });
});

describe('a missing system id', () => {
  test('is generated, saved, and the same at the next start', async () => {
    const { configuration, path } = inFolder();
    const first = await configuration.loadWithSystemId(sixteenBytes);
    expect(first).toMatchObject({ systemId: newId, isNewId: true });
    expect(readSettingsFile(realDisk, path)).toEqual({ system_id: newId });
    const second = await configuration.loadWithSystemId(() => new Uint8Array(16));
    expect(second).toMatchObject({ systemId: newId, isNewId: false });
  });

  test('given by the environment is not saved', async () => {
    const { configuration, path } = inFolder({ SYSTEM_MONITOR_SYSTEM_ID: newId });
    expect(await configuration.loadWithSystemId(sixteenBytes)).toMatchObject({ isNewId: false });
    expect(existsSync(path)).toBe(false);
  });

  test('does not replace a damaged file', async () => {
    const { configuration, path } = inFolder();
    writeFileSync(path, '{');
    await expect(configuration.loadWithSystemId(sixteenBytes)).rejects.toThrow(/not valid JSON/);
    expect(readFileSync(path, 'utf8')).toBe('{');
  });
});

describe('precedence', () => {
  test('is flags, environment, file, defaults', () => {
    const path = join(temporaryFolder(), 'config.json');
    writeFileSync(path, '{"interval": 1, "url": "http://file/", "log_level": "warn"}');
    const loaded = loadSettings({
      disk: realDisk,
      path,
      environment: { SYSTEM_MONITOR_INTERVAL: '2', SYSTEM_MONITOR_URL: 'http://environment/' },
      flags: { interval: '3' },
    });
    expect(loaded.settings).toMatchObject({
      interval: 3,
      url: 'http://environment/',
      log_level: 'warn',
      scope: 'host',
    });
    expect(loaded.sources).toEqual(
      new Map([
        ['url', 'environment'],
        ['interval', 'flag'],
        ['log_level', 'file'],
      ]),
    );
  });

  test('names the environment variable that holds a wrong value', () => {
    const environment = { SYSTEM_MONITOR_INTERVAL: 'soon' };
    const error = errorOf(() =>
      insistOnAll(loadSettings({ disk: realDisk, path: '/nowhere/at/all', environment })),
    );
    expect(error.code).toBe('CONFIG_INVALID');
    expect(error.message).toContain('SYSTEM_MONITOR_INTERVAL');
  });

  test('a wrong variable is no reason to obey the file, nor a wrong file where a flag is right', () => {
    const path = join(temporaryFolder(), 'config.json');
    writeFileSync(path, '{"interval": 5, "scope": "nowhere", "colour": 1}');
    const environment = { SYSTEM_MONITOR_INTERVAL: 'soon' };
    const loaded = loadSettings({ disk: realDisk, path, environment, flags: { scope: 'host' } });
    expect(loaded.problems).toMatchObject([
      { key: 'interval', source: 'environment variable SYSTEM_MONITOR_INTERVAL' },
    ]);
    expect(loaded.settings).toMatchObject({ interval: 60, scope: 'host' });
    expect(loaded.unknown).toMatchObject([{ key: 'colour' }]);
    expect([...loaded.sources.keys()]).toEqual(['scope']);
  });

  test('a right variable makes a wrong value of the file harmless', () => {
    const path = join(temporaryFolder(), 'config.json');
    writeFileSync(path, '{"interval": "soon"}');
    const environment = { SYSTEM_MONITOR_INTERVAL: '5' };
    const loaded = loadSettings({ disk: realDisk, path, environment });
    expect(loaded.problems).toEqual([]);
    expect(loaded.settings.interval).toBe(5);
  });

  test('what cannot be read says what helps', () => {
    const folder = temporaryFolder();
    expect(errorOf(() => readSettingsFile(realDisk, folder))).toMatchObject({
      code: 'CONFIG_INVALID',
      hint: 'Name another configuration file with --config, or run as the owner of this one.',
    });
  });

  test('takes an empty environment variable for none', () => {
    const environment = { SYSTEM_MONITOR_INTERVAL: '' };
    expect(
      loadSettings({ disk: realDisk, path: '/nowhere/at/all', environment }).settings.interval,
    ).toBe(60);
  });
});

function inFolder(environment: Record<string, string> = {}) {
  const path = join(temporaryFolder(), 'config.json');
  const options: LocationOptions = {
    disk: realDisk,
    platform: 'linux',
    environment,
    homeFolder: '/nowhere',
    configFlag: path,
  };
  return { configuration: openConfiguration(options, clock), path };
}
