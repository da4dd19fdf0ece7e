/**
 * Upgrades by .deb and by .rpm that fail, on a freshly booted machine: after each the old or the new
 * program runs and reports, and what happened is said. The packages' programs are a few lines that
 * stand for their version (test/support/upgrade-room.ts); all else is as released.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { type OriginalReceiver, startOriginalReceiver } from '../support/original-receiver.ts';
import { builtExecutable, executable } from '../support/program.ts';
import { asRoot, onPlatform, programsInPath, testWith } from '../support/requirement.ts';
import { takeRpmAlong } from '../support/rpm-package.ts';
import { runInSystemdRoom, systemdRunner } from '../support/systemd-room.ts';
import {
  attempted,
  makeTrialPackage,
  rpmHelper,
  trialPrograms,
  upgradeHelpers,
} from '../support/upgrade-room.ts';

const needed = [
  ...[builtExecutable(), onPlatform('linux'), systemdRunner(), asRoot()],
  ...programsInPath('dpkg-deb', 'rpmbuild'),
];
const minutes = 60_000;

const channels = [
  {
    name: '.deb',
    kind: 'deb',
    install: 'dpkg --install',
    back: 'dpkg --install',
    remove: 'dpkg --purge system-monitor',
    failingScriptsFail: true,
  },
  {
    name: '.rpm',
    kind: 'rpm',
    install: 'rpm --upgrade --nodeps',
    back: 'rpm --upgrade --oldpackage --nodeps',
    remove: 'rpm --erase system-monitor',
    // To rpm a script after the files is a warning.
    failingScriptsFail: false,
  },
] as const;

interface Row {
  readonly name: string;
  readonly says: RegExp;
  readonly version: string;
  /** Whether the process of the service is the one that it was. */
  readonly isUntouched: boolean;
  readonly fails: boolean | 'by script';
}

const rows: readonly Row[] = [
  {
    name: 'full-disk',
    says: /No space left|needs .* more space|cannot (copy|write)|failed to write/i,
    ...{ version: '1.0.0', isUntouched: true, fails: true },
  },
  {
    name: 'locked',
    says: /unable to make backup link of|unpacking of archive failed on file/,
    ...{ version: '1.0.0', isUntouched: true, fails: true },
  },
  {
    name: 'broken',
    says: /does not work on this machine: libnew\.so\.1: cannot open shared object file[\s\S]*put back, and the service was left alone/,
    ...{ version: '1.0.0', isUntouched: true, fails: 'by script' },
  },
  {
    name: 'ending',
    says: /ended right after its start: this version cannot go on[\s\S]*put back, and runs again/,
    ...{ version: '1.0.0', isUntouched: false, fails: 'by script' },
  },
  {
    name: 'settings',
    says: /the settings cannot be used: [\s\S]*interval[\s\S]*the version that runs goes on/,
    ...{ version: '1.0.1', isUntouched: true, fails: false },
  },
  { name: 'upgrade', says: /^/, version: '1.0.1', isUntouched: false, fails: false },
];

describe.each(channels)('$name', ({ kind, install, back, remove, failingScriptsFail }) => {
  let folder = '';
  let receiver: OriginalReceiver;

  beforeAll(async () => {
    if (needed.some(({ met }) => !met)) return;
    folder = mkdtempSync(join(tmpdir(), 'package-upgrades-'));
    const package_ = async (version: string, text: string) => {
      const trial = { outputFolder: folder, version, program: text };
      return `./${basename(await makeTrialPackage(kind, trial))}`;
    };
    const older = await package_('1.0.0', trialPrograms.working('1.0.0'));
    const newer = await package_('1.0.1', trialPrograms.working('1.0.1'));
    const broken = await package_('1.0.2', trialPrograms.broken());
    const ending = await package_('1.0.3', trialPrograms.ending('1.0.3'));
    await takeRpmAlong(join(folder, 'rpm'));
    receiver = await startOriginalReceiver({ registeredIds: [] });
    const script = `${rpmHelper}${upgradeHelpers}
program=/usr/bin/system-monitor
config=/etc/system-monitor/config.json
mkdir -p /etc/system-monitor
echo '{"url": "${receiver.url}", "interval": 1}' > $config
note install ${install} ${older}
new_reports

full_disk /usr/bin
attempt full-disk $program ${install} ${newer}
end_full_disk /usr/bin

mount --bind $program $program
attempt locked $program ${install} ${newer}
umount --lazy $program

attempt broken $program ${install} ${broken}
note back ${back} ${older}
attempt ending $program ${install} ${ending}
note back ${back} ${older}

cp -p $config /work/kept.json
echo '{"interval": "soon"}' > $config
attempt settings $program ${install} ${newer}
cp /work/kept.json $config
note back ${back} ${older}
new_reports
attempt upgrade $program ${install} ${newer}
note remains find /usr/lib/system-monitor
note remove ${remove}
`;
    await runInSystemdRoom({
      ...{ folder, receiver, script },
      files: { 'system-monitor': executable },
    });
  }, 5 * minutes);

  afterAll(async () => {
    await receiver?.close();
    if (folder !== '') rmSync(folder, { recursive: true, force: true });
  });

  for (const { name, says, fails, ...rest } of rows) {
    testWith(needed, `an upgrade: ${name}`, () => {
      const { status, said, version, isUntouched } = attempted(folder, name);
      expect(said).toMatch(says);
      expect({ version, isUntouched }).toEqual(rest);
      expect(status !== 0).toBe(fails === 'by script' ? failingScriptsFail : fails);
    });
  }
});
