import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Disk } from '../../../src/base/disk.ts';
import { openConfiguration } from '../../../src/config/configuration.ts';
import { findOriginalSettings, importSettings } from '../../../src/config/import.ts';
import { repairSettings } from '../../../src/config/repair.ts';
import { createManualClock } from '../../support/clocks.ts';
import { realDisk } from '../../support/real-disk.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

function open(content?: string | Buffer) {
  const path = join(temporaryFolder(), 'config.json');
  if (content !== undefined) writeFileSync(path, content);
  const places = { configFlag: path, stateFlag: '/nowhere', homeFolder: '/nowhere' };
  const configuration = openConfiguration(
    { ...places, disk: realDisk, platform: 'linux', environment: {} },
    createManualClock(),
  );
  return { path, configuration, saved: (): unknown => JSON.parse(readFileSync(path, 'utf8')) };
}

const two = { system_id: 'LINUX-1', url: 'http://a.test/' };

describe('what can be read of a damaged file is saved', () => {
  test.each([
    ['a comma too many', '{"system_id": "LINUX-1", "url": "http://a.test/",}'],
    ['a comma too few', '{"system_id": "LINUX-1"\n "url": "http://a.test/"}'],
    ['comments', '{// mine\n"system_id": "LINUX-1", /* x */ "url": "http://a.test/" # y\n}'],
    ['single quotes and bare keys', "{'system_id': 'LINUX-1', url: 'http://a.test/'}"],
    ['no braces', '"system_id": "LINUX-1",\n"url": "http://a.test/"\n'],
    ['no closing brace', '{"system_id": "LINUX-1", "url": "http://a.test/"'],
    ['a brace too many', '{"system_id": "LINUX-1", "url": "http://a.test/"}}'],
    ['a value cut off', '{"system_id": "LINUX-1", "url": "http://a.test/", "proxy": "http://b'],
    ['a number cut off', '{"system_id": "LINUX-1", "url": "http://a.test/", "interval": 1'],
    ['a value that is none', '{"system_id": "LINUX-1", "interval": abc, "url": "http://a.test/"}'],
    [
      'a list without its end',
      '{"system_id": "LINUX-1", "disks_include": ["/", "url": "http://a.test/"}',
    ],
    ['UTF-16', Buffer.from(`\uFEFF${JSON.stringify(two)}`, 'utf16le')],
    [
      'UTF-16, the other way round',
      Buffer.from(`\uFEFF${JSON.stringify(two)}`, 'utf16le').swap16(),
    ],
  ])('%s', async (_, content) => {
    const { path, configuration, saved } = open(content);
    const { keptAs = '' } = await configuration.repair();
    expect(saved()).toEqual(two);
    expect(readFileSync(keptAs)).toEqual(Buffer.from(content));
    expect(dirname(keptAs)).toBe(dirname(path));
  });

  test('an object that lost its brace gives back the settings that came after it', async () => {
    const { configuration, saved } = open('{"headers": {"X-A": "1", "url": "http://a.test/"}');
    await configuration.repair();
    expect(saved()).toEqual({ headers: { 'X-A': '1' }, url: 'http://a.test/' });
  });

  test('letters of Latin-1 are letters', async () => {
    const { configuration, saved } = open(Buffer.from('{"system_id": "büro-3"}', 'latin1'));
    expect(() => configuration.load()).toThrow(/not UTF-8/);
    await configuration.repair();
    expect(saved()).toEqual({ system_id: 'büro-3' });
  });

  test('wrong and unknown values are kept too, and told', async () => {
    const { configuration, saved } = open('{"interval": "abc", "colour": 3,}');
    const { problems, unknown } = await configuration.repair();
    expect([problems, unknown]).toMatchObject([[{ key: 'interval' }], [{ key: 'colour' }]]);
    expect(saved()).toEqual({ interval: 'abc', colour: 3 });
  });

  test('two repairs within a second keep two files', async () => {
    const { path, configuration } = open('{"interval": 5,}');
    await configuration.repair();
    writeFileSync(path, '{"interval": 6,}');
    await configuration.repair();
    expect(readdirSync(dirname(path))).toHaveLength(3);
  });
});

test('the copy of the old file has its owner, is on disk, and is closed', async () => {
  const given: unknown[] = [];
  const open = new Set<unknown>();
  const disk: Disk = {
    ...realDisk,
    open: (path, ...rest) => {
      const file = realDisk.open(path, ...rest);
      open.add(file);
      return file;
    },
    close: (file) => {
      open.delete(file);
      realDisk.close(file);
    },
    give: (file, to) => {
      given.push(to);
      realDisk.give(file, to);
    },
  };
  const path = join(temporaryFolder(), 'config.json');
  writeFileSync(path, '{"interval": 5,}');
  await repairSettings(disk, path, 1);
  const { uid: userId, gid: groupId } = statSync(path);
  expect(given[0]).toEqual({ userId, groupId, mode: 0o600 });
  expect(open.size).toBe(0);
});

test('what cannot be repaired says why, and what helps', async () => {
  const path = join(temporaryFolder(), 'config.json');
  await expect(repairSettings(realDisk, path, 1)).rejects.toMatchObject({
    ...{ code: 'NOT_AVAILABLE', operation: `repair ${path}`, reason: 'there is no such file' },
    hint: 'Without a file, the defaults apply. "system-monitor config" creates one.',
  });
  writeFileSync(path, 'ELF');
  await expect(repairSettings(realDisk, path, 1)).rejects.toMatchObject({
    ...{ code: 'CONFIG_INVALID', operation: `repair ${path}` },
    reason: 'none of its settings can be read',
    hint: 'Move it away and create a new one: system-monitor config',
  });
  writeFileSync(path, '{"interval": 5,}');
  const full: Disk = {
    ...realDisk,
    copy: () => {
      throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
    },
  };
  await expect(repairSettings(full, path, 1)).rejects.toMatchObject({
    ...{ code: 'CANNOT_WRITE', operation: `keep ${path} as ${path}.damaged-1` },
  });
  expect(readFileSync(path, 'utf8')).toBe('{"interval": 5,}');
});

test('a file that is whole, or of which nothing can be read, stays as it is', async () => {
  const whole = open('{"interval":5}');
  expect(await whole.configuration.repair()).toMatchObject({ keptAs: undefined });
  for (const content of ['[1, 2]', '\u0000\u0001\u0002', 'ELF']) {
    const { path, configuration } = open(content);
    await expect(configuration.repair()).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    expect(readFileSync(path, 'utf8')).toBe(content);
    expect(readdirSync(dirname(path))).toHaveLength(1);
  }
});

describe("the original's file", () => {
  const program = {
    disk: realDisk,
    platform: 'linux',
    randomBytes: (size: number) => new Uint8Array(size).fill(0x11),
  } as const;

  function original(content: string): string {
    const file = join(temporaryFolder(), 'config.json');
    writeFileSync(file, content);
    return file;
  }

  test('gives its id, its URL and its interval, also where that is text', async () => {
    const { configuration, saved } = open('{"scope": "container", "interval": 5}');
    const file = original(
      '{"system_id": "WIN-3", "url": "http://10.1.2.3:5000", "interval": "30"}',
    );
    const taken = await importSettings(configuration, program, file);
    expect(taken).toMatchObject({ newId: undefined, leftOut: [] });
    expect(saved()).toEqual({
      ...{ scope: 'container', system_id: 'WIN-3', url: 'http://10.1.2.3:5000', interval: 30 },
    });
  });

  test('without an id gets one, unless there is one here', async () => {
    const file = original('{"system_id": null, "url": "http://10.1.2.3:5000", "interval": 60}');
    const fresh = open();
    expect(await importSettings(fresh.configuration, program, file)).toMatchObject({
      newId: `Linux-${'11'.repeat(16)}`,
    });
    expect(fresh.saved()).toMatchObject({ system_id: `Linux-${'11'.repeat(16)}` });
    const used = open('{"system_id": "LINUX-1"}');
    await importSettings(used.configuration, program, file);
    expect(used.saved()).toMatchObject({ system_id: 'LINUX-1', url: 'http://10.1.2.3:5000' });
  });

  test('leaves behind what is wrong, and says why', async () => {
    const { configuration, saved } = open();
    const file = original(
      '{"system_id": "WIN-1", "url": "nowhere", "interval": 0, "theme": "dark"}',
    );
    const { leftOut } = await importSettings(configuration, program, file);
    expect(leftOut.map(({ key }) => key)).toEqual(['url', 'interval', 'theme']);
    expect(saved()).toEqual({ system_id: 'WIN-1' });
  });

  test('a value that cannot be read is told, the others are taken', async () => {
    const { configuration } = open();
    const file = original('{"system_id": "WIN-1", "url": http, "interval": 60}');
    const { leftOut } = await importSettings(configuration, program, file);
    expect(leftOut).toEqual([{ key: 'url', reason: 'url: it cannot be read', hint: '' }]);
  });

  test('that is none says so, and how one looks', async () => {
    const { configuration } = open();
    const file = original('ELF');
    await expect(importSettings(configuration, program, file)).rejects.toMatchObject({
      ...{ code: 'CONFIG_INVALID', operation: `import ${file}` },
      reason: 'none of its settings can be read',
      hint: expect.stringContaining('"system_id": "WIN-1"'),
    });
  });

  test('is not imported into a file that cannot be read', async () => {
    const { path, configuration } = open('{"interval": 5,}');
    const file = original('{"system_id": "WIN-1", "url": "http://a.test/"}');
    await expect(importSettings(configuration, program, file)).rejects.toThrow(/not valid JSON/);
    expect(readFileSync(path, 'utf8')).toBe('{"interval": 5,}');
  });

  test('is found beside the program, and ours is not taken for it', () => {
    const files = new Map([
      [
        '/opt/system-monitor/config.json',
        '{"system_id": null, "url": "http://a.test/", "interval": 60}',
      ],
      ['/home/ann/system_monitor/config.json', '{"url": "http://a.test/", "scope": "host"}'],
    ]);
    const read = (path: string): Buffer => {
      const content = files.get(path);
      if (content === undefined) throw Object.assign(new Error('none'), { code: 'ENOENT' });
      return Buffer.from(content);
    };
    const found = findOriginalSettings(
      { ...realDisk, read },
      { platform: 'linux', homeFolder: '/home/ann' },
    );
    expect(found).toEqual(['/opt/system-monitor/config.json']);
  });
});
