/** An autofs mounts something when its path is asked about. We never ask, whatever is included. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from '@jest/globals';
import { asRoot, onPlatform, testWith, withFile } from '../support/requirement.ts';
import type { SeenAutofs } from './programs/beside-autofs.ts';

const run = promisify(execFile);

testWith(
  [onPlatform('linux'), asRoot(), withFile('/usr/bin/python3'), withFile('/usr/bin/unshare')],
  'an autofs is never sprung, though stat springs it',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'autofs-'));
    try {
      const { stdout } = await run('unshare', [
        ...['--mount', '--propagation', 'private', '--', process.execPath],
        ...['--disable-warning=ExperimentalWarning'],
        ...[join(import.meta.dirname, 'programs/beside-autofs.ts'), folder],
      ]);
      const seen: SeenAutofs = JSON.parse(stdout);
      expect(seen.afterOurs).toBe('quiet');
      expect(seen.afterStat).toBe('sprung');
      expect(seen.mountPoints).toContain('/');
      expect(seen.mountPoints).not.toContain(join(folder, 'auto'));
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);
