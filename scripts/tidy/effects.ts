/**
 * Clocks, timers, randomness, the environment and the network are handed in, so that a test of a day
 * takes a millisecond and needs no mocking library. Who makes or uses the real ones stands here,
 * with the reason; a line that is no longer needed is a complaint too.
 */
import { globalsOf } from './globals.ts';
import type { Complaint, Project, SourceFile } from './source.ts';

interface Effect {
  readonly what: string;
  /** Global names, with or without a member; `module` or `module#name` for imports. */
  readonly uses: readonly string[];
  readonly instead: string;
  /** Path to reason. */
  readonly allowed: Readonly<Record<string, string>>;
}

const makesTheRealOne = 'it puts the program together';
const aWholeProgram = 'a whole program of one screen';

const effects: readonly Effect[] = [
  {
    what: 'the clock',
    uses: ['Date', 'performance', 'node:perf_hooks'],
    instead: 'take a Clock (src/base/clock.ts)',
    allowed: {
      'src/main.ts': makesTheRealOne,
      'src/base/time.ts': 'calendar arithmetic on moments that it is given',
      'server-example/main.ts': makesTheRealOne,
      'server-example/slices.ts': 'long work gives way to others by real time',
    },
  },
  {
    what: 'timers',
    uses: [
      ...['setTimeout', 'setInterval', 'setImmediate', 'AbortSignal.timeout'],
      ...['node:timers', 'node:timers/promises'],
    ],
    instead: 'take a Clock and wait with its sleep (src/base/clock.ts)',
    allowed: {
      'src/main.ts': makesTheRealOne,
      'src/delivery/request-end.ts':
        'a request has a real deadline, called off without an exception',
      'src/host/run-command.ts': 'a child process has a real deadline',
      'src/collectors/time-slice.ts': 'lets pending input and output in; no time is measured by it',
      'server-example/health.ts': 'a database that does not answer is given up, in real time',
      'server-example/intake.ts': 'gathers what came in the same turn of the event loop',
      'server-example/live.ts': 'a listener is told at most once a second, in real time',
      'server-example/postgres-database.ts': 'pauses before it tries again, in real time',
      'server-example/receiver.ts': 'a connection that does not end is cut',
      'server-example/retention.ts': 'works now and then, in real time',
      'server-example/sqlite-history.ts': 'lets reports in between the slices of a long read',
      'server-example/slices.ts': 'lets requests in while long work is done',
      'server-example/sqlite-store.ts': 'lets reports in while a system is forgotten',
      'server-example/tls.ts': 'looks at its files now and then, in real time',
      'server-example/wrong-tokens.ts': 'a wrong token waits, in real time unless told otherwise',
    },
  },
  {
    what: 'writing to the disk',
    uses: [
      ...['node:fs#writeFileSync', 'node:fs#appendFileSync', 'node:fs#writeSync', 'node:fs#write'],
      ...['node:fs#createWriteStream', 'node:fs#truncateSync', 'node:fs#ftruncateSync'],
      ...['node:fs#renameSync', 'node:fs#rename', 'node:fs#copyFileSync', 'node:fs#cpSync'],
      ...['node:fs#linkSync', 'node:fs#symlinkSync', 'node:fs#mkdirSync', 'node:fs#mkdtempSync'],
      ...['node:fs#unlinkSync', 'node:fs#unlink', 'node:fs#rmSync', 'node:fs#rmdirSync'],
      ...['node:fs#fsyncSync', 'node:fs#fdatasyncSync', 'node:fs#fsync', 'node:fs#fdatasync'],
      ...['node:fs#chmodSync', 'node:fs#fchmodSync', 'node:fs#chownSync', 'node:fs#fchownSync'],
      'node:fs/promises',
    ],
    instead: 'take a Disk (src/base/disk.ts), which a test can take the power from',
    allowed: {
      'src/main.ts': 'writes to standard output by its descriptor',
      'src/host/node-disk.ts': 'it is the real disk',
      'src/host/file-lock.ts': 'a locked file has nothing in it',
      'src/service/files.ts': "links, and folders to be removed, are the system's and not ours",
      'src/service/systemd-user.ts': 'rights for the user that systemd runs the service as',
      'server-example/data-folder.ts': 'makes the folder that SQLite writes to',
    },
  },
  {
    what: 'randomness',
    uses: [
      ...['Math.random', 'crypto', 'node:crypto#randomBytes', 'node:crypto#randomUUID'],
      ...['node:crypto#randomInt', 'node:crypto#webcrypto'],
    ],
    instead: 'take randomBytes or random of the Runtime (src/base/runtime.ts)',
    allowed: {
      'src/main.ts': makesTheRealOne,
      'server-example/main.ts': makesTheRealOne,
      'server-example/sessions.ts': 'a session must be told from all others, in tests too',
      'src/spool/report-file.ts': "a report's key must be one that nobody else has, in tests too",
    },
  },
  {
    what: 'the process and its environment',
    uses: ['process', 'node:process'],
    instead: 'take the Runtime (src/base/runtime.ts)',
    allowed: {
      'src/main.ts': makesTheRealOne,
      'server-example/main.ts': makesTheRealOne,
      'server-example/small/receiver.ts': aWholeProgram,
    },
  },
  {
    what: 'the console',
    uses: ['console', 'node:console'],
    instead: 'log an event, or write to the stream that you were given',
    allowed: {
      'server-example/main.ts': makesTheRealOne,
      'server-example/small/receiver.ts': aWholeProgram,
    },
  },
  {
    what: 'the network',
    uses: ['fetch', 'WebSocket', 'EventSource', 'XMLHttpRequest'],
    instead: 'take a transport (src/delivery/transport.ts)',
    allowed: {},
  },
  {
    what: 'the global object',
    uses: ['globalThis', 'global'],
    instead: 'name what you use',
    allowed: {},
  },
];

/** The page runs in a browser, which has nothing else. */
const judged = /^(src|server-example)\/(?!web\/)/;
/** Tests and the launcher read the environment, but print through no console. */
const consoleJudged = /^(bin|test)\//;

export function checkEffects(project: Project): readonly Complaint[] {
  const files = project.sources.filter(({ path }) => judged.test(path) || consoleJudged.test(path));
  const found = files.flatMap((file) => {
    const mine = judged.test(file.path)
      ? effects
      : effects.filter(({ what }) => what === 'the console');
    return usesOf(file).flatMap((use) => {
      const effect = mine.find(({ uses }) => uses.includes(use.name) || uses.includes(use.bare));
      return effect === undefined ? [] : [{ file, effect, ...use }];
    });
  });
  const refused = found
    .filter(({ file, effect }) => effect.allowed[file.path] === undefined)
    .map(({ file, effect, name, line }) =>
      complain(file.path, line, `${name} is ${effect.what}: ${effect.instead}`),
    );
  const idle = effects.flatMap((effect) =>
    Object.keys(effect.allowed)
      .filter((path) => project.paths.has('scripts/tidy/effects.ts') || project.paths.has(path))
      .filter((path) => !found.some((one) => one.file.path === path && one.effect === effect))
      .map((path) =>
        complain(
          'scripts/tidy/effects.ts',
          1,
          `${path} does not use ${effect.what} any more; take it out of the list`,
        ),
      ),
  );
  return [...refused, ...idle];
}

function usesOf(file: SourceFile): readonly { name: string; bare: string; line: number }[] {
  return [
    ...globalsOf(file).map(({ name, line }) => ({ name, bare: name.split('.')[0] ?? name, line })),
    ...file.imports.flatMap(({ specifier, names, line }) =>
      ['', ...names].map((name) => ({
        name: name === '' ? specifier : `${specifier}#${name}`,
        bare: name === '' ? specifier : '',
        line,
      })),
    ),
  ];
}

function complain(path: string, line: number, what: string): Complaint {
  return { path, line, rule: 'effects', what };
}
