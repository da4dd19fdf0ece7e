/**
 * The .rpm, for Fedora, Red Hat Enterprise Linux 8 and newer, and SUSE: the same files and the same
 * behaviour as the .deb. rpm has no purge: removal keeps settings and unsent reports.
 */
import { execFile } from 'node:child_process';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import {
  data,
  type LinuxPackageOptions,
  layOut,
  type PackagedFiles,
  packageScript,
  packTimeoutMs,
  programFiles,
} from './linux-package.ts';
import { licenseFolder, rpmSpec, rpmVersion } from './rpm-spec.ts';

const run = promisify(execFile);

const rpmArchitectures = { x64: 'x86_64', arm64: 'aarch64' } as const;

/** Returns the path of the package. Needs rpmbuild, of any architecture. */
export async function makeRpmPackage(options: LinuxPackageOptions): Promise<string> {
  const { target, version, sourceEpoch, compression, outputFolder } = options;
  const top = resolve(options.workFolder, 'rpm');
  const root = join(top, 'root');
  const files = packageContents(options);
  await layOut(root, files, sourceEpoch);
  const [pre, post, preun, postun] = await Promise.all([
    packageScript('rpm/pre'),
    packageScript('rpm/post'),
    packageScript('rpm/preun'),
    packageScript('rpm/postun'),
  ]);
  const scripts = { pre, post, preun, postun };
  const spec = join(top, 'system-monitor.spec');
  await writeFile(spec, rpmSpec({ version, compression, files, root, scripts }));
  const temporary = join(top, 'tmp');
  await mkdir(temporary);

  const architecture = rpmArchitectures[target.architecture];
  const name = `system-monitor-${rpmVersion(version)}-1.${architecture}.rpm`;
  const settings = {
    _topdir: top,
    _tmppath: temporary,
    _dbpath: join(top, 'database'),
    _rpmdir: top,
    _rpmfilename: name,
  };
  await run(
    'rpmbuild',
    [
      ...['-bb', '--quiet', '--target', `${architecture}-linux`],
      ...Object.entries(settings).flatMap(([macro, value]) => ['--define', `${macro} ${value}`]),
      spec,
    ],
    {
      timeout: packTimeoutMs,
      // ~/.rpmmacros is not to decide what a release looks like.
      env: { ...process.env, HOME: top, LC_ALL: 'C', SOURCE_DATE_EPOCH: String(sourceEpoch) },
    },
  );
  const output = join(outputFolder, name);
  await rename(join(top, name), output);
  return output;
}

function packageContents(options: LinuxPackageOptions): PackagedFiles {
  return new Map([
    ...programFiles(options, {
      units: 'usr/lib/systemd/system',
      zshCompletions: 'usr/share/zsh/site-functions',
    }),
    [`${licenseFolder}/LICENSE`, data(options.license)],
    [`${licenseFolder}/THIRD-PARTY-LICENSES.txt`, data(options.thirdPartyLicenses)],
  ]);
}
