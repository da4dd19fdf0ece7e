import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from '@jest/globals';
import { cpuStatsSchema, memoryStatsSchema, statsSchema } from '../../src/wire/stats.ts';
import { startOriginalReceiver } from '../support/original-receiver.ts';
import { builtExecutable, executable, runProgram, savedSystemId } from '../support/program.ts';
import { onPlatform, testWith } from '../support/requirement.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const built = [builtExecutable()];

describe('from an empty folder, without Node or a PATH', () => {
  testWith(built, 'each command answers with JSON in a pipe', async () => {
    const folder = temporaryFolder();
    const environment = { PATH: '' };
    const run = async (word: string): Promise<unknown> => {
      const { code, stdout, stderr } = await runProgram([word], { folder, environment });
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      return JSON.parse(stdout);
    };
    expect(cpuStatsSchema.safeParse(await run('cpu')).success).toBe(true);
    expect(memoryStatsSchema.safeParse(await run('memory')).success).toBe(true);
    for (const part of ['processes', 'disks', 'network'] as const) {
      expect(statsSchema.shape[part].safeParse(await run(part)).success).toBe(true);
    }
    expect(statsSchema.safeParse(await run('stats')).success).toBe(true);
  });

  testWith(built, 'asking writes nothing', async () => {
    const folder = temporaryFolder();
    await runProgram(['stats'], { folder });
    expect(existsSync(join(folder, 'config.json'))).toBe(false);
    expect(existsSync(join(folder, 'state'))).toBe(false);
  });

  testWith(built, 'its own process is in the list under its own name', async () => {
    const { stdout } = await runProgram(['processes'], { folder: temporaryFolder() });
    const names = JSON.parse(stdout).map((one: { name: string }) => one.name);
    expect(names).toContain('system-monitor');
  });
});

describe('what is wrong is said on standard error, with its exit code', () => {
  testWith(built, 'an unknown command is told its neighbour, 64', async () => {
    const ended = await runProgram(['memroy'], { folder: temporaryFolder() });
    expect(ended).toMatchObject({ code: 64, stdout: '' });
    expect(ended.stderr).toContain('Did you mean memory?');
  });

  testWith(built, 'an unknown flag, 64', async () => {
    const ended = await runProgram(['memory', '--jsn'], { folder: temporaryFolder() });
    expect(ended).toMatchObject({ code: 64, stdout: '' });
    expect(ended.stderr).toContain('--json');
  });

  testWith(built, 'no command at all prints the help, 64', async () => {
    const ended = await runProgram([], { folder: temporaryFolder() });
    expect(ended.code).toBe(64);
    expect(ended.stderr).toContain('Usage: system-monitor');
  });

  testWith(built, 'a wrong setting is refused before anything begins, 78', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'config.json'), '{"interval": "often"}');
    const ended = await runProgram(['background'], { folder });
    expect(ended.code).toBe(78);
    expect(ended.stderr).toContain('interval = "often"');
    expect(ended.stderr).toContain('interval = 60');
  });

  testWith(built, 'the prompt without a terminal says what a script uses, 64', async () => {
    const ended = await runProgram(['config'], { folder: temporaryFolder() });
    expect(ended.code).toBe(64);
    expect(ended.stderr).toContain('config set url');
  });

  testWith(built, 'a configuration that cannot be written, 73 or 77', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'file'), '');
    for (const [name, code] of [
      ['file', 73],
      ['x'.repeat(300), 78],
    ] as const) {
      const place = join(folder, name);
      const environment = { SYSTEM_MONITOR_CONFIG: join(place, 'config.json') };
      const ended = await runProgram(['config', 'set', 'interval', '5'], { folder, environment });
      expect([ended.code, ended.stderr]).toEqual([code, expect.stringContaining(place)]);
    }
  });
});

describe('the configuration', () => {
  testWith(built, 'is set, read back, listed and validated by scripts', async () => {
    const folder = temporaryFolder();
    const run = (...words: string[]) => runProgram(['config', ...words], { folder });
    expect((await run('set', 'interval', '15')).code).toBe(0);
    expect((await run('set', 'url', 'http://127.0.0.1:1/')).code).toBe(0);
    expect((await run('get', 'interval')).stdout).toBe('15\n');
    expect((await run('path')).stdout).toBe(`${join(folder, 'config.json')}\n`);
    expect(JSON.parse((await run('list')).stdout)).toMatchObject({ interval: 15 });
    expect(await run('validate')).toMatchObject({ code: 0 });
    expect((await run('unset', 'interval')).code).toBe(0);
    expect((await run('get', 'interval')).stdout).toBe('60\n');
    expect((await run('set', 'interval', 'x')).code).toBe(64);
    expect(JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'))).toEqual({
      url: 'http://127.0.0.1:1/',
    });
  });

  testWith([...built, onPlatform('linux', 'darwin')], 'is for its owner alone', async () => {
    const folder = temporaryFolder();
    await runProgram(['config', 'set', 'interval', '15'], { folder });
    expect(statSync(join(folder, 'config.json')).mode & 0o777).toBe(0o600);
  });

  testWith(built, 'a generated id has the published form, and is kept on demand', async () => {
    const folder = temporaryFolder();
    const printed = await runProgram(['generate_system_id'], { folder });
    expect(printed.stdout).toMatch(/^(Linux|Darwin|Windows)-[0-9a-f]{32}\n$/);
    expect(existsSync(join(folder, 'config.json'))).toBe(false);
    const saved = await runProgram(['generate_system_id', '--save'], { folder });
    expect(`${savedSystemId(folder)}\n`).toBe(saved.stdout);
  });
});

describe('check', () => {
  testWith(built, "gives the original's answers in words", async () => {
    const folder = temporaryFolder();
    const id = (await runProgram(['generate_system_id', '--save'], { folder })).stdout.trim();
    const registering = await startOriginalReceiver({ registeredIds: [id] });
    const refusing = await startOriginalReceiver({ registeredIds: [] });
    try {
      const check = (url: string) =>
        runProgram(['check'], { folder, environment: { SYSTEM_MONITOR_URL: url } });
      expect(await check(registering.url)).toMatchObject({
        code: 0,
        stdout: 'URL is OK!\nSystem ID has been registered!\n',
      });
      expect(await check(refusing.url)).toMatchObject({
        code: 78,
        stdout: 'URL is OK!\nSystem ID has NOT been registered!\n',
      });
      const nobody = await check('http://127.0.0.1:9/');
      expect(nobody.code).toBe(69);
      expect(nobody.stdout).toMatch(/^Connection Error \(/);
      expect(registering.requests.map((request) => request.refusal)).toEqual([
        undefined,
        undefined,
      ]);
    } finally {
      await registering.close();
      await refusing.close();
    }
  });
});

describe('the answer', () => {
  testWith(
    [...built, onPlatform('linux')],
    'of help that cannot be written is an error too',
    () => {
      for (const [words, output, code] of [
        ['--help', '>/dev/full 2>/dev/null', 73],
        // Nobody can be told; the fault is what it was.
        ['nonsense', '>/dev/full 2>/dev/full', 64],
        ['memory --json', '>/dev/full 2>/dev/full', 73],
        // The work is done although nobody wants to hear of it.
        ['config path', '>/dev/null 2>/dev/full', 0],
      ] as const) {
        const { status } = spawnSync('sh', ['-c', `"$0" ${words} ${output}`, executable], {
          timeout: 60_000,
        });
        expect([words, status]).toEqual([words, code]);
      }
    },
  );

  testWith(
    [...built, onPlatform('linux')],
    'comes although the system makes no folder there: Node alone would wait for ever',
    async () => {
      const environment = { SYSTEM_MONITOR_CONFIG: '/proc/x/config.json' };
      const ended = await runProgram(['config', 'set', 'interval', '5'], {
        folder: temporaryFolder(),
        environment,
      });
      expect(ended).toMatchObject({ code: 73, stderr: expect.stringContaining('/proc/x') });
    },
  );

  testWith([...built, onPlatform('linux')], 'that cannot be written is an error, 73', () => {
    const full = openSync('/dev/full', 'w');
    try {
      const { status, stderr } = spawnSync(executable, ['memory', '--json'], {
        stdio: ['ignore', full, 'pipe'],
        encoding: 'utf8',
      });
      expect(status).toBe(73);
      expect(stderr).toContain('ENOSPC');
    } finally {
      closeSync(full);
    }
  });

  testWith([...built, onPlatform('linux', 'darwin')], 'nobody reads any more is none', () => {
    const { status, stderr } = spawnSync(
      'sh',
      ['-c', '"$0" processes --watch 0.1 | head -c 1 >/dev/null', executable],
      { encoding: 'utf8', timeout: 60_000 },
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  testWith([...built, onPlatform('linux', 'darwin')], 'larger than a pipe arrives whole', () => {
    const { stdout, stderr } = spawnSync(
      'sh',
      ['-c', '"$0" processes --watch 0.1 | { sleep 3; head -n 20; }', executable],
      { encoding: 'utf8', timeout: 60_000 },
    );
    expect(stderr).toBe('');
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(20);
    for (const line of lines) expect(Array.isArray(JSON.parse(line))).toBe(true);
  });
});
