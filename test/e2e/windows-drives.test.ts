/** Drives beside the one that Windows runs from: asked by a helper, which may hang. */
import { execFile } from 'node:child_process';
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
import type { DrivesOnWindows } from './programs/windows-drives.ts';

const run = promisify(execFile);
const room = process.env.WINDOWS_ROOM ?? '/var/tmp/windows-room';

const requirements: readonly Requirement[] = [
  onPlatform('linux'),
  asRoot(),
  fromEnvironment('WINDOWS_RUNNER'),
  withFile('/usr/bin/unshare'),
];

testWith(
  requirements,
  'a drive that hangs delays no sample, is named, and comes back; a folder with a letter is a drive',
  async () => {
    const scenario = join(import.meta.dirname, 'programs', 'windows-drives-scenario.ts');
    const { stdout } = await run('unshare', [
      ...['--mount', '--propagation', 'private', '--', process.execPath],
      ...['--disable-warning=ExperimentalWarning', scenario, room],
    ]);
    const { samples, events }: DrivesOnWindows = JSON.parse(stdout);
    const { 'S:\\': folder, 'C:\\': below, ...others } = samples[0]?.disks ?? {};
    expect(folder?.total).toBe(below?.total);
    expect(Object.keys(others)).toEqual(['Z:\\']);

    const stuck = samples.filter((sample) => sample.stuck.length > 0);
    expect(stuck.length).toBeGreaterThan(1);
    for (const sample of stuck) {
      expect(Object.keys(sample.disks)).toEqual(['C:\\', 'Z:\\']);
      expect(sample.stuck).toEqual(['S:\\']);
      expect(sample.tookMs).toBeLessThan(5000);
    }
    expect(Object.keys(samples.at(-1)?.disks ?? {})).toEqual(['C:\\', 'S:\\', 'Z:\\']);
    expect(events).toEqual(['mount.stuck S:\\', 'mount.recovered S:\\']);
  },
  120_000,
);
