/**
 * `npm run build:release`: every download, in dist/release/, from one linux-x64 machine.
 *
 *   node build/release.ts                     all of build/targets.ts
 *   node build/release.ts linux-x64 win-x64   these alone
 *
 * RELEASE_URL is where the files will be published; install.sh and install.ps1 fetch from there
 * unless told otherwise. SIGN_DARWIN and SIGN_WIN32 sign (sign-hook.ts), WINDOWS_RUNNER runs
 * Windows' Node for its code cache. What makes a part and is missing here is named, and the part
 * left out; with RELEASE_STRICT=1 that is an error. RELEASE_QUICK=1 compresses little, for trials.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import {
  chmod,
  copyFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  writeFile,
} from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { systemdUnit } from '../src/service/systemd-unit.ts';
import { type Compression, makeArchives } from './archives.ts';
import { billOfMaterials } from './bill-of-materials.ts';
import { bundleProgram, packageVersion, projectRoot } from './bundle.ts';
import { noCodeCaches, recordCodeCaches, runnerFor } from './code-cache.ts';
import { makeDebianPackage } from './debian-package.ts';
import { documentsOf, type ReleaseDocuments } from './documents.ts';
import { makeExecutable } from './executable.ts';
import { hasProgram } from './has-program.ts';
import { nodeInside, packagesInside } from './packages-inside.ts';
import { makeRpmPackage } from './rpm-package.ts';
import { sourceCommit, sourceEpoch } from './source-commit.ts';
import { executableName, type Target, targets } from './targets.ts';
import { makeWindowsSetup } from './windows-setup.ts';

interface Release {
  readonly version: string;
  readonly commit: string;
  /** Seconds since 1970 of the commit. */
  readonly sourceEpoch: number;
  readonly outputFolder: string;
  readonly compression: Compression;
}

const leftOut: string[] = [];

/** Says what is missing on this machine, so that no release is thinner than it looks. */
function leaveOut(part: string, reason: string): void {
  leftOut.push(part);
  console.error(`left out: ${part}: ${reason}`);
}

async function main(names: readonly string[]): Promise<void> {
  const chosen = targets.filter(({ name }) => names.length === 0 || names.includes(name));
  const unknown = names.filter((name) => !targets.some((target) => target.name === name));
  if (unknown.length > 0) throw new Error(`no such target: ${unknown.join(', ')}`);

  const outputFolder = join(projectRoot, 'dist', 'release');
  await rm(outputFolder, { recursive: true, force: true });
  await mkdir(outputFolder, { recursive: true });
  const release: Release = {
    version: await packageVersion(),
    commit: await sourceCommit(),
    sourceEpoch: await sourceEpoch(),
    outputFolder,
    compression: process.env.RELEASE_QUICK === '1' ? 'quick' : 'small',
  };
  for (const target of chosen) await makeDownloads(release, target);
  await copyInstallScripts(release);
  await writeChecksums(outputFolder);
  if (leftOut.length > 0 && process.env.RELEASE_STRICT === '1') {
    throw new Error(`left out: ${leftOut.join('; ')}`);
  }
}

/** All downloads of one target: the bare file, archives, packages, the bill of materials. */
async function makeDownloads(release: Release, target: Target): Promise<void> {
  const startedMs = performance.now();
  const { version, outputFolder } = release;
  const workFolder = await mkdtemp(join(projectRoot, 'dist', '.release-'));
  try {
    const info = { version, commit: release.commit, target: target.name };
    const bundle = await bundleProgram({ info });
    const canRecord = runnerFor(target) !== undefined;
    // Without an emulator there is no way to make one, on whatever machine: nothing is missing here.
    if (!canRecord && target.emulator !== undefined) {
      leaveOut(`code cache of ${target.name}`, `${target.emulator} is not here`);
    }
    const caches = canRecord
      ? await recordCodeCaches({ target, bundle, workFolder })
      : noCodeCaches;
    const executable = await makeExecutable({ target, bundle, caches, version, workFolder });

    const name = `system-monitor-${version}-${target.name}`;
    const download = join(outputFolder, target.platform === 'win32' ? `${name}.exe` : name);
    await copyFile(executable, download);

    const packages = await packagesInside(bundle.metafile);
    const node = await nodeInside(target);
    const documents = await documentsOf({ ...release, packages, node });
    const bill = billOfMaterials({
      ...{ info, packages, node, sourceEpoch: release.sourceEpoch },
      executableSha256: await sha256Of(download),
    });
    await writeFile(join(outputFolder, `${name}.cdx.json`), bill);
    await makeArchivesOf(release, target, { executable, documents, workFolder, name });
    await makePackagesOf(release, target, { executable, documents, workFolder });
  } finally {
    await rm(workFolder, { recursive: true, force: true });
  }
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(0);
  console.log(`${target.name}: ${seconds} s`);
}

interface Made {
  readonly executable: string;
  readonly documents: ReleaseDocuments;
  readonly workFolder: string;
}

async function makeArchivesOf(
  { version, sourceEpoch: epoch, outputFolder, compression }: Release,
  target: Target,
  { executable, documents, workFolder, name }: Made & { readonly name: string },
): Promise<void> {
  const folder = join(workFolder, `system-monitor-${version}`);
  await mkdir(folder);
  const program = join(folder, executableName(target));
  await copyFile(executable, program);
  await chmod(program, 0o755);
  const files: Record<string, string> = {
    'LICENSE.txt': documents.license,
    'THIRD-PARTY-LICENSES.txt': documents.thirdPartyLicenses,
    'INSTALL.md': documents.installGuide,
  };
  if (target.platform === 'win32') {
    files['completion.ps1'] = documents.completions.powershell;
  } else {
    files['system-monitor.1'] = documents.manualPage;
    for (const shell of ['bash', 'zsh', 'fish'] as const) {
      files[`completion.${shell}`] = documents.completions[shell];
    }
  }
  if (target.platform === 'linux') {
    files['system-monitor.service'] = systemdUnit({
      executable: '/usr/local/bin/system-monitor',
      configurationFile: '/etc/system-monitor/config.json',
    });
  }
  for (const [file, content] of Object.entries(files)) await writeFile(join(folder, file), content);
  await makeArchives(target.archives, {
    ...{ folder, sourceEpoch: epoch, compression },
    output: join(outputFolder, name),
  });
}

async function makePackagesOf(release: Release, target: Target, made: Made): Promise<void> {
  const { executable, workFolder } = made;
  const common = { ...release, target, executable, workFolder };
  if (target.platform === 'linux') {
    if (hasProgram('dpkg-deb')) await makeDebianPackage({ ...common, ...made.documents });
    else leaveOut(`.deb of ${target.name}`, 'dpkg-deb is not here');
    if (hasProgram('rpmbuild')) await makeRpmPackage({ ...common, ...made.documents });
    else leaveOut(`.rpm of ${target.name}`, 'rpmbuild is not here');
  }
  if (target.platform === 'win32') {
    if (hasProgram('makensis')) await makeWindowsSetup({ ...common, ...made.documents });
    else leaveOut(`setup program of ${target.name}`, 'makensis is not here');
  }
}

/** With the place they fetch from and the version they install filled in. */
async function copyInstallScripts({ version, outputFolder }: Release): Promise<void> {
  for (const name of ['install.sh', 'install.ps1']) {
    const script = await readFile(join(projectRoot, 'scripts', name), 'utf8');
    const filled = script
      .replaceAll('@RELEASE_URL@', process.env.RELEASE_URL ?? '')
      .replaceAll('@VERSION@', version);
    await writeFile(join(outputFolder, name), filled, { mode: 0o755 });
  }
}

/** In the format of sha256sum(1), by name. */
async function writeChecksums(folder: string): Promise<void> {
  const lines: string[] = [];
  for (const name of (await readdir(folder)).sort()) {
    lines.push(`${await sha256Of(join(folder, name))}  ${basename(name)}\n`);
  }
  await writeFile(join(folder, 'SHA256SUMS'), lines.join(''));
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

await main(process.argv.slice(2));
