/** What people do to their settings, and what must not become of their machine by it. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from '@jest/globals';
import { startOriginalReceiver } from '../support/original-receiver.ts';
import { builtExecutable, executable, runProgram } from '../support/program.ts';
import { asRoot, onPlatform, testWith } from '../support/requirement.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const built = [builtExecutable()];

function folderWith(content: string): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'config.json'), content);
  return folder;
}

const contentIn = (folder: string): string => readFileSync(join(folder, 'config.json'), 'utf8');

describe('an id', () => {
  testWith(built, 'that the original took is taken, kept and known to a receiver', async () => {
    const ids = ['WIN-1', 'LINUX-1', 'web server 1', ' büro-3 '];
    const receiver = await startOriginalReceiver({ registeredIds: ids });
    try {
      const folder = folderWith(JSON.stringify({ url: receiver.url }));
      for (const id of ids) {
        const set = await runProgram(['config', 'set', 'system_id', id], { folder });
        expect(set.code).toBe(0);
        expect(JSON.parse(contentIn(folder))).toMatchObject({ system_id: id });
        expect(await runProgram(['check'], { folder })).toMatchObject({
          code: 0,
          stdout: 'URL is OK!\nSystem ID has been registered!\n',
        });
      }
    } finally {
      await receiver.close();
    }
  });
});

describe('a damaged file', () => {
  const damaged = '{"system_id": "LINUX-1",\n "url": "http://example.com/", "interval": 60,}\n';

  testWith(built, 'is changed by no command, which say where it is damaged, 78', async () => {
    const commands = [
      ['config', 'set', 'interval', '20'],
      ['config', 'unset', 'interval'],
      ['config', 'validate'],
      ['generate_system_id', '--save'],
      ['background', '--once'],
      ['check'],
    ];
    const folder = folderWith(damaged);
    for (const words of commands) {
      const ended = await runProgram(words, { folder });
      expect({ words, code: ended.code }).toEqual({ words, code: 78 });
      expect(ended.stderr).toContain('line 2, column 47');
      expect(ended.stderr).toContain('config repair');
      expect(contentIn(folder)).toBe(damaged);
      expect(readdirSync(folder).filter((name) => name !== 'state')).toEqual(['config.json']);
    }
  });

  testWith(built, 'is repaired when that is asked for, and kept beside the new one', async () => {
    const folder = folderWith(damaged);
    const ended = await runProgram(['config', 'repair'], { folder });
    expect(ended.code).toBe(0);
    expect(ended.stderr).toContain('Read: system_id, url, interval');
    const kept = readdirSync(folder).find((name) => name.startsWith('config.json.damaged-'));
    expect(readFileSync(join(folder, kept ?? ''), 'utf8')).toBe(damaged);
    const get = await runProgram(['config', 'get', 'system_id'], { folder });
    expect(get.stdout).toBe('LINUX-1\n');
  });
});

describe('one wrong value', () => {
  const wrong = '{"url": "http://example.com/", "interval": "abc", "intervall": 3}';

  testWith(built, 'is mended by the command that sets it; the rest stays', async () => {
    const folder = folderWith(wrong);
    const set = await runProgram(['config', 'set', 'interval', '30'], { folder });
    expect(set).toMatchObject({ code: 0 });
    expect(set.stderr).toContain('Did you mean "interval"?');
    expect(JSON.parse(contentIn(folder))).toEqual({
      ...{ url: 'http://example.com/', interval: 30, intervall: 3 },
    });
    expect(await runProgram(['config', 'unset', 'intervall'], { folder })).toMatchObject({
      code: 0,
    });
    expect(await runProgram(['config', 'validate'], { folder })).toMatchObject({
      code: 0,
      stderr: '',
    });
  });

  testWith(built, 'is told by list beside the good ones, and hides none of them', async () => {
    const ended = await runProgram(['config', 'list', '--json'], { folder: folderWith(wrong) });
    expect(ended.code).toBe(78);
    expect(JSON.parse(ended.stdout)).toMatchObject({ url: 'http://example.com/' });
    expect(JSON.parse(ended.stdout)).not.toHaveProperty('interval');
    expect(ended.stderr).toContain('interval = "abc"');
  });

  testWith(built, 'keeps background from starting, and leaves the others to work', async () => {
    const folder = folderWith(wrong);
    const background = await runProgram(['background', '--once'], { folder });
    expect(background).toMatchObject({ code: 78 });
    expect(background.stderr).toContain('interval = "abc"');
    const get = await runProgram(['config', 'get', 'url'], { folder });
    expect(get).toMatchObject({ code: 0, stdout: 'http://example.com/\n' });
    const memory = await runProgram(['memory'], { folder });
    expect(memory).toMatchObject({ code: 0, stderr: expect.stringContaining('interval = "abc"') });
  });

  testWith(built, 'an unknown key alone is a warning, and background starts', async () => {
    const receiver = await startOriginalReceiver({ registeredIds: [] });
    try {
      const folder = folderWith(JSON.stringify({ url: receiver.url, system_id: 'A', version: 3 }));
      const ended = await runProgram(['background', '--once'], { folder });
      expect(ended.code).toBe(0);
      expect(ended.stderr).toContain('version');
      expect(JSON.parse(contentIn(folder))).toMatchObject({ version: 3 });
    } finally {
      await receiver.close();
    }
  });
});

describe('what is set is what can be used', () => {
  testWith(built, 'odd passwords and spellings of an address', async () => {
    const receiver = await startOriginalReceiver({ registeredIds: ['A'] });
    const { host } = new URL(receiver.url);
    try {
      for (const url of [
        `http://us%er:p@${host}/`,
        `http://agent:100%pure@${host}/`,
        `http://a:p@ss"w ord@${host}/`,
        `http:\\\\${host}`,
        `http:/${host}`,
        `HTTP://${host}`,
        ` http://${host}/ `,
      ]) {
        const folder = folderWith('{"system_id": "A"}');
        expect(await runProgram(['config', 'set', 'url', url], { folder })).toMatchObject({
          code: 0,
        });
        const check = await runProgram(['check'], { folder });
        expect({ url, ...check }).toMatchObject({ url, code: 0 });
      }
    } finally {
      await receiver.close();
    }
  });

  testWith(
    built,
    'headers that no request may have, and log files that cannot be opened',
    async () => {
      const folder = temporaryFolder();
      for (const [key, value] of [
        ['headers', '{"Expect": "x"}'],
        ['headers', '{"Upgrade": "x"}'],
        ['headers', '{"X-A": "日本"}'],
        ['log_file', folder],
        ['log_file', '/proc/nothing'],
        ['log_file', join(folder, 'no', 'folder', 'log')],
      ] as const) {
        const ended = await runProgram(['config', 'set', key, value], { folder });
        expect({ value, codes: [64, 78].includes(ended.code ?? 0) }).toEqual({
          value,
          codes: true,
        });
        expect(ended.stderr).toContain(key);
      }
      expect(existsSync(join(folder, 'config.json'))).toBe(false);
    },
  );
});

testWith(
  [...built, onPlatform('linux'), asRoot()],
  'without a home and an entry among the users, settings are read and saved',
  () => {
    const folder = temporaryFolder();
    const program = join(folder, 'system-monitor');
    copyFileSync(executable, program);
    chmodSync(folder, 0o755);
    chownSync(folder, 54_321, 54_321);
    const as = ['--reuid', '54321', '--regid', '54321', '--clear-groups', program];
    const file = join(folder, 'config.json');
    const places = ['--config', file, '--state-dir', join(folder, 'state')];
    const run = (...words: string[]) => {
      const { status, stderr } = spawnSync('setpriv', [...as, ...words, ...places], {
        env: {},
        encoding: 'utf8',
      });
      return { words, status, bug: stderr.includes('this is a bug') };
    };
    for (const words of [
      ['config', 'set', 'interval', '5'],
      ['config', 'list'],
      ['generate_system_id', '--save'],
      ['memory'],
    ]) {
      expect(run(...words)).toEqual({ words, status: 0, bug: false });
    }
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ interval: 5 });
  },
);
