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
