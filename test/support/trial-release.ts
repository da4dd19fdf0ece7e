/** A folder of downloads for install.sh, and the script as the release carries it. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const script = join(import.meta.dirname, '../../scripts/install.sh');

export interface TrialRelease {
  /** `release/` in it gets the downloads; several versions may lie there. */
  readonly folder: string;
  readonly version: string;
  /** Path of the program in the archive. */
  readonly program: string;
  /** The script arrives in `folder` under this name. */
  readonly script: string;
}

/** Returns the path of the archive, which is for this machine. */
export function makeTrialRelease(release: TrialRelease): string {
  const { folder, version, program } = release;
  const downloads = join(folder, 'release');
  const content = join(folder, `system-monitor-${version}`);
  mkdirSync(downloads, { recursive: true });
  mkdirSync(content);
  copyFileSync(program, join(content, 'system-monitor'));
  const system = process.platform === 'darwin' ? 'darwin' : 'linux';
  const name = `system-monitor-${version}-${system}-${process.arch}.tar.gz`;
  const archive = join(downloads, name);
  execFileSync('tar', ['-I', 'gzip -1', '-cf', archive, '-C', folder, basename(content)]);
  const sum = createHash('sha256').update(readFileSync(archive)).digest('hex');
  writeFileSync(join(downloads, 'SHA256SUMS'), `${sum}  ${name}\n`, { flag: 'a' });
  const filled = readFileSync(script, 'utf8').replaceAll('@VERSION@', version);
  writeFileSync(join(folder, release.script), filled);
  return archive;
}
