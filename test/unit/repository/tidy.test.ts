import { describe, expect, test } from '@jest/globals';
import { checkCommands } from '../../../scripts/tidy/commands.ts';
import { checkDecisions } from '../../../scripts/tidy/decisions.ts';
import { checkEffects } from '../../../scripts/tidy/effects.ts';
import { checkFixtures } from '../../../scripts/tidy/fixtures.ts';
import { checkLayers, checkTable, layers } from '../../../scripts/tidy/layers.ts';
import { checkLeftovers } from '../../../scripts/tidy/leftovers.ts';
import { checkLength } from '../../../scripts/tidy/length.ts';
import { checkLogEvents } from '../../../scripts/tidy/log-events.ts';
import { checkNames } from '../../../scripts/tidy/names.ts';
import {
  type Complaint,
  createProject,
  type Project,
  textFile,
} from '../../../scripts/tidy/source.ts';

type Rule = (project: Project) => readonly Complaint[];

/** What the rule says of these files, as `path:line: text`. */
function judge(rule: Rule, files: Readonly<Record<string, string>>): string[] {
  const texts = Object.entries(files).map(([path, text]) => textFile(path, text));
  return rule(createProject(texts)).map(({ path, line, what }) => `${path}:${line}: ${what}`);
}

describe('layers', () => {
  test.each([
    [
      'a room above',
      'src/base/a.ts',
      "\nimport { b } from '../spool/b.ts';",
      /a\.ts:2: base may not import spool/,
    ],
    [
      'a type from above',
      'src/base/a.ts',
      "import type { B } from '../spool/b.ts';",
      /base may not import spool/,
    ],
    [
      'a lazy import',
      'src/base/a.ts',
      "const b = await import('../spool/b.ts');",
      /base may not import spool/,
    ],
    [
      'an export of another',
      'src/base/a.ts',
      "export { b } from '../spool/b.ts';",
      /base may not import spool/,
    ],
    ['a test', 'src/base/a.ts', "import { b } from '../../test/b.ts';", /base may not import test/],
    [
      'the entry',
      'src/base/a.ts',
      "import { b } from '../main.ts';",
      /base may not import src\/main\.ts/,
    ],
    [
      'more than wire',
      'server-example/a.ts',
      "import { b } from '../src/base/b.ts';",
      /it may import wire/,
    ],
    [
      'the server in the page',
      'server-example/web/a.js',
      "import { b } from '../b.ts';",
      /may import no other room/,
    ],
    [
      'a room that nobody declared',
      'src/rogue/a.ts',
      '',
      /src\/rogue\/a\.ts:1: rogue is a room that nobody declared/,
    ],
    ['a top folder that nobody declared', 'lib/a.ts', '', /lib is a room that nobody declared/],
    [
      'native code outside of its room',
      'src/host/linux/a.ts',
      "import 'node:ffi';",
      /node:ffi may be imported by host\/win32, host\/darwin alone/,
    ],
    [
      'a package of another room',
      'src/agent/a.ts',
      "import { z } from 'zod';",
      /zod may be imported by wire,/,
    ],
    ['an unknown package', 'src/agent/a.ts', "import 'left-pad';", /left-pad is in no room's list/],
  ])('%s is refused', (_, path, text, complaint) => {
    expect(judge(checkLayers, { [path]: text })).toEqual([expect.stringMatching(complaint)]);
  });

  test('what the table allows passes', () => {
    const passed = {
      'src/spool/a.ts':
        "import { b } from '../base/b.ts'; import { c } from './c.ts'; import 'node:fs';",
      'src/main.ts': "import { b } from './cli/b.ts';",
      'src/host/win32/a.ts': "import 'node:ffi';",
      'src/delivery/a.ts': "import 'undici/lib/api/api-request.js';",
      'test/unit/a.ts': "import { b } from '../../src/spool/b.ts'; import 'anything';",
    };
    expect(judge(checkLayers, passed)).toEqual([]);
  });

  test('the table itself points one way', () => {
    expect(checkTable(layers)).toEqual([]);
    expect(checkTable({ low: '', high: 'low' })).toEqual([]);
    expect(checkTable({ low: 'high', high: 'low' })).toEqual([
      expect.objectContaining({ what: expect.stringContaining('low may not import high') }),
    ]);
  });
});

describe('effects', () => {
  test.each([
    ['const now = Date.now();', /^src\/spool\/a\.ts:1: Date\.now is the clock: take a Clock/],
    ['const now = new Date();', /Date is the clock/],
    ['const now = performance.now();', /the clock/],
    ["import { performance } from 'node:perf_hooks';", /the clock/],
    ['const timer = setTimeout(() => {}, 1);', /timers/],
    ['const turn = new Promise((resolve) => setImmediate(resolve));', /timers/],
    ["import { setTimeout as wait } from 'node:timers/promises';", /timers/],
    ['const late = AbortSignal.timeout(5);', /timers/],
    ["import { renameSync } from 'node:fs';", /writing to the disk: take a Disk/],
    ["import { writeFile } from 'node:fs/promises';", /writing to the disk/],
    ['const chance = Math.random();', /randomness/],
    ["import { randomBytes } from 'node:crypto';", /randomness/],
    ['const id = crypto.randomUUID();', /randomness/],
    ['const home = process.env.HOME;', /the process and its environment/],
    ["const home = process['env'];", /the process and its environment/],
    ['const f = (a = process.pid) => a;', /the process and its environment/],
    ["import { env } from 'node:process';", /the process and its environment/],
    ["console.log('here');", /the console/],
    ["const answer = await fetch('http://127.0.0.1/');", /the network/],
    ['const { Date: now } = globalThis;', /the global object/],
  ])('%s is refused', (text, complaint) => {
    expect(judge(checkEffects, { 'src/spool/a.ts': text })).toEqual([
      expect.stringMatching(complaint),
    ]);
  });

  test('names of its own, members and types pass', () => {
    const text = `
      import { hash } from 'node:crypto';
      interface Files { process: Date; fetch(): void }
      export function name({ process }: { process: Files }, when: Date): string {
        const { fetch, performance: setTimeout } = { fetch: 1, performance: 2 };
        for (const console of [process]) console.fetch();
        try { socket.setTimeout(1); } catch (globalThis) { return String(globalThis); }
        return hash('sha256', String(Math.floor(fetch + setTimeout)), { process: 1 } as never);
      }`;
    expect(judge(checkEffects, { 'src/spool/a.ts': text })).toEqual([]);
  });

  test('who puts the program together may, and an entry that is not needed is named', () => {
    const main = { 'src/main.ts': 'console.log(Date.now(), process.pid)' };
    const complaints = judge(checkEffects, main);
    expect(complaints).toContainEqual(
      expect.stringMatching(/src\/main\.ts:1: console\.log is the console/),
    );
    expect(complaints).toContainEqual(
      expect.stringMatching(/effects\.ts:1: src\/main\.ts does not use timers any more/),
    );
    expect(complaints.join()).not.toMatch(/Date|process\.pid/);
  });

  test('tests and scripts may do what the program may not, but a test prints nothing', () => {
    const text = 'const now = Date.now(); setTimeout(() => {}, process.pid); console.log(now);';
    expect(judge(checkEffects, { 'test/unit/a.ts': text })).toEqual([
      expect.stringMatching(/console\.log is the console/),
    ]);
    expect(judge(checkEffects, { 'scripts/a.ts': text, 'server-example/web/a.js': text })).toEqual(
      [],
    );
  });
});

describe('names', () => {
  const there = {
    'package.json': '{ "scripts": { "bench": "" } }',
    'src/base/pino-logger.ts':
      "export const sizeBytes = { size_max: 1 }; read('SYSTEM_MONITOR_CONFIG');",
    'src/base/log-events.ts': "export const logEvents = { 'spool.damaged': '' };",
    'docs/page.md': '# A heading, with `code`\n',
  };
  test.each([
    ['see agent-logger.ts', /there is no file agent-logger\.ts/],
    ['see `src/spool/pino-logger.ts`', /there is no file src\/spool\/pino-logger\.ts/],
    ['the files of src/gone are', /there is no src\/gone$/],
    ['(docs/gone.md)', /there is no file docs\/gone\.md/],
    ['a `sizeBits` of it', /nothing is called sizeBits/],
    ['call `readAgain()`', /nothing is called readAgain/],
    ['its `size_min`', /nothing is called size_min/],
    ['`file.sizeBits`', /nothing is called sizeBits/],
    ['it logs `spool.gone`', /there is no event spool\.gone/],
    ['run `npm run gone`', /package\.json has no script gone/],
    ['set SYSTEM_MONITOR_GONE', /nothing reads SYSTEM_MONITOR_GONE/],
  ])('%s: refused in a comment and in a page', (said, complaint) => {
    expect(judge(checkNames, { ...there, 'src/a.ts': `\n/** ${said}. */` })).toEqual([
      expect.stringMatching(/^src\/a\.ts:2: /),
    ]);
    expect(judge(checkNames, { ...there, 'docs/a.md': `One.\n\n${said}\n` })).toEqual([
      expect.stringMatching(complaint),
    ]);
  });

  test.each([
    ['[one](gone.md)', /there is no docs\/gone\.md/],
    ['[one](page.md#another)', /docs\/page\.md has no heading #another/],
  ])('the link %s leads nowhere', (link, complaint) => {
    expect(judge(checkNames, { ...there, 'docs/a.md': link })).toEqual([
      expect.stringMatching(complaint),
    ]);
  });

  test('what is there, and what is no name of ours, passes', () => {
    const said = [
      'pino-logger.ts, base/pino-logger.ts, `src/base/pino-logger.ts`, src/base, docs/, docs/*.md',
      'test/cases/<part>/…, {a,b}.ts, https://example.com/src/a.ts, /usr/src/a.ts, chunk.js',
      '`sizeBytes`, `size_max`, `file.sizeBytes`, `spool.damaged`, `pino-logger.ts`, `GetIfTable2`',
      '`createX(options)`, `iowait`, `VACUUM`, `npm run bench`, `npm run` alone, npm test',
      'SYSTEM_MONITOR_CONFIG, SYSTEM_MONITOR_SIZE_MAX, SYSTEM_MONITOR_<NAME>, SYSTEM_MONITOR_*',
    ];
    const page = `${said.join('\n')}\n[a](page.md) [b](page.md#a-heading-with-code) [c](https://example.com/x.md)`;
    expect(judge(checkNames, { ...there, 'docs/a.md': page })).toEqual([]);
    expect(
      judge(checkNames, {
        ...there,
        'src/a.ts': `/*\n${said.join('\n').replaceAll('*/', '')}\n*/`,
      }),
    ).toEqual([]);
  });

  test('the changelog may tell of what is no more', () => {
    expect(judge(checkNames, { ...there, 'CHANGELOG.md': 'agent-logger.ts' })).toEqual([]);
  });
});

describe('commands', () => {
  test.each([
    ['`system-monitor memmory`', /there is no command memmory/],
    ['`sudo system-monitor service instal`', /there is no command service instal/],
    ['`system-monitor status --jsonn`', /system-monitor status does not take --jsonn/],
    ['`config lst`', /there is no command config lst/],
    ['`status --jsonn`', /system-monitor status does not take --jsonn/],
    ['`--no-such-option`', /nothing here takes --no-such-option/],
    [
      '```console\n$ system-monitor --config F background --onse   # once\n```',
      /does not take --onse/,
    ],
    ['```sh\nURL=x /opt/system-monitor.exe statuss && true\n```', /there is no command statuss/],
  ])('%s is refused', (said, complaint) => {
    expect(judge(checkCommands, { 'docs/a.md': `${said}\n` })).toEqual([
      expect.stringMatching(complaint),
    ]);
  });

  test('a hint is held to it too', () => {
    const hint = (command: string) => ({
      'src/a.ts': `const hint = 'See: system-monitor ${command}';`,
    });
    expect(judge(checkCommands, hint('spool lisst'))).toEqual([
      expect.stringMatching(/^src\/a\.ts:1: there is no command spool lisst/),
    ]);
    expect(judge(checkCommands, hint('spool list; or wait'))).toEqual([]);
  });

  test('what can be run passes, and so does prose', () => {
    const said = [
      '`system-monitor config set url https://example.com/`, `config get KEY`, `status code`',
      '`--watch`, `--config`, `-h`, `node --allow-ffi`, `system-monitor-server`, `service logs [-n LINES] [-f]`',
      'A system-monitor receiver. `systemctl restart system-monitor`, `stats|cpu`',
      '```console\n$ sudo -u x system-monitor --config=F background --once | cat -A\nsystem-monitor: no such thing\n```',
    ];
    expect(judge(checkCommands, { 'docs/a.md': `${said.join('\n')}\n` })).toEqual([]);
  });
});

describe('log events', () => {
  const list = {
    'src/base/log-events.ts': "export const logEvents = {\n  'spool.damaged': '…',\n};",
  };

  test('one that nothing logs, and one that is not listed, are named', () => {
    const complaints = judge(checkLogEvents, {
      ...list,
      'src/spool/a.ts': "\ncontext.logger.warn('spool.ruined', { name });",
    });
    expect(complaints).toEqual([
      expect.stringMatching(/^src\/base\/log-events\.ts:2: nothing logs spool\.damaged/),
      expect.stringMatching(
        /^src\/spool\/a\.ts:2: spool\.ruined is not in src\/base\/log-events\.ts/,
      ),
    ]);
  });

  test('one that is logged passes, also where its name is passed on', () => {
    const text = "log.warn('spool.damaged'); window.info('x');";
    expect(judge(checkLogEvents, { ...list, 'src/spool/a.ts': text })).toEqual([]);
    const passedOn = "say('spool.damaged');";
    expect(judge(checkLogEvents, { ...list, 'src/spool/a.ts': passedOn })).toEqual([]);
  });
});

describe('leftovers', () => {
  test.each([
    ['src/a.ts', '\n// TODO: later', /^src\/a\.ts:2: TODO/],
    ['src/a.ts', '/* FIXME */', /FIXME/],
    ['docs/a.md', 'one\nXXX', /^docs\/a\.md:2: XXX/],
    ['scripts/a.sh', 'true # HACK', /HACK/],
    ['src/a.ts', '// biome-ignore lint: no', /biome-ignore/],
    ['src/a.ts', '// @ts-ignore', /@ts-ignore/],
    ['src/a.ts', '// @ts-expect-error', /@ts-expect-error/],
    ['test/unit/a.test.ts', "test.only('x', () => {});", /drop \.only/],
    ['test/unit/a.test.ts', "describe.only.each([])('x', () => {});", /drop \.only/],
  ])('in %s, %j is refused', (path, text, complaint) => {
    expect(judge(checkLeftovers, { [path]: text })).toEqual([expect.stringMatching(complaint)]);
  });

  test('such words in code, and another `only`, pass', () => {
    const text = "const states = ['TODO']; if (choice.only) mark('@ts-ignore'); // methods, todos";
    expect(judge(checkLeftovers, { 'test/unit/a.test.ts': text })).toEqual([]);
  });
});

describe('length', () => {
  const body = (lines: number): string => '\n  next();'.repeat(lines);

  test.each([
    ['function', (lines: number) => `export function long() {${body(lines)}\n}`],
    ['arrow', (lines: number) => `export const long = () => {${body(lines)}\n};`],
    ['method', (lines: number) => `class A {  long() {${body(lines)}\n} }`],
    ['closure', (lines: number) => `const o = { long: async () => {${body(lines)}\n} };`],
  ])('a %s of 71 lines is refused, one of 70 passes', (_, write) => {
    expect(judge(checkLength, { 'src/a.ts': write(69) })).toEqual([
      expect.stringMatching(/^src\/a\.ts:1: a function of 71 lines/),
    ]);
    expect(judge(checkLength, { 'src/a.ts': write(68) })).toEqual([]);
  });

  test('one that says why it is long passes; an empty reason, or one elsewhere, does not count', () => {
    const long = `function long() {${body(80)}\n}`;
    expect(judge(checkLength, { 'src/a.ts': `// Long because: a table.\n${long}` })).toEqual([]);
    expect(
      judge(checkLength, { 'src/a.ts': `/**\n * Long because: a table.\n */\n${long}` }),
    ).toEqual([]);
    expect(judge(checkLength, { 'src/a.ts': `// Long because:\n${long}` })).toHaveLength(1);
    expect(judge(checkLength, { 'src/a.ts': `// Long because: it is.\n\n\n${long}` })).toHaveLength(
      1,
    );
    expect(judge(checkLength, { 'server-example/web/a.js': long })).toHaveLength(1);
  });
});

describe('fixtures', () => {
  const used = {
    'src/collectors/cpu/index.ts': '',
    'src/collectors/cpu/linux.ts': "read('stat');",
    'test/cases/cpu/odd/WHY': 'odd',
    'test/cases/cpu/odd/expected.json': '[]',
    'test/cases/cpu/odd/step-1/proc/stat': '',
    'test/cases/cpu/odd/step-2/proc/stat': '',
    'test/unit/a.test.ts': "import './helper.ts'; start('programs/peer.py');",
    'test/unit/helper.ts': '',
    'test/unit/programs/peer.py': '',
  };

  test('material that is used passes', () => {
    expect(judge(checkFixtures, used)).toEqual([]);
  });

  test.each([
    ['test/cases/cpu/odd/notes.txt', /a case has WHY/],
    ['test/cases/gpu/odd/WHY', /no collector named gpu/],
    ['test/cases/cpu/odd/step-1/proc/uptime', /no collector reads such a file/],
    ['test/cases/cpu/odd/step-4/proc/stat', /step-4 is never reached/],
    ['test/unit/programs/gone.py', /no test uses it/],
    ['test/unit/gone.ts', /no test uses it/],
  ])('%s is refused', (path, complaint) => {
    expect(judge(checkFixtures, { ...used, [path]: '' })).toEqual([
      expect.stringMatching(complaint),
    ]);
  });
});

describe('decisions', () => {
  const first = { 'docs/decisions/0001-a.md': '# 0001: A\n' };

  test('numbered one after the other they pass', () => {
    const second = { 'docs/decisions/0002-b.md': '# 0002: B\n' };
    expect(judge(checkDecisions, { ...first, ...second })).toEqual([]);
  });

  test.each([
    ['a gap', 'docs/decisions/0003-b.md', '# 0003: B\n', /number is due to be 0002/],
    ['a number twice', 'docs/decisions/0001-b.md', '# 0001: B\n', /number is due to be 0002/],
    ['no number', 'docs/decisions/b.md', '# B\n', /number is due to be 0002/],
    ['another heading', 'docs/decisions/0002-b.md', '# 0001: B\n', /begins with another heading/],
  ])('%s is refused', (_, path, text, complaint) => {
    expect(judge(checkDecisions, { ...first, [path]: text })).toEqual([
      expect.stringMatching(complaint),
    ]);
  });
});
