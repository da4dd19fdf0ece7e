/**
 * Whatever others do at once, reports go out in their seconds: hostile names, a pattern made to run
 * back over them, mounts that never answer, and more interfaces than anybody has.
 */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from '@jest/globals';
import { builtExecutable } from '../support/program.ts';
import {
  asRoot,
  fromEnvironment,
  onPlatform,
  testWith,
  withFile,
  withProgram,
} from '../support/requirement.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { hostile, type Seen } from './hostile-figures.ts';

const run = promisify(execFile);

testWith(
  [
    ...[onPlatform('linux'), asRoot(), builtExecutable(), fromEnvironment('STUCK_MOUNT')],
    ...[withFile('/dev/fuse'), withFile('/usr/bin/unshare'), withProgram('ip', '-Version')],
  ],
  '150 hostile processes, a hostile pattern, 20 stuck mounts and 1 000 interfaces at once',
  async () => {
    const folder = temporaryFolder();
    const scenario = join(import.meta.dirname, 'programs/hostile-scenario.ts');
    await run('unshare', [
      ...['--net', '--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child'],
      ...['--mount-proc', '--', process.execPath, '--disable-warning=ExperimentalWarning'],
      ...[scenario, process.env.STUCK_MOUNT ?? '', folder],
    ]);
    const seen: Seen = JSON.parse(readFileSync(join(folder, 'seen.json'), 'utf8'));

    // One more or less, because the watch begins and ends somewhere in a second.
    expect(seen.reports.length).toBeGreaterThanOrEqual(hostile.watchedSeconds - 1);
    const epochs = seen.reports.map(({ epoch }) => epoch);
    expect(Math.max(...epochs) - Math.min(...epochs)).toBeLessThan(seen.reports.length + 1);
    for (const report of seen.reports) {
      expect(report.bytes).toBeLessThanOrEqual(hostile.reportKib * 1024);
      expect(report.interfaces).toBe(hostile.interfaces + 1);
      expect(report.processes).toBeGreaterThan(0);
      expect(report.longestNameBytes).toBe(64);
      expect(report.disks).toContain('/');
      expect(report.disks.filter((mountPoint) => mountPoint.startsWith(folder))).toEqual([]);
    }
    expect(seen.stopMs).toBeLessThan(2000);
    expect(seen.exitCode).toBe(0);

    const { remarks, running } = seen.status;
    expect(running).toBe(true);
    const kinds = remarks.map(({ remark }) => remark);
    expect(kinds.filter((kind) => kind === 'mount.stuck')).toHaveLength(hostile.mounts);
    expect(kinds).toEqual(expect.arrayContaining(['names.cut', 'report.cut']));
  },
  120_000,
);
