/**
 * The service has one owner: every way of installing it over every other, on a freshly booted machine.
 * Whatever is done there, a report arrives afterwards, and who owns the service is said. The packages'
 * programs are a few lines that stand for their version (test/support/upgrade-room.ts).
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { buildInfo } from '../../src/base/build-info.ts';
import { type OriginalReceiver, startOriginalReceiver } from '../support/original-receiver.ts';
import { builtExecutable, executable } from '../support/program.ts';
import { asRoot, onPlatform, programsInPath, testWith } from '../support/requirement.ts';
import { takeRpmAlong } from '../support/rpm-package.ts';
import { noted, runInSystemdRoom, systemdRunner } from '../support/systemd-room.ts';
import { makeTrialRelease } from '../support/trial-release.ts';
import {
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
const { version } = buildInfo();

interface Row {
  readonly name: string;
  /** bash: what was there before, in the order in which it was installed. */
  readonly before: readonly (keyof typeof installs)[];
  /** bash: what is done then. */
  readonly act: string;
  /** 0, or whether it fails at all. */
  readonly fails: boolean;
  readonly says: RegExp;
  /** The program that the service runs afterwards. */
  readonly runs: '/usr/bin/system-monitor' | '/usr/local/bin/system-monitor';
  /** Whether that is all that is installed. */
  readonly isAlone?: boolean;
}

const installs = {
  deb: 'dpkg --install $deb',
  rpm: 'rpm --install --nodeps $rpm',
  service: './system-monitor service install',
  script: 'sh install.sh --from /work/release --service',
  // As an older package has left it, that did not look.
  'unit beside deb': `dpkg --install $deb
cp ./system-monitor /usr/local/bin/system-monitor
sed 's|/usr/bin/|/usr/local/bin/|' /lib/systemd/system/system-monitor.service > /etc/systemd/system/system-monitor.service
systemctl daemon-reload; systemctl restart system-monitor`,
} as const;

const packaged = '/usr/bin/system-monitor';
const own = '/usr/local/bin/system-monitor';
const takenOver =
  /the service that "service install" had made is this package's now\. Settings, id and unsent reports stay/;
const belongsToPackage =
  /The service belongs to a package: \/usr\/bin\/system-monitor runs, and this file was not copied\./;

const rows: readonly Row[] = [
  {
    name: 'deb over service',
    before: ['service'],
    act: installs.deb,
    fails: false,
    says: takenOver,
    runs: packaged,
    isAlone: true,
  },
  {
    name: 'rpm over service',
    before: ['service'],
    act: installs.rpm,
    fails: false,
    says: takenOver,
    runs: packaged,
    isAlone: true,
  },
  {
    name: 'service over deb',
    before: ['deb'],
    act: installs.service,
    fails: false,
    says: belongsToPackage,
    runs: packaged,
    isAlone: true,
  },
  {
    name: 'service over rpm',
    before: ['rpm'],
    act: installs.service,
    fails: false,
    says: belongsToPackage,
    runs: packaged,
    isAlone: true,
  },
  {
    ...{ name: 'another version over deb', before: ['deb'] },
    act: 'sed -i "s/echo [0-9.]*/echo 0.9.0/" /usr/bin/system-monitor; ./system-monitor service install',
    ...{ fails: true, runs: packaged, isAlone: true },
    says: /the service belongs to a package, with \/usr\/bin\/system-monitor, version 0\.9\.0[\s\S]*Upgrade the package: apt install \.\/system-monitor_VERSION_ARCHITECTURE\.deb/,
  },
  {
    ...{ name: 'another version over rpm', before: ['rpm'] },
    act: 'sed -i "s/echo [0-9.]*/echo 0.9.0/" /usr/bin/system-monitor; ./system-monitor service install',
    ...{ fails: true, runs: packaged, isAlone: true },
    says: /Upgrade the package: rpm --upgrade \.\/system-monitor-VERSION-1\.ARCHITECTURE\.rpm/,
  },
  {
    ...{ name: 'script over deb', before: ['deb'], act: installs.script },
    ...{ fails: true, runs: packaged, isAlone: true },
    says: /System Monitor is installed here as a package\. Upgrade that: apt install \.\/system-monitor_/,
  },
  {
    ...{ name: 'script over rpm', before: ['rpm'], act: installs.script },
    ...{ fails: true, runs: packaged, isAlone: true },
    says: /System Monitor is installed here as a package\. Upgrade that: /,
  },
  {
    name: 'service over script',
    before: ['script'],
    act: installs.service,
    fails: false,
    says: /Upgraded and started\./,
    runs: own,
    isAlone: true,
  },
  {
    name: 'script over service',
    before: ['service'],
    act: installs.script,
    fails: false,
    says: /Upgraded and started\./,
    runs: own,
    isAlone: true,
  },
  {
    ...{ name: 'script without --service over service', before: ['service'] },
    act: 'sh install.sh --from /work/release',
    ...{ fails: false, says: /Upgraded and started\./, runs: own, isAlone: true },
  },
  {
    name: 'deb over script',
    before: ['script'],
    act: installs.deb,
    fails: false,
    says: takenOver,
    runs: packaged,
    isAlone: true,
  },
  {
    name: 'rpm over script',
    before: ['script'],
    act: installs.rpm,
    fails: false,
    says: takenOver,
    runs: packaged,
    isAlone: true,
  },
  {
    name: 'rpm over deb',
    before: ['deb'],
    act: installs.rpm,
    fails: true,
    says: /installed here as a \.deb\. Remove that first/,
    runs: packaged,
  },
  {
    name: 'deb over rpm',
    before: ['rpm'],
    act: installs.deb,
    fails: true,
    says: /installed here as an \.rpm\. Remove that first/,
    runs: packaged,
  },
  {
    ...{ name: 'uninstall beside deb', before: ['deb'], act: './system-monitor service uninstall' },
    ...{
      fails: true,
      says: /Remove the package instead: apt remove system-monitor/,
      runs: packaged,
    },
  },
  {
    ...{
      name: 'uninstall beside rpm',
      before: ['rpm'],
      act: './system-monitor service uninstall --purge',
    },
    ...{
      fails: true,
      says: /Remove the package instead: rpm --erase system-monitor/,
      runs: packaged,
    },
  },
  {
    ...{ name: 'uninstall of the one beside the other', before: ['unit beside deb'] },
    act: './system-monitor service uninstall --purge',
    ...{ fails: false, runs: packaged, isAlone: true },
    says: /The service of the package that is installed as well runs now: \/usr\/bin\/system-monitor\. Its settings and unsent reports were kept\./,
  },
  {
    ...{ name: 'removal of a package beside the other', before: ['unit beside deb'] },
    act: 'dpkg --remove system-monitor',
    ...{
      fails: false,
      says: /the service that "service install" made is left alone, and runs on/,
      runs: own,
      isAlone: true,
    },
  },
  {
    ...{ name: 'purge of a package beside the other', before: ['unit beside deb'] },
    act: 'dpkg --purge system-monitor',
    ...{
      fails: false,
      says: /stay: the service that "service install" made needs them/,
      runs: own,
      isAlone: true,
    },
  },
  {
    ...{ name: 'service after a package was removed', before: ['deb'] },
    act: 'dpkg --remove system-monitor; ./system-monitor service install; dpkg --purge system-monitor',
    ...{ fails: false, says: /Installed and started\./, runs: own, isAlone: true },
  },
  {
    ...{
      name: 'an upgrade of a package beside the other',
      before: ['unit beside deb'],
      act: installs.deb,
    },
    ...{ fails: false, says: takenOver, runs: packaged, isAlone: true },
  },
];

const key = (name: string) => name.replaceAll(/[^a-z]+/g, '-');

function script(group: readonly Row[], url: string, deb: string, rpm: string): string {
  const clean = `
dpkg --purge system-monitor >/dev/null 2>&1 || true
rpm --erase system-monitor >/dev/null 2>&1 || true
./system-monitor service uninstall --purge >/dev/null 2>&1 || true
rm -rf /etc/system-monitor /var/lib/system-monitor /usr/local/bin/system-monitor
mkdir -p /etc/system-monitor; echo '{"url": "${url}", "interval": 1}' > /etc/system-monitor/config.json
`;
  const steps = group.map(
    ({ name, before, act }) => `${clean}
(${before.map((one) => installs[one]).join('\n')}) > before.log 2>&1 || { cat before.log; exit 1; }
new_reports
note ${key(name)} bash -ec '${act.replaceAll("'", `'\\''`)}'
new_reports || { cat ${key(name)}.out ${key(name)}.err; exit 1; }
note ${key(name)}-runs systemctl show --property=ExecStart system-monitor
note ${key(name)}-enabled systemctl is-enabled system-monitor
note ${key(name)}-there ls -d /usr/bin/system-monitor /usr/local/bin/system-monitor
note ${key(name)}-old find /usr/local/bin /usr/lib/system-monitor /etc/systemd/system -name '*.old' -o -name previous
`,
  );
  return `${rpmHelper}${upgradeHelpers}
export deb=${deb} rpm=${rpm}
${steps.join('\n')}`;
}

/** A machine is booted for each of them: all at once would take it longer than it has. */
const groups = [0, 1, 2].map((group) => rows.filter((_, at) => at % 3 === group));

let folder = '';
let receiver: OriginalReceiver;

const folderOf = (group: number) => join(folder, `group-${group}`);

beforeAll(async () => {
  if (needed.some(({ met }) => !met)) return;
  folder = mkdtempSync(join(tmpdir(), 'one-owner-'));
  receiver = await startOriginalReceiver({ registeredIds: [] });
  for (const [group, members] of groups.entries()) {
    const there = folderOf(group);
    mkdirSync(there);
    const make = async (kind: 'deb' | 'rpm', number: string) => {
      const text = trialPrograms.working(version);
      const trial = { outputFolder: there, version: number, program: text };
      return `/work/${basename(await makeTrialPackage(kind, trial))}`;
    };
    const deb = await make('deb', '1.0.0');
    const rpm = await make('rpm', '1.0.1');
    makeTrialRelease({ folder: there, version, program: executable, script: 'install.sh' });
    await takeRpmAlong(join(there, 'rpm'));
    await runInSystemdRoom({
      ...{ folder: there, receiver, script: script(members, receiver.url, deb, rpm) },
      files: { 'system-monitor': executable },
    });
  }
}, 15 * minutes);

afterAll(async () => {
  await receiver?.close();
  if (folder !== '') rmSync(folder, { recursive: true, force: true });
});

for (const [group, members] of groups.entries()) {
  for (const { name, fails, says, runs, isAlone } of members) {
    testWith(needed, name, () => {
      const there = folderOf(group);
      const { status, stdout, stderr } = noted(there, key(name));
      expect(stdout + stderr).toMatch(says);
      expect(status !== 0).toBe(fails);
      expect(noted(there, `${key(name)}-runs`).stdout).toContain(`path=${runs} ;`);
      expect(noted(there, `${key(name)}-enabled`).stdout.trim()).toBe('enabled');
      if (isAlone === true) {
        expect(noted(there, `${key(name)}-there`).stdout.trim()).toBe(runs);
      }
      expect(noted(there, `${key(name)}-old`).stdout).toBe('');
    });
  }
}
