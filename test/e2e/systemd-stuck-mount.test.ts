/**
 * A hardened unit gets a view of all mounts of its own, which systemd makes at the start. A mount that
 * never answers must not keep the service from starting, nor its reports from leaving.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { type OriginalReceiver, startOriginalReceiver } from '../support/original-receiver.ts';
import { builtExecutable, executable, until } from '../support/program.ts';
import { asRoot, fromEnvironment, testWith } from '../support/requirement.ts';
import { noted, runInSystemdRoom, systemdRunner } from '../support/systemd-room.ts';

const requirements = [systemdRunner(), fromEnvironment('STUCK_MOUNT'), builtExecutable(), asRoot()];

let folder: string | undefined;
let stuck: ChildProcess | undefined;
let receiver: OriginalReceiver | undefined;

beforeAll(async () => {
  receiver = await startOriginalReceiver({ registeredIds: [] });
});

afterAll(async () => {
  await receiver?.close();
  // Ending it frees whoever waits for the mount, and unmounting needs nobody's answer then.
  stuck?.kill('SIGKILL');
  if (folder === undefined) return;
  spawnSync('umount', ['--lazy', join(folder, 'stuck')]);
  rmSync(folder, { recursive: true });
});

testWith(
  requirements,
  'a dead mount keeps the service neither from starting nor from reporting',
  async () => {
    const top = mkdtempSync(join(tmpdir(), 'systemd-stuck-'));
    folder = top;
    const mountPoint = join(top, 'stuck');
    mkdirSync(mountPoint);
    stuck = spawn(process.env.STUCK_MOUNT ?? '', [mountPoint], { stdio: 'ignore' });
    await until('the dead mount', () =>
      readFileSync('/proc/self/mounts', 'utf8').includes(` ${mountPoint} `),
    );
    if (receiver === undefined) throw new Error('the receiver was not started');
    await runInSystemdRoom({
      folder: top,
      receiver,
      files: { 'system-monitor': executable },
      script: `
note install ./system-monitor service install --url ${receiver.url} --interval 1
pid=$(systemctl show --property=MainPID --value system-monitor)
note seen grep -c ' /work/stuck ' "/proc/$pid/mountinfo"
new_reports; new_reports; new_reports
note restart system-monitor service restart
new_reports
note stop system-monitor service stop
`,
    });
    expect(noted(top, 'install')).toMatchObject({ status: 0 });
    expect(noted(top, 'seen').stdout).toBe('1\n');
    expect(noted(top, 'restart')).toMatchObject({ status: 0 });
    expect(noted(top, 'stop')).toMatchObject({ status: 0 });
  },
  300_000,
);
