/**
 * The .deb on a freshly booted Debian 12: installed, reporting, upgraded, removed and purged. The
 * package is made here of the built executable, and compressed little; all else is as released.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { makeTrialDeb } from '../support/debian-package.ts';
import { type OriginalReceiver, startOriginalReceiver } from '../support/original-receiver.ts';
import { builtExecutable } from '../support/program.ts';
import { asRoot, onPlatform, programsInPath, testWith } from '../support/requirement.ts';
import { noted, runInSystemdRoom, systemdRunner } from '../support/systemd-room.ts';

const run = promisify(execFile);

const packing = [builtExecutable(), onPlatform('linux'), ...programsInPath('dpkg-deb')];
const booting = [...packing, systemdRunner(), asRoot()];
const minutes = 60_000;

let folder = '';
let older = '';
let newer = '';
let receiver: OriginalReceiver;

const makePackage = (version: string) => makeTrialDeb({ outputFolder: folder, version });

/** A roll-out puts settings there before the package; the service's user then owns them. */
const script = (url: string) => `
mkdir -p /etc/system-monitor
echo '{"url": "${url}", "interval": 1}' > /etc/system-monitor/config.json

note install dpkg --install ./${basename(older)}
new_reports
note installed system-monitor service status
note user ps -o user:20= -p "$(systemctl show --property=MainPID --value system-monitor)"
note settings system-monitor config get system_id
note places stat -c '%n %U %G %a' /etc/system-monitor /etc/system-monitor/config.json \\
  /var/lib/system-monitor
note manual zcat /usr/share/man/man1/system-monitor.1.gz

note upgrade dpkg --install ./${basename(newer)}
new_reports
note upgraded-settings system-monitor config get system_id
note upgraded dpkg-query --show system-monitor

systemctl disable --quiet --now system-monitor
note reinstall dpkg --install ./${basename(newer)}
note disabled systemctl is-enabled system-monitor
systemctl enable --quiet --now system-monitor
new_reports

note remove dpkg --remove system-monitor
note removed-process pgrep -u system-monitor
note removed ls /etc/system-monitor/config.json /var/lib/system-monitor
note purge dpkg --purge system-monitor
note purged find / -xdev -name '*system-monitor*' -not -path '/work/*' -not -path '/proc/*' \\
  -not -path '/sys/*' -not -path '/run/*'
`;

beforeAll(async () => {
  if (packing.some(({ met }) => !met)) return;
  folder = mkdtempSync(join(tmpdir(), 'debian-package-'));
  older = await makePackage('1.0.0');
  newer = await makePackage('1.0.1');
  if (booting.some(({ met }) => !met)) return;
  receiver = await startOriginalReceiver({ registeredIds: [] });
  await runInSystemdRoom({ folder, receiver, files: {}, script: script(receiver.url) });
}, 5 * minutes);

afterAll(async () => {
  await receiver?.close();
  if (folder !== '') rmSync(folder, { recursive: true, force: true });
});

testWith(booting, 'dpkg installs it, and it reports at once as its own user', () => {
  expect(noted(folder, 'install')).toMatchObject({ status: 0 });
  expect(JSON.parse(noted(folder, 'installed').stdout)).toMatchObject({
    ...{ manager: 'systemd', installed: true, enabled: true, running: true },
    definition: '/lib/systemd/system/system-monitor.service',
  });
  expect(noted(folder, 'user').stdout.trim()).toBe('system-monitor');
});

testWith(booting, 'settings that were there before are used, with an id of their own', () => {
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

testWith(booting, 'an upgrade goes on under the same id, and a disabled service stays so', () => {
  expect(noted(folder, 'upgrade')).toMatchObject({ status: 0 });
  expect(noted(folder, 'upgraded').stdout).toContain('1.0.1');
  expect(noted(folder, 'upgraded-settings').stdout).toBe(noted(folder, 'settings').stdout);
  expect(noted(folder, 'reinstall')).toMatchObject({ status: 0 });
  expect(noted(folder, 'disabled').stdout.trim()).toBe('disabled');
});

testWith(booting, 'removal stops it and keeps settings and reports; a purge leaves nothing', () => {
  expect(noted(folder, 'remove')).toMatchObject({ status: 0 });
  expect(noted(folder, 'removed-process').stdout).toBe('');
  expect(noted(folder, 'removed')).toMatchObject({ status: 0 });
  expect(noted(folder, 'purge')).toMatchObject({ status: 0 });
  expect(noted(folder, 'purged').stdout).toBe('');
});

testWith(
  [...packing, ...programsInPath('lintian')],
  'lintian has nothing to say of it',
  async () => {
    const { stdout } = await run('lintian', ['--allow-root', '--fail-on', 'none', newer]);
    expect(stdout).toBe('');
  },
  2 * minutes,
);

testWith(packing, 'the same content makes the same package', async () => {
  const first = readFileSync(newer);
  rmSync(newer);
  rmSync(join(folder, '1.0.1'), { recursive: true });
  newer = await makePackage('1.0.1');
  expect(readFileSync(newer).equals(first)).toBe(true);
});
