/** One fault, one code, whichever command meets it. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Command } from 'commander';
import type { Disk } from '../../../src/base/disk.ts';
import { MonitorError } from '../../../src/base/errors.ts';
import { exitCodeRows, exitCodes, exitCodesOf } from '../../../src/base/exit-codes.ts';
import type { Runtime } from '../../../src/base/runtime.ts';
import { createProgram } from '../../../src/cli/cli.ts';
import { createRuntime } from '../../../src/main.ts';
import { realDisk, rootsDisk } from '../../support/real-disk.ts';
import { exampleSystemId } from '../../support/report.ts';
import { runWords } from '../../support/run-cli.ts';
import { answer, startReceiver } from '../../support/scripted-receiver.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** Nothing listens there (discard, RFC 863). */
const nobody = 'http://127.0.0.1:9/';
const absentKey = '000000000001-0123456789abcdef';

interface Place {
  readonly config: string;
  readonly state: string;
}

/** A configuration with this text, or whatever else is to stand in its place. */
function placeWith(content: string | undefined): Place {
  const folder = temporaryFolder();
  const config = join(folder, 'config.json');
  if (content !== undefined) writeFileSync(config, content);
  return { config, state: join(folder, 'state') };
}

function configured(settings: Readonly<Record<string, unknown>> = {}): Place {
  const log_file = join(temporaryFolder(), 'log');
  return placeWith(
    JSON.stringify({ ...{ url: nobody, system_id: exampleSystemId, log_file }, ...settings }),
  );
}

function run(words: string, { config, state }: Place, changes: Partial<Runtime> = {}) {
  const all = [...words.split(' '), '--config', config, '--state-dir', state];
  return runWords(all, { disk: realDisk, ...changes });
}

type DiskCall = Exclude<keyof Disk, 'userId'>;

/** The system refuses each call whose path lies there; for root it would refuse nothing. */
function refusing(code: string, under: string, calls: readonly DiskCall[]): Disk {
  const disk: Record<string, unknown> = { ...realDisk };
  for (const name of calls) {
    const real: (...words: never[]) => unknown = realDisk[name];
    disk[name] = (...words: never[]) => {
      if (String(words[0]).startsWith(under)) {
        throw Object.assign(new Error(`${code}: refused, ${name}`), { code });
      }
      return real(...words);
    };
  }
  const refusal: Disk = { ...realDisk, ...disk, withRightsOf: () => refusal };
  return refusal;
}

const reads: readonly DiskCall[] = ['read', 'list', 'stat'];
const writes: readonly DiskCall[] = ['create', 'rename', 'unlink', 'makeFolder'];

const readConfiguration = ['config list', 'config get url', 'config validate', 'check'];
const useConfiguration = [...readConfiguration, 'check --conformance', 'background --once'];
const changeConfiguration = [
  'config set interval 5',
  'config unset url',
  'generate_system_id --save',
];
const readState = ['status', 'spool list', `spool show ${absentKey}`, 'spool verify'];
const changeState = ['spool retry --all', 'spool drop --all', 'spool drop --state damaged --all'];

describe('64: the words of the call are wrong', () => {
  test.each([
    'nonsense',
    'memory --nonsense',
    'config get nonsense',
    'config set nonsense 1',
    'config unset nonsense',
    'config set interval soon',
    'background --once --interval soon',
    'memory --watch soon',
    'memory --scope moon',
    'check --conformance nonsense',
    'service install --url nonsense',
    'service logs --lines many',
    'spool show nonsense',
    'spool retry nonsense',
    'spool drop nonsense',
    'spool drop',
    `spool retry --all ${absentKey}`,
    'spool drop --all --state nonsense',
    'completion nonsense',
  ])('%s', async (words) => {
    expect(await run(words, configured())).toMatchObject({ code: 64, stdout: '' });
  });
});

describe('78: the configuration is wrong', () => {
  test.each(useConfiguration.filter((words) => words !== 'config get url'))(
    'it holds a wrong value: %s',
    async (words) => {
      expect(await run(words, placeWith('{"interval": "soon"}'))).toMatchObject({ code: 78 });
    },
  );

  test('the setting that is asked for, or another one', async () => {
    const wrong = placeWith('{"interval": "soon"}');
    expect(await run('config get interval', wrong)).toMatchObject({ code: 78, stdout: '' });
    expect(await run('config get url', wrong)).toMatchObject({ code: 0 });
  });

  test.each([...useConfiguration, ...changeConfiguration])('it is no JSON: %s', async (words) => {
    expect(await run(words, placeWith('{"interval": 5,'))).toMatchObject({ code: 78 });
  });

  test.each([...useConfiguration, ...changeConfiguration])('it is a folder: %s', async (words) => {
    const place = placeWith(undefined);
    mkdirSync(place.config);
    expect(await run(words, place)).toMatchObject({ code: 78 });
  });

  test.each(['config list', 'check', 'background --once'])(
    'a variable holds a wrong value: %s',
    async (words) => {
      const environment = { SYSTEM_MONITOR_INTERVAL: 'soon' };
      expect(await run(words, configured(), { environment })).toMatchObject({ code: 78 });
    },
  );

  test.each(['check', 'check --conformance'])(
    'a token that it names is not there: %s',
    async (words) => {
      const place = configured({ token_file: '/nonexistent/token' });
      const { code, stdout } = await run(words, place);
      expect({ code, stdout }).toMatchObject({
        code: 78,
        stdout: expect.stringContaining('token'),
      });
    },
  );

  test.each(['background --once', 'config validate'])(
    'a log that it names cannot be opened: %s',
    async (words) => {
      const folder = temporaryFolder();
      const file = join(folder, 'file');
      writeFileSync(file, '');
      for (const log_file of [folder, join(file, 'log'), '/proc/nothing/log']) {
        expect(await run(words, configured({ log_file }))).toMatchObject({
          code: 78,
          stderr: expect.stringContaining(log_file),
        });
      }
    },
  );

  test('the server does not know this machine: check', async () => {
    const receiver = await startReceiver();
    receiver.behave((request, response) => {
      const isUrl = request.body.includes('check_url');
      answer(isUrl ? 202 : 204)(request, response);
    });
    expect((await run('check', configured({ url: receiver.url }))).code).toBe(78);
  });
});

describe('77: the system refuses for lack of rights', () => {
  test.each([...useConfiguration, ...changeConfiguration])(
    'to read the configuration: %s',
    async (words) => {
      const place = configured();
      const disk = refusing('EACCES', place.config, reads);
      expect(await run(words, place, { disk })).toMatchObject({ code: 77 });
    },
  );

  test.each(changeConfiguration)('to write the configuration: %s', async (words) => {
    const place = configured();
    const disk = refusing('EACCES', place.config, writes);
    expect(await run(words, place, { disk })).toMatchObject({ code: 77 });
  });

  test.each([...readState, ...changeState])('to look into the state: %s', async (words) => {
    const place = configured();
    const disk = refusing('EACCES', place.state, reads);
    expect(await run(words, place, { disk })).toMatchObject({ code: 77 });
  });
});

describe('73: it cannot be written', () => {
  test.each(changeConfiguration)('the configuration: %s', async (words) => {
    const place = configured();
    for (const code of ['ENOSPC', 'EROFS', 'EIO', 'ELOOP']) {
      const disk = refusing(code, place.config, writes);
      expect(await run(words, place, { disk })).toMatchObject({ code: 73 });
    }
  });

  test.each(changeConfiguration)('the configuration, under a file: %s', async (words) => {
    const { config, state } = configured();
    const place = { config: join(config, 'config.json'), state };
    expect(await run(words, place)).toMatchObject({ code: 73 });
  });

  test('a report, which is lost with the process: background --once', async () => {
    const place = configured();
    const disk = refusing('ENOSPC', place.state, writes);
    expect(await run('background --once', place, { disk })).toMatchObject({ code: 73 });
  });
});

test.each([
  ['EACCES', 77],
  ['EROFS', 73],
] as const)('a report that cannot be deleted, for %s, is %i: spool drop', async (error, code) => {
  const place = configured();
  expect((await run('background --once', place)).code).toBe(75);
  const disk = refusing(error, join(place.state, 'spool'), ['unlink']);
  expect(await run('spool drop --all --state pending', place, { disk })).toMatchObject({ code });
  expect((await run('spool drop --all --state pending', place)).stderr).toBe('1 report deleted.\n');
});

test.each([
  '--help',
  '--version',
  'help memory',
  'memory --json',
  'schema',
  'config list',
  'status',
])('an answer that nobody takes is 73: %s', async (words) => {
  const stdout = {
    isTerminal: false,
    columns: () => 80,
    write: () =>
      Promise.reject(
        new MonitorError({ code: 'CANNOT_WRITE', operation: 'write it', reason: 'ENOSPC' }),
      ),
  };
  expect(await run(words, configured(), { stdout })).toMatchObject({
    code: 73,
    stderr: 'system-monitor: write it: ENOSPC\n',
  });
});

describe('69: it is not there, or does not answer', () => {
  test.each([`spool show ${absentKey}`, `spool retry ${absentKey}`, `spool drop ${absentKey}`])(
    'no such report: %s',
    async (words) => {
      expect(await run(words, configured())).toMatchObject({ code: 69 });
    },
  );

  test('no such file: config validate', async () => {
    expect(await run('config validate', placeWith(undefined))).toMatchObject({ code: 69 });
  });

  test.each(['check', 'check --conformance', 'doctor'])('no server: %s', async (words) => {
    expect(await run(words, configured())).toMatchObject({ code: 69 });
  });

  test.each(['memory', 'stats'])('no figures: %s', async (words) => {
    expect(await run(`${words} --host-root /nonexistent`, configured())).toMatchObject({
      code: 69,
    });
  });

  test.each(['install', 'uninstall', 'start', 'stop', 'restart', 'status', 'logs'])(
    'no service manager: service %s',
    async (verb) => {
      const changes = { platform: 'freebsd', selfCommand: ['/opt/system-monitor'] } as const;
      expect(await run(`service ${verb}`, configured(), changes)).toMatchObject({ code: 69 });
    },
  );

  test('nothing runs: status', async () => {
    expect((await run('status', configured())).code).toBe(69);
  });
});

describe('75: it will pass', () => {
  test('reports are still waiting: background --once', async () => {
    expect((await run('background --once', configured())).code).toBe(75);
  });

  test('another one has the state: background', async () => {
    const place = configured();
    mkdirSync(join(place.state, 'spool'), { recursive: true });
    const lock = realDisk.lock(join(place.state, 'spool', 'lock'));
    try {
      expect(await run('background --once', place)).toMatchObject({ code: 75 });
    } finally {
      lock?.release();
    }
  });
});

describe('130: Ctrl-C ended it', () => {
  test.each(['check', 'check --conformance'])('while the server is silent: %s', async (words) => {
    const receiver = await startReceiver();
    let interrupt = (): void => {};
    receiver.behave(() => interrupt());
    const onSignal: Runtime['onSignal'] = (signal, listener) => {
      if (signal === 'SIGINT') interrupt = listener;
      return () => {};
    };
    const place = configured({ url: receiver.url });
    expect((await run(words, place, { onSignal })).code).toBe(130);
  });
});

describe('70: nobody foresaw it', () => {
  test.each(['config list', 'status', 'spool list', 'check'])('%s', async (words) => {
    const disk: Disk = {
      ...realDisk,
      read: () => {
        throw new TypeError('a bug of ours');
      },
      list: () => {
        throw new TypeError('a bug of ours');
      },
    };
    expect(await run(words, configured(), { disk })).toMatchObject({
      code: 70,
      stderr: expect.stringMatching(/this is a bug[\s\S]*TypeError: a bug of ours\n\s+at /),
    });
  });
});

describe('the commands that show figures', () => {
  const contents: Readonly<Record<string, string>> = {
    wrong: '{"scope": "moon"}',
    damaged: '{"scope": "host",}',
    empty: '',
  };
  test.each(['closed', 'a folder', ...Object.keys(contents)])(
    'do not need a configuration: it is %s',
    async (what) => {
      const place = placeWith(contents[what]);
      if (what === 'a folder') mkdirSync(place.config);
      // As the program has it for root, who alone may have it.
      const own = process.getuid?.() === 0 ? rootsDisk : realDisk;
      const disk = what === 'closed' ? refusing('EACCES', place.config, reads) : own;
      expect(await run('memory --json', place, { disk })).toMatchObject({
        code: 0,
        stdout: expect.stringContaining('"total"'),
      });
    },
  );
});

describe('the table', () => {
  test('keeps the codes that are published', () => {
    expect(exitCodes).toEqual({
      ...{ ok: 0, usage: 64, unavailable: 69, bug: 70, cannotWrite: 73, tryLater: 75 },
      ...{ permission: 77, configuration: 78, interrupted: 130, notRunning: 3 },
    });
  });

  test('speaks of commands that there are, and their help says it', () => {
    const program = createProgram({ runtime: createRuntime(), setExitCode: () => {} });
    for (const words of new Set(exitCodeRows.flatMap(({ says }) => Object.keys(says)))) {
      const help = helpOf(words.split(' '), program);
      for (const [code, says] of exitCodesOf(words)) {
        expect(help).toMatch(new RegExp(`^ +${code} +${says.replaceAll(/[.()]/g, '\\$&')}$`, 'm'));
      }
    }
  });
});

function helpOf([word, ...more]: readonly string[], parent: Command): string {
  if (word !== undefined) {
    const child = parent.commands.find((command) => command.name() === word);
    if (child === undefined) throw new Error(`there is no command ${word}`);
    return helpOf(more, child);
  }
  let help = '';
  const writeOut = (text: string) => {
    help += text;
  };
  parent.configureOutput({ writeOut }).outputHelp();
  return help;
}
