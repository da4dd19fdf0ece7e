/**
 * README.md's path, typed as it is written there by an ordinary user with sudo, on a freshly booted
 * machine with systemd: a service that reports as that user said. And what else sudo leads to.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from '@jest/globals';
import {
  type OriginalReceiver,
  type SeenRequest,
  startOriginalReceiver,
} from '../support/original-receiver.ts';
import { builtExecutable, executable } from '../support/program.ts';
import { asRoot, type Requirement, testWith } from '../support/requirement.ts';
import { noted, runInSystemdRoom, systemdRunner } from '../support/systemd-room.ts';

const minutes = 60_000;
const folder = mkdtempSync(join(tmpdir(), 'readme-path-'));

/** The machine has no network; its Debian is that of this one. */
function sudoPackage(): Requirement {
  try {
    execFileSync('apt-get', ['download', 'sudo'], { cwd: folder, stdio: 'ignore' });
  } catch {
    // Told by what is not there.
  }
  const met = readdirSync(folder).some((name) => name.endsWith('.deb'));
  return { met, reason: 'Debian does not give its package sudo' };
}

const requirements = [systemdRunner(), builtExecutable(), asRoot(), sudoPackage()];

/** The commands of README.md from the URL to the service, with the server of this test. */
function readmePath(url: string): readonly string[] {
  const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
  const [, block = ''] =
    /In the background it sends[\s\S]*?```console\n([\s\S]*?)```/.exec(readme) ?? [];
  return block
    .split('\n')
    .filter((line) => line.startsWith('$ '))
    .map((line) => line.slice(2).replace('https://monitor.example.com/', url));
}

const script = (url: string) => `
dpkg --install ./sudo_*.deb >/dev/null
useradd --create-home --shell /bin/bash ann
echo 'ann ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/ann
echo "127.0.1.1 $(hostname)" >> /etc/hosts
fresh() { cp system-monitor /usr/local/bin/; }
as_ann() { runuser -l ann -c "$1"; }
fresh
own=/home/ann/.config/system-monitor

note refused as_ann 'sudo system-monitor service install'
note refused-left find /etc /var/lib -name '*system-monitor*'
note refused-user getent passwd system-monitor

# What was tried before the service came is not forgotten.
as_ann 'system-monitor config set url http://127.0.0.1:1/; system-monitor background --once' || true
${readmePath(url)
  .map((line, at) => `note typed-${at} as_ann '${line}'`)
  .join('\n')}
note own-file cat "$own/config.json"
note service-file cat /etc/system-monitor/config.json
note running system-monitor service status

# Upgraded by somebody with other settings, it stays as it is.
as_ann 'system-monitor --config "$HOME/.config/system-monitor/config.json" config set url http://other.test/'
note upgraded as_ann 'sudo system-monitor service install'
note upgraded-url system-monitor config get url
note asked-by-nobody system-monitor service uninstall --purge
fresh

# A file is named in place of one's own, and four of its settings are taken.
echo '{"url": "${url}", "name": "büro 3", "interval": 3, "system_id": "WIN 7", "network_exclude": ["lo"]}' > /home/ann/fleet.json
chown ann: /home/ann/fleet.json
note from as_ann 'sudo system-monitor service install --from fleet.json'
new_reports
note from-file cat /etc/system-monitor/config.json
system-monitor service uninstall --purge; fresh

# What the person has put in place of the file leads root nowhere.
echo '{"url": "http://secret.test/", "system_id": "ROOTS"}' > /root/secret.json
chmod 600 /root/secret.json
mv "$own/config.json" kept.json
ln -s /root/secret.json "$own/config.json"
note link as_ann 'sudo system-monitor service install'
rm "$own/config.json"; mkfifo "$own/config.json"
note pipe as_ann 'sudo timeout 20 system-monitor service install'
rm "$own/config.json"; mv "$own" "$own.real"; ln -s /root "$own"
note folder-link as_ann 'sudo system-monitor service install --from .config/system-monitor/secret.json'
rm "$own"; mv "$own.real" "$own"; mv kept.json "$own/config.json"
note link-left find /etc /var/lib -name '*system-monitor*'

# The server is away.
note away as_ann 'sudo system-monitor service install --url http://127.0.0.1:1/'
note away-running systemctl is-active system-monitor
system-monitor service uninstall --purge; fresh

# Nobody is there to be asked, and that is meant: it waits, and says so.
rm -r "$own"
note waits as_ann 'sudo system-monitor service install --without-url'
sleep 4
note waits-status system-monitor status
note waits-check system-monitor status --check
note waits-doctor system-monitor doctor
note waits-asks system-monitor check
note waits-log system-monitor service logs
reports > count-waiting
system-monitor config set url ${url}
new_reports
reports > count-told
system-monitor service uninstall --purge; fresh

# At a terminal the URL is asked for.
typed() { sleep 3; printf '%s\\r' '${url}'; sleep 2; printf '\\025upstairs\\r'; sleep 20; }
typed | script --quiet --return --command "runuser -l ann -c 'sudo system-monitor service install'" typescript || true
cp /etc/system-monitor/config.json asked.json
`;

let receiver: OriginalReceiver;
const ready = requirements.every(({ met }) => met);

beforeAll(async () => {
  if (!ready) return;
  receiver = await startOriginalReceiver({ registeredIds: [] });
  await runInSystemdRoom({
    ...{ folder, receiver, script: script(receiver.url) },
    files: { 'system-monitor': executable },
  });
}, 5 * minutes);

afterAll(async () => {
  await receiver?.close();
  rmSync(folder, { recursive: true });
});

function onSystemd(name: string, body: () => void): void {
  testWith(requirements, name, body);
}

function reportsAs(id: unknown): readonly SeenRequest[] {
  return receiver.requests.filter(
    ({ body, status }) => status === 200 && Object(body).system_id === id && Object(body).stats,
  );
}

const json = (text: string): Record<string, unknown> => JSON.parse(text);
const lastTyped = () => noted(folder, `typed-${readmePath('').length - 1}`);

onSystemd(
  'without a URL it is refused where nobody can be asked, and nothing is left behind',
  () => {
    const { status, stderr } = noted(folder, 'refused');
    expect(status).toBe(78);
    expect(stderr).toContain('/home/ann/.config/system-monitor/config.json');
    expect(stderr).toContain('service install --url');
    expect(noted(folder, 'refused-left').stdout).toBe('');
    expect(noted(folder, 'refused-user').status).toBe(2);
  },
);

onSystemd(
  "README's path ends with the id and the URL of who typed it, and an accepted report",
  () => {
    expect(readmePath('')).toHaveLength(3);
    const own = json(noted(folder, 'own-file').stdout);
    expect(own).toMatchObject({ url: receiver.url, system_id: expect.stringMatching(/^Linux-/) });
    expect(lastTyped()).toMatchObject({ status: 0, stdout: '' });
    expect(lastTyped().stderr.split('\n')).toEqual([
      'Installed and started.',
      'Program:  /usr/local/bin/system-monitor',
      'Settings: /etc/system-monitor/config.json',
      'Taken from /home/ann/.config/system-monitor/config.json: system_id, url',
      `ID:       ${own.system_id}`,
      `URL:      ${receiver.url}`,
      expect.stringMatching(
        /^Name: {5}none \(to set one: sudo system-monitor config set name \S+\)$/,
      ),
      expect.stringMatching(
        /^Not sent yet: 1 report in \/home\/ann\/\.local\/state\/system-monitor\. Send with: /,
      ),
      'First report: accepted by the server',
      '',
    ]);
    expect(json(noted(folder, 'service-file').stdout)).toEqual(own);
    expect(json(noted(folder, 'running').stdout)).toMatchObject({ running: true, enabled: true });
    expect(reportsAs(own.system_id).length).toBeGreaterThan(0);
  },
);

onSystemd('an upgrade keeps what the service has, whoever calls it', () => {
  expect(noted(folder, 'upgraded')).toMatchObject({
    status: 0,
    stderr: expect.not.stringContaining('Taken from'),
  });
  expect(noted(folder, 'upgraded-url').stdout).toBe(`${receiver.url}\n`);
  expect(noted(folder, 'asked-by-nobody')).toMatchObject({ status: 0, stderr: 'Removed.\n' });
});

onSystemd('of a file that is named id, URL, name and interval are taken, and nothing else', () => {
  const { status, stderr } = noted(folder, 'from');
  expect(status).toBe(0);
  expect(stderr).toContain('Taken from fleet.json: system_id, url, name, interval\n');
  expect(stderr).toContain('Not taken: network_exclude');
  expect(json(noted(folder, 'from-file').stdout)).toEqual({
    ...{ url: receiver.url, name: 'büro 3', interval: 3, system_id: 'WIN 7' },
  });
  const [report] = reportsAs('WIN 7');
  expect(report?.headers['system-monitor-name']).toBe('b%C3%BCro%203');
});

onSystemd('root reads the file with the rights of whose it is: no link, no pipe', () => {
  for (const name of ['link', 'pipe', 'folder-link']) {
    const { status, stderr } = noted(folder, name);
    expect([77, 78]).toContain(status);
    expect(stderr).not.toMatch(/secret\.test|ROOTS/);
  }
  expect(noted(folder, 'link-left').stdout).toBe('');
});

onSystemd('a server that is away is told of, and the service runs', () => {
  const { status, stderr } = noted(folder, 'away');
  expect(status).toBe(0);
  expect(stderr).toMatch(/^First report: not accepted yet: .*ECONNREFUSED.*it is kept/m);
  expect(noted(folder, 'away-running').stdout).toBe('active\n');
});

onSystemd('a service without a URL waits, says so, and reports once there is one', () => {
  expect(noted(folder, 'waits')).toMatchObject({
    status: 0,
    stderr: expect.stringMatching(/^URL: {6}none yet\n[\s\S]*Reports are kept until a URL is set/m),
  });
  const { agent, troubles } = JSON.parse(noted(folder, 'waits-status').stdout);
  expect(agent.waits_because).toContain('no URL is set');
  expect(agent.delivered.accepted).toBe(0);
  expect(troubles.map(({ code }: { code: string }) => code)).toContain('url_missing');
  expect(noted(folder, 'waits-check').status).toBe(75);
  expect(noted(folder, 'waits-doctor')).toMatchObject({
    status: 69,
    stdout: expect.stringContaining('no URL is set'),
  });
  expect(noted(folder, 'waits-asks')).toMatchObject({
    ...{ status: 78, stdout: '' },
    stderr: expect.stringContaining('no URL is set'),
  });
  expect(noted(folder, 'waits-log').stdout).toContain('config.url_missing');
  const count = (name: string) => Number(readFileSync(join(folder, name), 'utf8'));
  expect(count('count-told')).toBeGreaterThan(count('count-waiting'));
});

onSystemd('at a terminal it asks for the URL, and for a name', () => {
  const screen = readFileSync(join(folder, 'typescript'), 'utf8');
  expect(screen).toContain("Your server's URL");
  expect(screen).toContain('Name of this machine');
  expect(screen).toContain('First report: accepted by the server');
  const asked = json(readFileSync(join(folder, 'asked.json'), 'utf8'));
  expect(asked).toMatchObject({ url: receiver.url, name: 'upstairs' });
});
