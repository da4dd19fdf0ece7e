/** A disk behind a FUSE daemon, as an NTFS one is, whose daemon stops answering for a while. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from '@jest/globals';
import { asRoot, onPlatform, testWith, withFile } from '../support/requirement.ts';
import type { SeenDisk } from './programs/fuse-disk-samples.ts';

const run = promisify(execFile);

const requirements = [
  onPlatform('linux'),
  asRoot(),
  withFile('/dev/fuse'),
  withFile('/dev/loop-control'),
  withFile('/usr/bin/python3'),
  withFile('/usr/bin/unshare'),
];

testWith(
  requirements,
  'a FUSE disk is a disk; while its daemon hangs it is left out and named once, and it comes back by itself',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'fuse-disk-'));
    try {
      const { stdout } = await run('unshare', [
        ...['--mount', '--propagation', 'private', '--', process.execPath],
        ...['--disable-warning=ExperimentalWarning'],
        ...[join(import.meta.dirname, 'programs/fuse-disk-samples.ts'), folder],
      ]);
      const seen: SeenDisk = JSON.parse(stdout);
      const mountPoint = join(folder, 'disk');
      // 1000 blocks of f_frsize, of which 600 are free and 500 free to all; f_bsize is 65536.
      const disk = {
        file_system: 'fuseblk',
        mount_point: mountPoint,
        total: 1000 * 4096,
        used: 400 * 4096,
        free: 500 * 4096,
      };
      expect(seen.answering).toEqual(disk);
      expect(seen.df.split('\n')[1]?.trim().split(/\s+/).map(Number)).toEqual([
        ...[disk.total, disk.used, disk.free],
      ]);
      expect(seen.dead).toEqual([null, null, null]);
      expect(seen.stuckWhileDead).toEqual([mountPoint]);
      expect(seen.answeringAgain).toEqual(disk);
      expect(seen.events).toEqual(['warn: mount.stuck', 'info: mount.recovered']);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);
