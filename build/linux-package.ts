/**
 * What the .deb and the .rpm have in common: the files that they install, and a folder that holds
 * them as they will lie on the machine.
 */
import { chmod, copyFile, mkdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { CompletionShell } from '../src/cli/completion/index.ts';
import { systemdUnit } from '../src/service/systemd-unit.ts';
import type { Compression } from './archives.ts';
import { projectRoot } from './bundle.ts';
import type { Target } from './targets.ts';

/** xz takes about a minute for 110 MB. */
export const packTimeoutMs = 15 * 60_000;

/** In a package; on the machine with a slash before it. */
const installedExecutable = 'usr/bin/system-monitor';

export interface LinuxPackageOptions {
  readonly target: Target;
  readonly version: string;
  readonly sourceEpoch: number;
  readonly compression: Compression;
  /** Path of the executable. */
  readonly executable: string;
  readonly license: string;
  readonly manualPage: string;
  readonly completions: Readonly<Record<CompletionShell, string>>;
  readonly thirdPartyLicenses: string;
  readonly workFolder: string;
  readonly outputFolder: string;
}

interface PackagedFile {
  readonly content: PackagedContent;
  readonly mode: number;
}

/** The executable is copied, because it is large. */
type PackagedContent = string | Uint8Array | { readonly copyOf: string };

/** By path in the package, without a slash before it. */
export type PackagedFiles = ReadonlyMap<string, PackagedFile>;

/** Where distributions differ; paths in the package. */
interface PackagePlaces {
  readonly units: string;
  readonly zshCompletions: string;
}

/** The program, its unit, its manual page and completions, which both packages install. */
export function programFiles(options: LinuxPackageOptions, places: PackagePlaces): PackagedFiles {
  const { executable, manualPage, completions } = options;
  const unit = systemdUnit({
    executable: `/${installedExecutable}`,
    configurationFile: '/etc/system-monitor/config.json',
  });
  return new Map([
    [installedExecutable, { content: { copyOf: executable }, mode: 0o755 }],
    [`${places.units}/system-monitor.service`, data(unit)],
    ['usr/share/man/man1/system-monitor.1.gz', data(compressed(manualPage))],
    ['usr/share/bash-completion/completions/system-monitor', data(completions.bash)],
    [`${places.zshCompletions}/_system-monitor`, data(completions.zsh)],
    ['usr/share/fish/vendor_completions.d/system-monitor.fish', data(completions.fish)],
  ]);
}

/** A file that everybody may read. */
export function data(content: string | Uint8Array): PackagedFile {
  return { content, mode: 0o644 };
}

/** gzip at its best and without a time, as Debian's policy asks for documents. */
export function compressed(text: string): Uint8Array {
  return gzipSync(text, { level: 9 });
}

/** What every package has in common, by the word that stands for it in their scripts. */
const commonParts = { '@PROGRAM@': 'linux/program.sh', '@SETTINGS@': 'linux/settings.sh' } as const;

/** A script that a package manager runs, from build/assets/, with the common parts in it. */
export async function packageScript(path: string): Promise<string> {
  const read = async (name: string) =>
    await readFile(join(projectRoot, 'build/assets', name), 'utf8');
  let script = await read(path);
  for (const [word, file] of Object.entries(commonParts)) {
    const part = (await read(file)).trimEnd();
    script = script.replace(word, () => part);
  }
  return script;
}

/** Lays the files out under `root`, all of one time, in folders that everybody may enter. */
export async function layOut(
  root: string,
  files: PackagedFiles,
  sourceEpoch: number,
): Promise<void> {
  const folders = new Set<string>([root]);
  for (const [path, { content, mode }] of files) {
    const file = join(root, path);
    await mkdir(dirname(file), { recursive: true });
    for (let folder = dirname(file); folder !== root; folder = dirname(folder)) folders.add(folder);
    if (typeof content === 'object' && 'copyOf' in content) await copyFile(content.copyOf, file);
    else await writeFile(file, content);
    // writeFile's mode would pass through the umask.
    await chmod(file, mode);
    await utimes(file, sourceEpoch, sourceEpoch);
  }
  for (const folder of folders) {
    await chmod(folder, 0o755);
    await utimes(folder, sourceEpoch, sourceEpoch);
  }
}

/** Sum of the files, each rounded up to whole kilobytes. */
export async function kilobytesOf(files: PackagedFiles): Promise<number> {
  let sum = 0;
  for (const { content } of files.values()) {
    const bytes =
      typeof content === 'object' && 'copyOf' in content
        ? (await stat(content.copyOf)).size
        : content.length;
    sum += Math.ceil(bytes / 1024);
  }
  return sum;
}
