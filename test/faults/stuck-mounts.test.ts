/** Dead mounts, made by a FUSE server that never answers statfs, beside whole samples. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from '@jest/globals';
import {
  asRoot,
  fromEnvironment,
  onPlatform,
  type Requirement,
  testWith,
  withFile,
} from '../support/requirement.ts';
import type { Seen } from './stuck-mounts-scenario.ts';

const run = promisify(execFile);

const requirements: readonly Requirement[] = [
  onPlatform('linux'),
  asRoot(),
  fromEnvironment('STUCK_MOUNT'),
  withFile('/dev/fuse'),
  withFile('/usr/bin/unshare'),
];

async function sampleBeside(count: number): Promise<{ seen: Seen; mountPoints: string[] }> {
  const folder = mkdtempSync(join(tmpdir(), 'stuck-'));
  try {
    const scenario = join(import.meta.dirname, 'stuck-mounts-scenario.ts');
    const { stdout } = await run('unshare', [
      ...['--mount', '--propagation', 'private', '--', process.execPath],
      ...['--disable-warning=ExperimentalWarning', scenario],
      ...[process.env.STUCK_MOUNT ?? '', folder, String(count)],
    ]);
    const mountPoints = Array.from({ length: count }, (_, index) => join(folder, `m${index}`));
    return { seen: JSON.parse(stdout), mountPoints: mountPoints.sort() };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

for (const count of [1, 20]) {
  testWith(
    requirements,
    `beside ${count} dead mounts every report is whole, each mount is named and asked once, and comes back`,
    async () => {
      const { seen, mountPoints } = await sampleBeside(count);
      for (const sample of seen.dead) {
        expect(sample.emptyParts).toEqual([]);
        expect(sample.diskMountPoints).toContain('/');
        expect(sample.stuck).toEqual(mountPoints);
        expect(sample.waitingProbes).toBe(count);
        for (const mountPoint of mountPoints) {
          expect(sample.diskMountPoints).not.toContain(mountPoint);
        }
      }
      // Another program of this machine may have a long name.
      const warnings = seen.warnings.filter((one) => !one.startsWith('names.cut'));
      expect(warnings.sort()).toEqual(mountPoints.map((mountPoint) => `mount.stuck ${mountPoint}`));
      expect(seen.poolWentOn).toBe(true);
      expect(seen.recovered.stuck).toEqual([]);
      expect(seen.recovered.diskMountPoints).toContain(mountPoints[0]);
    },
  );
}
