/**
 * The .deb, for Debian and Ubuntu: program, unit, manual page, completions. It makes a system user,
 * starts the service at once and at every boot, restarts it after an upgrade, keeps settings and
 * unsent reports when it is removed, and removes those too when it is purged.
 */
import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import type { CompletionShell } from '../src/cli/completion/index.ts';
import { systemdUnit } from '../src/service/systemd-unit.ts';
import type { Compression } from './archives.ts';
import { projectRoot } from './bundle.ts';
import type { Target } from './targets.ts';

const run = promisify(execFile);
/** dpkg-deb compresses 110 MB with xz: about a minute. */
const packTimeoutMs = 15 * 60_000;

const debianArchitectures = { x64: 'amd64', arm64: 'arm64' } as const;
const maintainer = 'System Monitor <maintainers@system-monitor.invalid>';
const installedExecutable = '/usr/bin/system-monitor';

export interface DebianPackageOptions {
  readonly target: Target;
  readonly version: string;
  readonly sourceEpoch: number;
  readonly compression: Compression;
  /** Path of the executable. */
  readonly executable: string;
  readonly manualPage: string;
  readonly completions: Readonly<Record<CompletionShell, string>>;
  readonly thirdPartyLicenses: string;
  readonly workFolder: string;
  readonly outputFolder: string;
}

/** Returns the path of the package. Needs dpkg-deb. */
export async function makeDebianPackage(options: DebianPackageOptions): Promise<string> {
  const { target, version, sourceEpoch, outputFolder } = options;
  const root = join(options.workFolder, 'debian');
  const contents = await packageContents(options);
  const folders = new Set<string>([root]);
  let installedKilobytes = Math.ceil((await readFile(options.executable)).length / 1024);
  for (const [path, { content, mode }] of contents) {
    const file = join(root, path);
    await mkdir(dirname(file), { recursive: true });
    for (let folder = dirname(file); folder !== root; folder = dirname(folder)) folders.add(folder);
    await writeFile(file, content, { mode });
    // writeFile's mode passes through the umask.
    await chmod(file, mode);
    await utimes(file, sourceEpoch, sourceEpoch);
    if (!path.startsWith('DEBIAN/')) installedKilobytes += Math.ceil(content.length / 1024);
  }
  const executable = join(root, installedExecutable);
  await mkdir(dirname(executable), { recursive: true });
  folders.add(dirname(executable));
  await copyFile(options.executable, executable);
  await chmod(executable, 0o755);
  await writeFile(join(root, 'DEBIAN/control'), control(options, installedKilobytes));
  for (const folder of folders) await chmod(folder, 0o755);
  for (const path of [executable, join(root, 'DEBIAN/control'), ...folders]) {
    await utimes(path, sourceEpoch, sourceEpoch);
  }
  const architecture = debianArchitectures[target.architecture];
  const output = join(outputFolder, `system-monitor_${version}_${architecture}.deb`);
  const compressor = options.compression === 'small' ? ['-Zxz', '-z6'] : ['-Zgzip', '-z1'];
  await run('dpkg-deb', ['--build', '--root-owner-group', ...compressor, root, output], {
    timeout: packTimeoutMs,
    env: { ...process.env, SOURCE_DATE_EPOCH: String(sourceEpoch), XZ_DEFAULTS: '--threads=1' },
  });
  return output;
}

interface PackagedFile {
  readonly content: string | Uint8Array;
  readonly mode: number;
}

/** Everything but the executable and DEBIAN/control, by path in the package. */
async function packageContents(
  options: DebianPackageOptions,
): Promise<ReadonlyMap<string, PackagedFile>> {
  const { version, sourceEpoch } = options;
  const unit = systemdUnit({
    executable: installedExecutable,
    configurationFile: '/etc/system-monitor/config.json',
  });
  const script = async (name: string) =>
    await readFile(join(projectRoot, 'build/assets/debian', name));
  const license = await readFile(join(projectRoot, 'LICENSE'), 'utf8');
  const data = (content: string | Uint8Array): PackagedFile => ({ content, mode: 0o644 });
  return new Map([
    ['lib/systemd/system/system-monitor.service', data(unit)],
    ['usr/share/man/man1/system-monitor.1.gz', data(compress(options.manualPage))],
    ['usr/share/bash-completion/completions/system-monitor', data(options.completions.bash)],
    ['usr/share/zsh/vendor-completions/_system-monitor', data(options.completions.zsh)],
    ['usr/share/fish/vendor_completions.d/system-monitor.fish', data(options.completions.fish)],
    ['usr/share/doc/system-monitor/copyright', data(copyright(license))],
    [
      'usr/share/doc/system-monitor/THIRD-PARTY-LICENSES.txt.gz',
      data(compress(options.thirdPartyLicenses)),
    ],
    [
      'usr/share/doc/system-monitor/changelog.gz',
      data(compress(debianChangelog(version, sourceEpoch))),
    ],
    ['usr/share/lintian/overrides/system-monitor', data(await script('lintian-overrides'))],
    ...(await Promise.all(
      ['postinst', 'prerm', 'postrm'].map(
        async (name): Promise<[string, PackagedFile]> => [
          `DEBIAN/${name}`,
          { content: await script(name), mode: 0o755 },
        ],
      ),
    )),
  ]);
}

/** gzip at its best and without a time, as Debian's policy asks for documents. */
function compress(text: string): Uint8Array {
  return gzipSync(text, { level: 9 });
}

/**
 * The libraries are those that Node is linked with, in the versions that its symbols ask for
 * (readelf -V); test/e2e/executable.test.ts keeps the list.
 */
function control({ target, version }: DebianPackageOptions, installedKilobytes: number): string {
  return `Package: system-monitor
Version: ${version}
Architecture: ${debianArchitectures[target.architecture]}
Maintainer: ${maintainer}
Installed-Size: ${installedKilobytes}
Depends: adduser, libc6 (>= 2.28), libgcc-s1 (>= 3.4) | libgcc1 (>= 3.4), libstdc++6 (>= 6), init-system-helpers (>= 1.54~)
Recommends: systemd
Section: admin
Priority: optional
Description: report this machine's state as plain JSON to your own server
 Every interval seconds a service collects CPU, memory, processes, disks and
 network, and posts them to the server that you name. A report stays on disk
 until that server has acknowledged it, so that nothing is lost in an outage, a
 crash or a reboot.
 .
 At a terminal the same program answers "system-monitor cpu" and its sisters.
`;
}

function copyright(license: string): string {
  const [title = '', ...rest] = license.trim().split('\n');
  const holder = rest
    .find((line) => line.startsWith('Copyright'))
    ?.replace(/^Copyright( \(c\))? /, '');
  const body = rest
    .filter((line) => !line.startsWith('Copyright'))
    .join('\n')
    .trim();
  return `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: system-monitor
Comment: The program contains Node and npm packages; their licences are in
 /usr/share/doc/system-monitor/THIRD-PARTY-LICENSES.txt.gz.

Files: *
Copyright: ${holder}
License: Expat
${body
  .split('\n')
  .map((line) => ` ${line === '' ? '.' : line}`)
  .join('\n')}
Comment: This is what the file LICENSE calls "${title}".
`;
}

function debianChangelog(version: string, sourceEpoch: number): string {
  const date = new Date(sourceEpoch * 1000).toUTCString().replace('GMT', '+0000');
  return `system-monitor (${version}) stable; urgency=medium

  * See CHANGELOG.md of the project.

 -- ${maintainer}  ${date}
`;
}
