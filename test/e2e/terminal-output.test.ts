/** What others chose, at a real terminal: it is shown, and steers nothing. */
import { execFile, spawn } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from '@jest/globals';
import { builtExecutable, executable } from '../support/program.ts';
import { onPlatform, testWith, withFile } from '../support/requirement.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const run = promisify(execFile);

/** Ends a line, clears the screen, turns colours on (C0 and C1), and turns the writing round. */
const hostile = 'e\u001b[2J\u009b31m\u202ez';

testWith(
  [onPlatform('linux'), builtExecutable(), withFile('/usr/bin/script')],
  'a name full of control characters is shown by their numbers, in tables and in JSON; a pipe has it as it is',
  async () => {
    const folder = temporaryFolder();
    const program = join(folder, hostile);
    copyFileSync('/usr/bin/sleep', program);
    const child = spawn(program, ['600']);
    try {
      const environment = { SYSTEM_MONITOR_CONFIG: join(folder, 'config.json') };
      const atTerminal = async (words: string): Promise<string> => {
        const line = `stty cols 400; ${executable} processes --include 'e*z' ${words}`;
        const options = { env: { ...environment, PATH: '/usr/bin:/bin', TERM: 'xterm' } };
        return (await run('script', ['-qec', line, '/dev/null'], options)).stdout;
      };
      const escaped = 'e\\u001b[2J\\u009b31m\\u202ez';
      for (const words of ['', '--json']) {
        const text = await atTerminal(words);
        expect(text).toContain(escaped);
        expect(text).not.toMatch(/(?![\r\n])[\p{Cc}\p{Cf}]/u);
      }
      const [listed] = JSON.parse(await atTerminal('--json'));
      expect(listed).toMatchObject({ pid: child.pid, name: hostile });

      const piped = await run(executable, ['processes', '--include', 'e*z'], { env: environment });
      expect(piped.stdout).toContain('\u009b31m\u202ez');
      expect(JSON.parse(piped.stdout)).toEqual([listed]);
    } finally {
      child.kill();
    }
  },
);
