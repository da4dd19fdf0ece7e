import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from '@jest/globals';

export interface SmallDisk {
  readonly folder: string;
  remount(options: string): void;
}

const mounted: string[] = [];

afterEach(() => {
  for (const folder of mounted.splice(0)) {
    // Lazily: a process that is just being killed may still stand in it.
    execFileSync('umount', ['--lazy', folder]);
    rmdirSync(folder);
  }
});

/** A tmpfs of this test alone, unmounted after it. Needs root on Linux. */
export function mountSmallDisk(options: string): SmallDisk {
  const folder = mkdtempSync(join(tmpdir(), 'system-monitor-disk-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder]);
  mounted.push(folder);
  return {
    folder,
    remount: (changed) => {
      execFileSync('mount', ['-o', `remount,${changed}`, folder]);
    },
  };
}
