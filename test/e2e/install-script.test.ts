/** scripts/install.sh, given a release folder of a very small program. */
import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
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
import { expect } from '@jest/globals';
import { onPlatform, testWith } from '../support/requirement.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const posix = [onPlatform('linux', 'darwin')];
const script = join(import.meta.dirname, '../../scripts/install.sh');
const system = process.platform === 'darwin' ? 'darwin' : 'linux';
const archive = `system-monitor-1.2.3-${system}-${process.arch}.tar.gz`;

interface Release {
  /** Where the downloads are. */
  readonly folder: string;
  /** install.sh as the release carries it. */
  readonly script: string;
  /** Where it is to be installed. */
  readonly target: string;
}

function makeRelease(): Release {
  const top = temporaryFolder();
  const folder = join(top, 'release');
  const content = join(top, 'system-monitor-1.2.3');
  mkdirSync(folder);
  mkdirSync(content);
  const program = '#!/bin/sh\necho "1.2.3 $*"\n';
  writeFileSync(join(content, 'system-monitor'), program, { mode: 0o755 });
  execFileSync('tar', ['-czf', join(folder, archive), '-C', top, basename(content)]);
  const sum = createHash('sha256')
    .update(readFileSync(join(folder, archive)))
    .digest('hex');
  writeFileSync(join(folder, 'SHA256SUMS'), `${sum}  ${archive}\n`);
  const filled = readFileSync(script, 'utf8').replaceAll('@VERSION@', '1.2.3');
  writeFileSync(join(top, 'install.sh'), filled);
  return { folder, script: join(top, 'install.sh'), target: join(top, 'bin') };
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
    execFile('sh', all, { timeout: 60_000 }, (error, stdout, stderr) => {
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
