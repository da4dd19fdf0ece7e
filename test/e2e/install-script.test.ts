/** scripts/install.sh, given a release folder of a very small program. */
import { execFile } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { onPlatform, testWith } from '../support/requirement.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { makeTrialRelease } from '../support/trial-release.ts';

const posix = [onPlatform('linux', 'darwin')];
const system = process.platform === 'darwin' ? 'darwin' : 'linux';
const archive = `system-monitor-1.2.3-${system}-${process.arch}.tar.gz`;

interface Release {
  /** Where the downloads are. */
  readonly folder: string;
  /** install.sh as the release carries it. */
  readonly script: string;
  /** Where it is to be installed. */
  readonly target: string;
  /** Programs that are found before the system's. */
  readonly tools: string;
}

function makeRelease(text = '#!/bin/sh\necho "1.2.3 $*"\n'): Release {
  const top = temporaryFolder();
  const program = join(top, 'program');
  writeFileSync(program, text, { mode: 0o755 });
  makeTrialRelease({ folder: top, version: '1.2.3', program, script: 'install.sh' });
  const tools = join(top, 'tools');
  mkdirSync(tools);
  const [folder, script, target] = ['release', 'install.sh', 'bin'].map((name) => join(top, name));
  return { folder: folder ?? '', script: script ?? '', target: target ?? '', tools };
}

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Asynchronous, because one of the tests serves the files from this very process. */
async function install(release: Release, ...words: readonly string[]): Promise<Ended> {
  return await new Promise((resolve) => {
    const all = [release.script, '--to', release.target, ...words];
    const env = { ...process.env, PATH: `${release.tools}:${process.env.PATH}` };
    execFile('sh', all, { timeout: 60_000, env }, (error, stdout, stderr) => {
      const status = error === null ? 0 : typeof error.code === 'number' ? error.code : null;
      resolve({ status, stdout, stderr });
    });
  });
}

testWith(posix, 'it puts the program in place and says which one', async () => {
  const release = makeRelease();
  const ended = await install(release, '--from', release.folder);
  expect(ended).toMatchObject({ status: 0, stderr: '' });
  expect(ended.stdout).toContain(`Installed ${release.target}/system-monitor (1.2.3 --version)`);
  expect(readdirSync(release.target)).toEqual(['system-monitor']);
});

testWith(posix, 'it replaces a program that runs', async () => {
  const release = makeRelease();
  await install(release, '--from', release.folder);
  const path = join(release.target, 'system-monitor');
  writeFileSync(path, '#!/bin/sh\nexec sleep 60\n');
  const running = execFile(path, () => {});
  try {
    expect(await install(release, '--from', release.folder)).toMatchObject({ status: 0 });
    expect(readFileSync(path, 'utf8')).toContain('1.2.3');
  } finally {
    running.kill('SIGKILL');
  }
});

testWith(posix, 'one byte that differs, and nothing is installed', async () => {
  const release = makeRelease();
  appendFileSync(join(release.folder, archive), ' ');
  const ended = await install(release, '--from', release.folder);
  expect(ended.status).toBe(1);
  expect(ended.stderr).toContain('does not match SHA256SUMS; nothing was installed');
  expect(existsSync(release.target)).toBe(false);
});

testWith(posix, 'an archive that SHA256SUMS does not name is not installed', async () => {
  const release = makeRelease();
  writeFileSync(join(release.folder, 'SHA256SUMS'), `${'0'.repeat(64)}  another-${archive}\n`);
  const ended = await install(release, '--from', release.folder);
  expect(ended.status).toBe(1);
  expect(ended.stderr).toContain(`SHA256SUMS has no entry for ${archive}`);
  expect(existsSync(release.target)).toBe(false);
});

testWith(
  posix,
  'it fetches over HTTP, and a missing file is an error with its address',
  async () => {
    const release = makeRelease();
    const server = createServer((request, response) => {
      const file = join(release.folder, basename(request.url ?? ''));
      if (existsSync(file)) response.end(readFileSync(file));
      else response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      expect(await install(release, '--from', url)).toMatchObject({ status: 0, stderr: '' });
      writeFileSync(join(release.folder, archive), '');
      const other = { ...release, target: `${release.target}-2` };
      const words = ['--from', `${url}`];
      expect((await install(other, ...words)).stderr).toContain('does not match SHA256SUMS');
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
    const gone = await install(release, '--from', url);
    expect(gone.status).toBe(1);
    expect(gone.stderr).toContain(`cannot fetch ${url}/SHA256SUMS`);
  },
);

testWith(posix, 'the settings of --service go to the program as they are', async () => {
  const release = makeRelease();
  const words = ['--service', '--url', 'https://monitor.example.com/a b', '--interval', '5'];
  const ended = await install(release, '--from', release.folder, ...words);
  expect(ended.stdout).toContain(
    '1.2.3 service install --url https://monitor.example.com/a b --interval 5',
  );
});

testWith(posix, 'without a place to fetch from, it asks for one', async () => {
  const ended = await install(makeRelease());
  expect(ended).toMatchObject({ status: 1, stdout: '' });
  expect(ended.stderr).toContain('--from');
});

/** What a system's programs answer, by their words; others answer as they do here. */
type Answers = Readonly<Record<string, string>>;

function pretend({ tools }: Release, answers: Answers): void {
  const programs = Map.groupBy(Object.entries(answers), ([line]) => line.split(' ')[0] ?? '');
  for (const [name, lines] of programs) {
    const cases = lines.map(([line, said]) => {
      const words = line.split(' ').slice(1).join(' ');
      return `'${words}') printf '%s\\n' '${said}'; exit ;;`;
    });
    const rest = `PATH=\${PATH#*:} exec ${name} "$@"`;
    const text = `#!/bin/sh\ncase "$*" in ${cases.join('\n')} esac\n${rest}\n`;
    writeFileSync(join(tools, name), text, { mode: 0o755 });
  }
}

test.each<[string, Answers, RegExp]>([
  ['musl', { 'ldd --version': 'musl libc (x86_64)' }, /uses musl.*glibc 2\.28 or newer\. On other/],
  [
    'an old glibc',
    { 'getconf GNU_LIBC_VERSION': 'glibc 2.17' },
    /has glibc 2\.17; .*2\.28 or newer/,
  ],
  ['no libstdc++', { 'ldconfig -p': 'libc.so.6' }, /libstdc\+\+\.so\.6 is missing\. Install it: /],
  [
    '32-bit ARM',
    { 'uname -m': 'armv7l' },
    /no download for 32-bit systems \(armv7l\).*64-bit Raspberry Pi OS/,
  ],
  ['32-bit x86', { 'uname -m': 'i686' }, /no download for 32-bit systems \(i686\)/],
  [
    '32 bits below a 64-bit kernel',
    { 'getconf LONG_BIT': '32' },
    /this system has 32 bits, although/,
  ],
  [
    'FreeBSD',
    { 'uname -s': 'FreeBSD' },
    /no download for FreeBSD\. On other systems it runs from its source/,
  ],
  ['another processor', { 'uname -m': 'riscv64' }, /no download for riscv64\. On other systems/],
])(
  '%s is told before anything is downloaded, with what does serve it',
  async (_, answers, says) => {
    const release = makeRelease();
    pretend(release, { 'uname -s': 'Linux', 'uname -m': 'x86_64', ...answers });
    const ended = await install(release, '--from', join(release.folder, 'nowhere'));
    expect(ended).toMatchObject({ status: 1, stdout: '', stderr: expect.stringMatching(says) });
    expect(existsSync(release.target)).toBe(false);
  },
);

testWith(posix, 'a program that does not start replaces none, and says why', async () => {
  const older = makeRelease();
  await install(older, '--from', older.folder);
  for (const [text, says] of [
    [
      '#!/bin/sh\necho "libnew.so.1: not found" >&2\nexit 127\n',
      '--version): libnew.so.1: not found',
    ],
    ['#!/bin/sh\n[ "$1" != stats ]\n', 'stats --json): it ended without a word'],
  ] as const) {
    const newer = { ...makeRelease(text), target: older.target };
    const ended = await install(newer, '--from', newer.folder);
    expect(ended).toMatchObject({ status: 1, stdout: '', stderr: expect.stringContaining(says) });
    expect(readFileSync(join(older.target, 'system-monitor'), 'utf8')).toContain('1.2.3');
    expect(readdirSync(older.target)).toEqual(['system-monitor']);
  }
});

testWith(posix, 'a service that cannot be installed replaces no program', async () => {
  const older = makeRelease();
  await install(older, '--from', older.folder);
  const refusing = '#!/bin/sh\n[ "$1" = service ] || exit 0\necho "no URL is set" >&2\nexit 78\n';
  const newer = { ...makeRelease(refusing), target: older.target };
  const ended = await install(newer, '--from', newer.folder, '--service');
  expect(ended).toEqual({ status: 78, stdout: '', stderr: 'no URL is set\n' });
  expect(readFileSync(join(older.target, 'system-monitor'), 'utf8')).toContain('1.2.3');
  expect(readdirSync(older.target)).toEqual(['system-monitor']);
});
