/** A whole sample starts no program: counted by strace, which sees every execve of every child. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from '@jest/globals';
import { asRoot, onPlatform, testWith, withFile } from '../support/requirement.ts';

const run = promisify(execFile);

testWith(
  [onPlatform('linux'), asRoot(), withFile('/usr/bin/strace'), withFile('/usr/bin/unshare')],
  'three whole samples of a machine with local disks and known users start no program',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'execs-'));
    try {
      const trace = join(folder, 'trace');
      // Other tests run under users that nobody knows, and make mounts: they are shut out.
      const alone = [
        'unshare',
        '--pid',
        '--fork',
        '--mount-proc',
        '--propagation',
        'private',
        '--',
      ];
      const program = join(import.meta.dirname, 'programs/whole-samples.ts');
      const node = [process.execPath, '--disable-warning=ExperimentalWarning', program];
      const { stdout } = await run('/usr/bin/strace', [
        ...['-f', '-qq', '-e', 'trace=execve,execveat', '-e', 'signal=none', '-o', trace],
        ...[...alone, ...node],
      ]);
      expect(JSON.parse(stdout)).toEqual({ kind: 'collected', failures: 0 });
      // A call that another thread interrupts stands on two lines; only a failed one says so.
      const started = readFileSync(trace, 'utf8').matchAll(/execve(?:at)?\("([^"]*)"(?!.* = -1 )/g);
      expect([...started].map(([, path]) => path)).toEqual([
        expect.stringMatching(/\/unshare$/),
        process.execPath,
      ]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);
