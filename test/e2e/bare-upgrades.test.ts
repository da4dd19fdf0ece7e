/**
 * Upgrades by `service install` from the bare file and by install.sh that fail, on a freshly booted
 * machine: after each the older or the newer program runs and reports, and what happened is said.
 */
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { type OriginalReceiver, startOriginalReceiver } from '../support/original-receiver.ts';
import { builtExecutable, executable } from '../support/program.ts';
import { asRoot, onPlatform, testWith } from '../support/requirement.ts';
import { noted, runInSystemdRoom, systemdRunner } from '../support/systemd-room.ts';
import { makeTrialRelease } from '../support/trial-release.ts';
import { attempted, trialPrograms, upgradeHelpers } from '../support/upgrade-room.ts';

const needed = [builtExecutable(), onPlatform('linux'), systemdRunner(), asRoot()];
const minutes = 60_000;

/** What is told apart: the newer program is the older one and a byte. */
type Which = 'older' | 'newer';

interface Row {
  readonly name: string;
  /** For `service install`, and for install.sh, which brings the newer program or a broken one. */
  readonly channels: readonly ('service' | 'script')[];
  /** bash, before and after the attempt. */
  readonly make?: string;
  readonly undo?: string;
  /** Of the command. */
  readonly words?: string;
  /** The download that install.sh is given. */
  readonly release?: 'newer' | 'broken';
  readonly says: RegExp;
  readonly isThere: Which;
  readonly isUntouched: boolean;
  readonly fails: boolean;
}

const both = ['service', 'script'] as const;
const older = { isThere: 'older', isUntouched: true, fails: true } as const;

const rows: readonly Row[] = [
  {
    name: 'flag',
    channels: both,
    words: '--interval soon',
    says: /--interval: interval = "soon"/,
    ...older,
  },
  {
    name: 'settings',
    channels: both,
    make: `echo '{"interval": "soon"}' > $config`,
    undo: 'cp /work/kept.json $config',
    says: /config\.json: interval = "soon"/,
    ...older,
  },
  {
    name: 'full-disk',
    channels: both,
    make: 'full_disk /usr/local/bin 250m',
    undo: 'end_full_disk /usr/local/bin',
    says: /ENOSPC|No space left on device/,
    ...older,
  },
  {
    name: 'locked',
    channels: both,
    make: 'mount --bind $program $program',
    undo: 'umount --lazy $program',
    says: /EBUSY/,
    ...older,
  },
  {
    name: 'broken',
    channels: ['script'],
    release: 'broken',
    says: /does not work on this machine \(system-monitor --version\): libnew\.so\.1: cannot open shared object file\. Nothing was changed\./,
    ...older,
  },
  {
    // As a sandbox that does not agree with the newer one.
    name: 'ending',
    channels: both,
    make: `mkdir -p /etc/systemd/system/system-monitor.service.d
printf '[Service]\\nExecStartPre=/usr/bin/cmp -s /usr/local/bin/system-monitor /work/system-monitor\\n' > /etc/systemd/system/system-monitor.service.d/older.conf`,
    undo: 'rm -r /etc/systemd/system/system-monitor.service.d; systemctl daemon-reload',
    says: /The older version was put back, and runs again\./,
    ...{ isThere: 'older', isUntouched: false, fails: true },
  },
  {
    name: 'upgrade',
    channels: both,
    undo: './system-monitor service install',
    says: /Upgraded and started\.[\s\S]*First report: accepted by the server/,
    ...{ isThere: 'newer', isUntouched: false, fails: false },
  },
];

const commands = {
  service: () => './newer service install',
  script: (release: string) => `sh /work/install-${release}.sh --from /work/release --service`,
} as const;

function step({ name, make, undo, words, release }: Row, channel: keyof typeof commands): string {
  const command = `${commands[channel](release ?? 'newer')} ${words ?? ''}`;
  return [
    make,
    `attempt ${channel}-${name} $program ${command}`,
    `note ${channel}-${name}-there cmp -s ./system-monitor $program`,
    `note ${channel}-${name}-remains find /usr/local/bin -name '*system-monitor?*'`,
    undo,
  ].join('\n');
}

let folder = '';
let receiver: OriginalReceiver;

beforeAll(async () => {
  if (needed.some(({ met }) => !met)) return;
  folder = mkdtempSync(join(tmpdir(), 'bare-upgrades-'));
  const newer = join(folder, 'newer');
  copyFileSync(executable, newer);
  writeFileSync(newer, '\n', { flag: 'a' });
  makeTrialRelease({ folder, version: '1.0.1', program: newer, script: 'install-newer.sh' });
  const broken = join(folder, 'broken');
  writeFileSync(broken, trialPrograms.broken(), { mode: 0o755 });
  makeTrialRelease({ folder, version: '1.0.2', program: broken, script: 'install-broken.sh' });
  receiver = await startOriginalReceiver({ registeredIds: [] });
  const script = `${upgradeHelpers}
program=/usr/local/bin/system-monitor
config=/etc/system-monitor/config.json
./system-monitor service install --url ${receiver.url} --interval 1
new_reports
cp $config /work/kept.json
${rows.flatMap((row) => row.channels.map((channel) => step(row, channel))).join('\n')}
new_reports
`;
  await runInSystemdRoom({ folder, receiver, script, files: { 'system-monitor': executable } });
}, 10 * minutes);

afterAll(async () => {
  await receiver?.close();
  if (folder !== '') rmSync(folder, { recursive: true, force: true });
});

for (const { name, channels, says, fails, isUntouched, isThere } of rows) {
  for (const channel of channels) {
    testWith(needed, `${channel}, an upgrade: ${name}`, () => {
      const attempt = attempted(folder, `${channel}-${name}`);
      const there = noted(folder, `${channel}-${name}-there`).status === 0 ? 'older' : 'newer';
      expect(attempt.said).toMatch(says);
      expect({ there, fails: attempt.status !== 0, isUntouched: attempt.isUntouched }).toEqual({
        ...{ there: isThere, fails, isUntouched },
      });
      expect(noted(folder, `${channel}-${name}-remains`).stdout).toBe('');
    });
  }
}
