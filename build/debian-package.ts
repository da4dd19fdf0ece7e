/**
 * The .deb, for Debian and Ubuntu: program, unit, manual page, completions. It makes a system user,
 * starts the service at once and at every boot, restarts it after an upgrade, keeps settings and
 * unsent reports when it is removed, and removes those too when it is purged.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  compressed,
  data,
  kilobytesOf,
  type LinuxPackageOptions,
  layOut,
  type PackagedFiles,
  packageScript,
  packTimeoutMs,
  programFiles,
} from './linux-package.ts';

const run = promisify(execFile);

const debianArchitectures = { x64: 'amd64', arm64: 'arm64' } as const;
const maintainer = 'System Monitor <maintainers@system-monitor.invalid>';

/** Returns the path of the package. Needs dpkg-deb. */
export async function makeDebianPackage(options: LinuxPackageOptions): Promise<string> {
  const { target, version, sourceEpoch, outputFolder } = options;
  const root = join(options.workFolder, 'debian');
  const contents = await packageContents(options);
  const about = new Map([
    ['DEBIAN/control', data(control(options, await kilobytesOf(contents)))],
    ...(await maintainerScripts()),
  ]);
  await layOut(root, new Map([...contents, ...about]), sourceEpoch);
  const architecture = debianArchitectures[target.architecture];
  const output = join(outputFolder, `system-monitor_${version}_${architecture}.deb`);
  const compressor = options.compression === 'small' ? ['-Zxz', '-z6'] : ['-Zgzip', '-z1'];
  await run('dpkg-deb', ['--build', '--root-owner-group', ...compressor, root, output], {
    timeout: packTimeoutMs,
    env: { ...process.env, SOURCE_DATE_EPOCH: String(sourceEpoch), XZ_DEFAULTS: '--threads=1' },
  });
  return output;
}

async function packageContents(options: LinuxPackageOptions): Promise<PackagedFiles> {
  const { version, sourceEpoch } = options;
  const documents = 'usr/share/doc/system-monitor';
  return new Map([
    ...programFiles(options, {
      units: 'lib/systemd/system',
      zshCompletions: 'usr/share/zsh/vendor-completions',
    }),
    [`${documents}/copyright`, data(copyright(options.license))],
    [`${documents}/THIRD-PARTY-LICENSES.txt.gz`, data(compressed(options.thirdPartyLicenses))],
    [`${documents}/changelog.gz`, data(compressed(debianChangelog(version, sourceEpoch)))],
    [
      'usr/share/lintian/overrides/system-monitor',
      data(await packageScript('debian/lintian-overrides')),
    ],
  ]);
}

async function maintainerScripts(): Promise<PackagedFiles> {
  const names = ['preinst', 'postinst', 'prerm', 'postrm'] as const;
  return new Map(
    await Promise.all(
      names.map(
        async (name) =>
          [
            `DEBIAN/${name}`,
            { content: await packageScript(`debian/${name}`), mode: 0o755 },
          ] as const,
      ),
    ),
  );
}

/**
 * The libraries are those that Node is linked with, in the versions that its symbols ask for
 * (readelf -V); test/e2e/executable.test.ts keeps the list. They are asked for before anything is
 * unpacked, which would replace a program that works.
 */
function control({ target, version }: LinuxPackageOptions, installedKilobytes: number): string {
  return `Package: system-monitor
Version: ${version}
Architecture: ${debianArchitectures[target.architecture]}
Maintainer: ${maintainer}
Installed-Size: ${installedKilobytes}
Pre-Depends: libc6 (>= 2.28), libgcc-s1 (>= 3.4) | libgcc1 (>= 3.4), libstdc++6 (>= 6)
Depends: adduser, init-system-helpers (>= 1.54~)
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
