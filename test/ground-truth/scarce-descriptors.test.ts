/** Few descriptors and many processes: the list is whole, and what only saves time goes first. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from '@jest/globals';
import { onPlatform, testWith, withFile } from '../support/requirement.ts';

const run = promisify(execFile);
const processes = 300;

/** A shell that starts as many sleeping children, and ends them with itself. */
const crowd = `for i in $(seq ${processes}); do sleep 600 & done; echo ready; read -r line; kill $(jobs -p)`;

testWith(
  [onPlatform('linux'), withFile('/usr/bin/prlimit')],
  'with 64 descriptors and 300 processes the list is whole, also when none is left',
  async () => {
    const child = spawn('bash', ['-c', crowd], { stdio: ['pipe', 'pipe', 'inherit'] });
    const closed = once(child, 'close');
    try {
      await once(child.stdout, 'data');
      const program = join(import.meta.dirname, 'programs/scarce-descriptors.ts');
      const node = [process.execPath, '--disable-warning=ExperimentalWarning', program];
      const { stdout } = await run('/usr/bin/prlimit', ['--nofile=64:64', ...node]);
      const { counts, kept, remarks, said } = JSON.parse(stdout);
      expect(counts).toHaveLength(4);
      for (const count of counts) expect(count).toBeGreaterThan(processes);
      expect(kept).toBeLessThanOrEqual(64 / 4);
      expect(kept).toBeGreaterThan(0);
      expect(remarks).toContain('descriptors.scarce');
      const [ofFile, ofProgram] = said;
      expect(ofFile).toMatch(/^read \/proc\/stat: EMFILE: too many open files.*ulimit -n/);
      expect(ofProgram).toMatch(/^run true: .*EMFILE/);
    } finally {
      child.stdin.end('\n');
      await closed;
    }
  },
  60_000,
);
