/**
 * The .rpm on a freshly booted machine with systemd: installed, reporting, upgraded, removed, by
 * rpm itself. The machine is a Debian, so that what the package requires goes by other names there
 * and is not asked for (--nodeps); the scripts and their order are rpm's.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { type OriginalReceiver, startOriginalReceiver } from '../support/original-receiver.ts';
import { builtExecutable } from '../support/program.ts';
import { asRoot, onPlatform, programsInPath, testWith } from '../support/requirement.ts';
import { makeTrialRpm, takeRpmAlong } from '../support/rpm-package.ts';
import { noted, runInSystemdRoom, systemdRunner } from '../support/systemd-room.ts';

const needed = [
  ...[builtExecutable(), onPlatform('linux'), systemdRunner(), asRoot()],
  ...programsInPath('rpmbuild'),
];
const minutes = 60_000;

let folder = '';
let receiver: OriginalReceiver;

/** A roll-out puts settings there before the package; the service's user then owns them. */
const script = (url: string, older: string, newer: string) => `
rpm() { RPM_CONFIGDIR=/work/rpm/config /work/rpm/loader --library-path /work/rpm /work/rpm/rpm "$@"; }
mkdir -p /etc/system-monitor
echo '{"url": "${url}", "interval": 1}' > /etc/system-monitor/config.json

note install rpm --install --nodeps ./${older}
new_reports
note installed system-monitor service status
note user ps -o user:20= -p "$(systemctl show --property=MainPID --value system-monitor)"
note account getent passwd system-monitor
note settings system-monitor config get system_id
note places stat -c '%n %U %G %a' /etc/system-monitor /etc/system-monitor/config.json \\
  /var/lib/system-monitor
note before systemctl show --property=MainPID --value system-monitor

note upgrade rpm --upgrade --nodeps ./${newer}
new_reports
note after systemctl show --property=MainPID --value system-monitor
note upgraded rpm --query system-monitor
note upgraded-settings system-monitor config get system_id
note enabled systemctl is-enabled system-monitor

systemctl disable --quiet --now system-monitor
note downgrade rpm --upgrade --oldpackage --nodeps ./${older}
note disabled systemctl show --property=UnitFileState,ActiveState --value system-monitor
systemctl enable --quiet --now system-monitor
new_reports

note remove rpm --erase system-monitor
note removed-process pgrep -u system-monitor
note removed-files find /usr /etc/systemd -xdev -name '*system-monitor*'
note kept ls /etc/system-monitor/config.json /var/lib/system-monitor

note again rpm --install --nodeps ./${newer}
new_reports
note again-settings system-monitor config get system_id
`;

/** What rpm or a script of the package had to say; Debian's rpm tells everybody to prefer a .deb. */
function complaints(name: string): readonly string[] {
  const { status, stdout, stderr } = noted(folder, name);
  const lines = `${stdout}${stderr}`.split('\n').filter((line) => !/^(rpm: .*)?$/.test(line));
  return status === 0 ? lines : [`status ${status}`, ...lines];
}

beforeAll(async () => {
  if (needed.some(({ met }) => !met)) return;
  folder = mkdtempSync(join(tmpdir(), 'rpm-in-systemd-'));
  const older = await makeTrialRpm({ outputFolder: folder, version: '1.0.0' });
  const newer = await makeTrialRpm({ outputFolder: folder, version: '1.0.1' });
  await takeRpmAlong(join(folder, 'rpm'));
  receiver = await startOriginalReceiver({ registeredIds: [] });
  const steps = script(receiver.url, basename(older), basename(newer));
  await runInSystemdRoom({ folder, receiver, files: {}, script: steps });
}, 5 * minutes);

afterAll(async () => {
  await receiver?.close();
  if (folder !== '') rmSync(folder, { recursive: true, force: true });
});

testWith(needed, 'rpm installs it, and it reports at once as its own user', () => {
  expect(complaints('install')).toEqual([]);
  expect(JSON.parse(noted(folder, 'installed').stdout)).toMatchObject({
    ...{ manager: 'systemd', installed: true, enabled: true, running: true },
  });
  expect(noted(folder, 'user').stdout.trim()).toBe('system-monitor');
  expect(noted(folder, 'account').stdout).toMatch(/:\/nonexistent:\/usr\/sbin\/nologin$/m);
});

testWith(needed, 'settings that were there before are used, with an id of their own', () => {
  const id = noted(folder, 'settings').stdout.trim();
  expect(id).toMatch(/^Linux-[0-9a-f]{32}$/);
  const ids = receiver.requests.map(({ body }) => (body as { system_id?: string }).system_id);
  expect(new Set(ids.filter((one) => one !== undefined))).toEqual(new Set([id]));
  expect(noted(folder, 'places').stdout.split('\n')).toEqual([
    '/etc/system-monitor root system-monitor 750',
    '/etc/system-monitor/config.json root system-monitor 640',
    '/var/lib/system-monitor system-monitor system-monitor 700',
    '',
  ]);
});

testWith(needed, 'an upgrade restarts it under the same id, and it stays enabled', () => {
  expect(complaints('upgrade')).toEqual([]);
  expect(noted(folder, 'upgraded').stdout).toContain('system-monitor-1.0.1-1');
  expect(Number(noted(folder, 'after').stdout)).toBeGreaterThan(0);
  expect(noted(folder, 'after').stdout).not.toBe(noted(folder, 'before').stdout);
  expect(noted(folder, 'upgraded-settings').stdout).toBe(noted(folder, 'settings').stdout);
  expect(noted(folder, 'enabled').stdout.trim()).toBe('enabled');
});

testWith(
  needed,
  'a service that was stopped and disabled stays so when the package changes',
  () => {
    expect(complaints('downgrade')).toEqual([]);
    expect(noted(folder, 'disabled').stdout.trim().split('\n').sort()).toEqual([
      ...['disabled', 'inactive'],
    ]);
  },
);

testWith(
  needed,
  'removal stops it and keeps settings and reports, which a new one takes up',
  () => {
    expect(complaints('remove')).toEqual([]);
    expect(noted(folder, 'removed-process').stdout).toBe('');
    expect(noted(folder, 'removed-files').stdout).toBe('');
    expect(noted(folder, 'kept')).toMatchObject({ status: 0 });
    expect(complaints('again')).toEqual([]);
    expect(noted(folder, 'again-settings').stdout).toBe(noted(folder, 'settings').stdout);
  },
);
