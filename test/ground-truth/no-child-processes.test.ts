/** What our samples start: nothing. Counted by the kernel, not by a hook that could be passed by. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { onPlatform, testWith, withFile } from '../support/requirement.ts';

const strace = '/usr/bin/strace';

testWith(
  [onPlatform('linux'), withFile(strace)],
  'three whole samples start no program and no process',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'execs-'));
    try {
      const trace = join(folder, 'trace');
      const reports = execFileSync(
        strace,
        [
          ...['-f', '-qq', '-e', 'trace=execve,execveat,fork,vfork,clone,clone3', '-o', trace],
          process.execPath,
          join(import.meta.dirname, 'programs/collect-all.ts'),
        ],
        { encoding: 'utf8' },
      );
      expect(reports).toBe('3\n');
      const calls = readFileSync(trace, 'utf8').split('\n');
      // The first is Node itself. Threads are made by clone too, and say so.
      expect(calls.filter((call) => call.includes('exec'))).toHaveLength(1);
      const forks = calls.filter((call) => /fork|clone/.test(call) && !call.includes('resumed'));
      expect(forks.filter((call) => !call.includes('CLONE_THREAD'))).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);
