/**
 * The .rpm as rpm itself reads it, and unpacked: what it installs and what it asks for. Made here of
 * the built executable, and compressed little; all else is as released.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { targets } from '../../build/targets.ts';
import { builtExecutable, executable } from '../support/program.ts';
import { onPlatform, programsInPath, testWith } from '../support/requirement.ts';
import { makeTrialRpm } from '../support/rpm-package.ts';

const run = promisify(execFile);

const packing = [builtExecutable(), onPlatform('linux'), ...programsInPath('rpmbuild')];
const minute = 60_000;

let folder = '';
let made = '';

/** What rpm says of a package's file, without trailing white space. */
async function rpm(file: string, ...words: string[]): Promise<string> {
  const { stdout } = await run('rpm', ['--query', '--package', ...words, file]);
  return stdout.trimEnd();
}

beforeAll(async () => {
  if (packing.some(({ met }) => !met)) return;
  folder = mkdtempSync(join(tmpdir(), 'rpm-package-'));
  made = await makeTrialRpm({ outputFolder: join(folder, 'first'), version: '1.0.0' });
}, minute);

afterAll(() => {
  if (folder !== '') rmSync(folder, { recursive: true, force: true });
});

testWith(
  packing,
  'it installs the program, its unit, manual page, completions, licences',
  async () => {
    const format = '[%{FILEMODES:perms} %{FILEUSERNAME} %{FILEGROUPNAME} %{FILENAMES}\\n]';
    expect((await rpm(made, '--queryformat', format)).split('\n')).toEqual([
      '-rwxr-xr-x root root /usr/bin/system-monitor',
      '-rw-r--r-- root root /usr/lib/systemd/system/system-monitor.service',
      '-rw-r--r-- root root /usr/share/bash-completion/completions/system-monitor',
      '-rw-r--r-- root root /usr/share/fish/vendor_completions.d/system-monitor.fish',
      'drwxr-xr-x root root /usr/share/licenses/system-monitor',
      '-rw-r--r-- root root /usr/share/licenses/system-monitor/LICENSE',
      '-rw-r--r-- root root /usr/share/licenses/system-monitor/THIRD-PARTY-LICENSES.txt',
      '-rw-r--r-- root root /usr/share/man/man1/system-monitor.1.gz',
      '-rw-r--r-- root root /usr/share/zsh/site-functions/_system-monitor',
    ]);
  },
);

testWith(
  packing,
  'it asks for what Node is linked with, and for nothing of the machine it was made on',
  async () => {
    const required = new Set((await rpm(made, '--requires')).split('\n'));
    const chosen = [...required].filter((one) => !one.startsWith('rpmlib('));
    expect(chosen.sort()).toEqual([
      '/bin/sh',
      '/usr/bin/getent',
      '/usr/sbin/useradd',
      'glibc >= 2.28',
      'libgcc_s.so.1(GCC_3.4)(64bit)',
      'libstdc++.so.6(GLIBCXX_3.4.21)(64bit)',
      'systemd',
    ]);
    expect(await rpm(made, '--queryformat', '%{BUILDHOST} %{BUILDTIME}')).toBe(
      'localhost 1800000000',
    );
  },
);

testWith(packing, 'its scripts arrive in the package as they are in the repository', async () => {
  const scripts = await rpm(made, '--scripts');
  for (const name of ['pre', 'preun', 'postun']) {
    const source = readFileSync(new URL(`../../build/assets/rpm/${name}`, import.meta.url), 'utf8');
    // Around the parts that the packages have in common.
    for (const own of source.split(/^@[A-Z]+@$/m)) expect(scripts).toContain(own.trim());
  }
  expect(scripts).not.toMatch(/@[A-Z]+@/);
  expect(scripts).toContain('keep_previous() {');
  expect(scripts).toContain('chmod 0640 "$file"');
});

testWith(
  [...packing, ...programsInPath('rpm2archive', 'tar')],
  'the program in it is the one that went in, and it runs',
  async () => {
    await run('rpm2archive', [made]);
    const unpacked = join(folder, 'unpacked');
    mkdirSync(unpacked);
    await run('tar', ['--extract', '--gzip', '--file', `${made}.tgz`, '--directory', unpacked]);
    const installed = join(unpacked, 'usr/bin/system-monitor');
    expect(readFileSync(installed).equals(readFileSync(executable))).toBe(true);
    const { stdout } = await run(installed, ['memory', '--json'], { env: {} });
    expect(JSON.parse(stdout)).toMatchObject({ total: expect.any(Number) });
  },
  minute,
);

testWith(
  packing,
  'the same content makes the same package, wherever it is made',
  async () => {
    const again = await makeTrialRpm({ outputFolder: join(folder, 'second'), version: '1.0.0' });
    expect(readFileSync(again).equals(readFileSync(made))).toBe(true);
  },
  minute,
);

testWith(
  packing,
  'every Linux target has a package of its own architecture',
  async () => {
    // Any file will do: nothing else in the package depends on it.
    const names: string[] = [];
    for (const target of targets.filter(({ platform }) => platform === 'linux')) {
      const outputFolder = join(folder, target.name);
      const file = await makeTrialRpm({
        ...{ outputFolder, version: '1.1.0-rc.1', target, program: fileURLToPath(import.meta.url) },
      });
      names.push(basename(file));
      expect(await rpm(file, '--queryformat', '%{NAME}-%{VERSION}-%{RELEASE}.%{ARCH}.rpm')).toBe(
        basename(file),
      );
      expect(await rpm(file, '--queryformat', '%{OS}')).toBe('linux');
    }
    expect(names).toEqual([
      'system-monitor-1.1.0~rc.1-1.x86_64.rpm',
      'system-monitor-1.1.0~rc.1-1.aarch64.rpm',
    ]);
  },
  minute,
);
