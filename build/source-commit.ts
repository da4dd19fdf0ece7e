import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { projectRoot } from './bundle.ts';

const run = promisify(execFile);

/**
 * The commit that this source tree is: its first twelve digits, `-dirty` behind them where files
 * differ from it, `unknown` in a tree without git (a source tarball).
 */
export async function sourceCommit(root = projectRoot): Promise<string> {
  try {
    // --exclude: no tag's name, whatever tags there are.
    const words = ['describe', '--always', '--dirty', '--abbrev=12', '--exclude=*'];
    const { stdout } = await run('git', words, { cwd: root, timeout: 30_000 });
    return stdout.trim();
  } catch {
    return 'unknown';
  }
}

/**
 * When that commit was made, in seconds since 1970: the time that every packed file is given.
 * SOURCE_DATE_EPOCH overrides it (reproducible-builds.org); 2026-01-01 stands in without git.
 */
export async function sourceEpoch(root = projectRoot): Promise<number> {
  const given = Number(process.env.SOURCE_DATE_EPOCH);
  if (Number.isSafeInteger(given) && given > 0) return given;
  try {
    const words = ['log', '-1', '--format=%ct'];
    const { stdout } = await run('git', words, { cwd: root, timeout: 30_000 });
    return Number(stdout.trim());
  } catch {
    return Date.UTC(2026, 0, 1) / 1000;
  }
}
