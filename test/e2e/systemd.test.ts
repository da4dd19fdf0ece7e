/**
 * The life of a service on a machine with a real systemd, from the bare executable: one machine is
 * booted, goes through all of it, and the tests look at what each step left behind.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { z } from 'zod';
import { processStatsSchema, statsSchema } from '../../src/wire/stats.ts';
import {
  type OriginalReceiver,
  type SeenRequest,
  startOriginalReceiver,
} from '../support/original-receiver.ts';
import { builtExecutable, executable } from '../support/program.ts';
import { asRoot, testWith } from '../support/requirement.ts';
import { noted, runInSystemdRoom, systemdRunner } from '../support/systemd-room.ts';

const requirements = [systemdRunner(), builtExecutable(), asRoot()];
const minutes = 60_000;

let folder: string;
let receiver: OriginalReceiver;

const script = (url: string) => `
# A user whose process is to be seen, and a file system under a home.
useradd --system visible
runuser -u visible -- sleep 1000 &
mkdir -p /home/somebody/data && mount --bind /work /home/somebody/data

note before ./system-monitor service status
note not-there ./system-monitor service start
note nobody runuser -u nobody -- ./system-monitor service install --url ${url}
note wrong ./system-monitor service install --url ${url} --interval soon
note install ./system-monitor service install --url ${url} --interval 1
new_reports
note installed system-monitor service status
pid=$(systemctl show --property=MainPID --value system-monitor)
note process ps -o user:20=,comm=,exe= -p "$pid"
note places stat -c '%n %U %G %a' /etc/system-monitor /etc/system-monitor/config.json \\
  /var/lib/system-monitor /usr/local/bin/system-monitor
note capabilities grep -E '^(CapEff|CapBnd|NoNewPrivs|Seccomp):' "/proc/$pid/status"
note unprivileged runuser -u nobody -- system-monitor service stop

# What root sees, while the service reports the same machine.
note root-stats system-monitor stats --json
new_reports; new_reports
reports > seen-by-service
mkdir /srv/late && mount --bind /work /srv/late
note late grep -c ' /srv/late ' "/proc/$pid/mountinfo"

kill -9 "$pid"
new_reports
note killed system-monitor service status

note set system-monitor config set interval 2
note set-places stat -c '%U %G %a' /etc/system-monitor/config.json
note reload systemctl reload system-monitor
new_reports; new_reports; new_reports
reports > count-reloaded
note reloaded system-monitor service status
note restart system-monitor service restart
new_reports

note stop system-monitor service stop
note stopped system-monitor service status
sleep 1; reports > count-when-stopped; sleep 4; reports > count-later
# Nobody listens there, so that the report stays.
note by-root env SYSTEM_MONITOR_URL=http://127.0.0.1:1 system-monitor background --once
note pending-owners find /var/lib/system-monitor/spool/pending -type f -printf '%u\\n'
note start system-monitor service start
new_reports
note logs system-monitor service logs --lines 200

cp system-monitor newer && printf '\\n' >> newer
note upgrade ./newer service install
new_reports
cmp newer /usr/local/bin/system-monitor
reports > count-upgraded

# What a boot does: everything down to the bare system, and up to the default target again.
mkdir -p /run/systemd/system/script.service.d
printf '[Unit]\\nIgnoreOnIsolate=yes\\n' > /run/systemd/system/script.service.d/stay.conf
systemctl daemon-reload
systemctl isolate rescue.target
# It waits for what it starts, not for what it stops.
for step in $(seq 150); do [ "$(systemctl is-active system-monitor)" = inactive ] && break; sleep 0.1; done
note down systemctl is-active system-monitor
systemctl isolate multi-user.target
new_reports
note up systemctl is-active system-monitor

cp /etc/system-monitor/config.json kept.json
echo '{"interval": "soon"}' > /etc/system-monitor/config.json
note broken system-monitor service restart
cp kept.json /etc/system-monitor/config.json && chmod 600 /etc/system-monitor/config.json
chown root:root /etc/system-monitor/config.json
note mended system-monitor service restart
new_reports

# A machine that has reported stays who it is.
note unset system-monitor config unset system_id
reports > count-unset
note id-lost system-monitor service restart
new_reports; new_reports
reports > count-id-lost

# One file of settings for many machines has no id.
note stopped-again system-monitor service stop
rm /var/lib/system-monitor/reported-to.json
note without-id system-monitor service start
new_reports
note kept-id cat /var/lib/system-monitor/system-id
reports > count-without-id
note with-kept-id system-monitor service restart
new_reports; new_reports
reports > count-with-kept-id

note uninstall ./system-monitor service uninstall
note left find /etc /var/lib /usr/local -name '*system-monitor*'
note again ./system-monitor service uninstall
note purge ./system-monitor service uninstall --purge
note nothing-left find /etc /var/lib /usr/local -name '*system-monitor*'
note user getent passwd system-monitor
note no-file ./system-monitor service install --config ./no-such-file.json
echo '{"url": "${url}", "interval": 3, "network_exclude": ["lo"]}' > fleet.json
note from-file ./system-monitor service install --config ./fleet.json --interval 4
note from-file-url system-monitor config get url
note from-file-interval system-monitor config get interval
note from-file-exclude system-monitor config get network_exclude
./system-monitor service uninstall --purge
note failed systemctl list-units --failed --plain --no-legend
`;

beforeAll(async () => {
  if (!requirements.every(({ met }) => met)) return;
  folder = mkdtempSync(join(tmpdir(), 'systemd-'));
  receiver = await startOriginalReceiver({ registeredIds: [] });
  await runInSystemdRoom({
    folder,
    receiver,
    files: { 'system-monitor': executable },
    script: script(receiver.url),
  });
}, 5 * minutes);

afterAll(async () => {
  await receiver?.close();
  if (folder !== undefined) rmSync(folder, { recursive: true });
});

function onSystemd(name: string, body: () => void): void {
  testWith(requirements, name, body);
}

function count(name: string): number {
  return Number(readFileSync(join(folder, name), 'utf8'));
}

function idsOf(requests: readonly SeenRequest[]): ReadonlySet<unknown> {
  return new Set(requests.map(({ body }) => Object(body).system_id));
}

/** With the whole list of processes, which is what the defaults send. */
const fullStatsSchema = statsSchema.extend({ processes: z.array(processStatsSchema) });

/** The first report that was begun after the script had counted so many. */
function reportAfter(number: number): z.infer<typeof fullStatsSchema> {
  const reports = receiver.requests.filter(({ status }) => status === 200);
  const { stats } = Object(reports[number]?.body);
  return fullStatsSchema.parse(stats);
}

onSystemd('a machine without the service says so, with exit code 3', () => {
  const { status, stdout } = noted(folder, 'before');
  expect(status).toBe(3);
  expect(JSON.parse(stdout)).toMatchObject({ installed: false, running: false });
});

onSystemd('starting what is not installed is told how to install it', () => {
  expect(noted(folder, 'not-there')).toMatchObject({
    status: 69,
    stderr: expect.stringContaining('system-monitor service install'),
  });
});

onSystemd('only root may install or stop it', () => {
  expect(noted(folder, 'nobody')).toMatchObject({
    status: 77,
    stderr: expect.stringContaining('sudo system-monitor service install'),
  });
  expect(noted(folder, 'unprivileged').status).toBe(77);
});

onSystemd('a wrong flag is refused with its reason', () => {
  expect(noted(folder, 'wrong')).toMatchObject({
    status: 64,
    stderr: expect.stringContaining('interval'),
  });
});

onSystemd('one command from the bare file installs a service that reports', () => {
  expect(noted(folder, 'install')).toMatchObject({
    status: 0,
    stderr: expect.stringMatching(
      /^Installed and started\.\nProgram: {2}\/usr\/local\/bin\/system-monitor\nSettings: \/etc\/system-monitor\/config\.json\nID: {7}Linux-[0-9a-f]{32}\n/,
    ),
  });
  expect(noted(folder, 'install').stderr).toContain('\nFirst report: accepted by the server\n');
  expect(JSON.parse(noted(folder, 'installed').stdout)).toMatchObject({
    installed: true,
    enabled: true,
    running: true,
    definition: '/etc/systemd/system/system-monitor.service',
  });
});

onSystemd('it runs as its own user without any capability, and can get none', () => {
  expect(noted(folder, 'process').stdout.trim().split(/ +/)).toEqual([
    'system-monitor',
    'system-monitor',
    '/usr/local/bin/system-monitor',
  ]);
  expect(noted(folder, 'capabilities').stdout).toBe(
    'CapEff:\t0000000000000000\nCapBnd:\t0000000000000000\nNoNewPrivs:\t1\nSeccomp:\t2\n',
  );
});

onSystemd(
  "settings and reports are readable by the service's user alone, the program by all",
  () => {
    expect(noted(folder, 'places').stdout.trim().split('\n')).toEqual([
      '/etc/system-monitor root system-monitor 750',
      '/etc/system-monitor/config.json root system-monitor 640',
      '/var/lib/system-monitor system-monitor system-monitor 700',
      '/usr/local/bin/system-monitor root root 755',
    ]);
  },
);

onSystemd('it sees every process and user that root sees', () => {
  const asRootSees = fullStatsSchema.parse(JSON.parse(noted(folder, 'root-stats').stdout));
  const report = reportAfter(count('seen-by-service') - 1);
  // The command that asked for root is gone by the time of the report, and so may be the shell's.
  const passing = new Set(['system-monitor', 'bash', 'sleep', 'cat', 'seq']);
  const known = (stats: typeof report) =>
    stats.processes
      .filter(({ name }) => !passing.has(name))
      .map(({ pid, name, username }) => `${pid} ${name} ${username}`)
      .sort();
  expect(known(report)).toEqual(known(asRootSees));
  expect(report.processes).toContainEqual(
    expect.objectContaining({ name: 'sleep', username: 'visible' }),
  );
  expect(report.processes).toContainEqual({ pid: 1, name: 'systemd', username: 'root' });
});

onSystemd('it sees every file system and interface that root sees', () => {
  const asRootSees = fullStatsSchema.parse(JSON.parse(noted(folder, 'root-stats').stdout));
  const report = reportAfter(count('seen-by-service') - 1);
  const mounts = ({ disks }: typeof report) =>
    Object.entries(disks).map(([device, { file_system, mount_point, total }]) => ({
      device,
      file_system,
      mount_point,
      total,
    }));
  const interfaces = ({ network }: typeof report) =>
    Object.entries(network).map(([name, { ip, netmask }]) => ({ name, ip, netmask }));
  expect(mounts(asRootSees).length).toBeGreaterThan(0);
  expect(mounts(report)).toEqual(mounts(asRootSees));
  expect(interfaces(report)).toEqual(interfaces(asRootSees));
});

onSystemd('a file system that is mounted later appears in its view as well', () => {
  expect(noted(folder, 'late').stdout.trim()).toBe('1');
});

onSystemd('after kill -9 it is back and reports', () => {
  const before = JSON.parse(noted(folder, 'installed').stdout);
  const after = JSON.parse(noted(folder, 'killed').stdout);
  expect(after).toMatchObject({ running: true });
  expect(after.pid).not.toBe(before.pid);
});

onSystemd(
  "a setting that root changes stays readable by the service's user, who takes it over",
  () => {
    expect(noted(folder, 'set').status).toBe(0);
    expect(noted(folder, 'set-places').stdout).toBe('root system-monitor 640\n');
    expect(noted(folder, 'reload').status).toBe(0);
    const pidOf = (name: string) => JSON.parse(noted(folder, name).stdout).pid;
    expect(pidOf('reloaded')).toBe(pidOf('killed'));
    const accepted = receiver.requests.filter(({ status }) => status === 200);
    expect(accepted[count('count-reloaded') - 1]?.body).toMatchObject({ interval: 2 });
    expect(noted(folder, 'restart')).toMatchObject({ status: 0, stderr: 'Restarted.\n' });
  },
);

onSystemd('a stopped service reports nothing, until it is started', () => {
  expect(noted(folder, 'stop')).toMatchObject({ status: 0, stderr: 'Stopped.\n' });
  expect(noted(folder, 'stopped').status).toBe(3);
  expect(JSON.parse(noted(folder, 'stopped').stdout)).toMatchObject({
    installed: true,
    enabled: true,
    running: false,
  });
  expect(count('count-later')).toBe(count('count-when-stopped'));
  expect(noted(folder, 'start')).toMatchObject({ status: 0, stderr: 'Started.\n' });
});

onSystemd("a report that root makes in the service's folder is the service's to send", () => {
  expect(noted(folder, 'by-root').status).toBe(75);
  const owners = noted(folder, 'pending-owners').stdout.trim().split('\n');
  expect(new Set(owners)).toEqual(new Set(['system-monitor']));
});

onSystemd('its log is shown, from the journal', () => {
  const { status, stdout } = noted(folder, 'logs');
  expect(status).toBe(0);
  expect(stdout).toContain('agent.started');
});

onSystemd('installing a newer file over it is an upgrade that keeps address and id', () => {
  expect(noted(folder, 'upgrade')).toMatchObject({
    status: 0,
    stderr: expect.stringMatching(/^Upgraded and started\.\n/),
  });
  expect(idsOf(receiver.requests.slice(0, count('count-upgraded'))).size).toBe(1);
});

onSystemd('settings that lose their id make no other machine of one that has reported', () => {
  expect(noted(folder, 'id-lost').status).toBe(0);
  const before = idsOf(receiver.requests.slice(0, count('count-unset')));
  expect(before.size).toBe(1);
  expect(count('count-id-lost')).toBeGreaterThan(count('count-unset'));
  expect(idsOf(receiver.requests.slice(0, count('count-id-lost')))).toEqual(before);
});

onSystemd(
  'settings without an id, which it may not write to, do: it keeps an id of its own',
  () => {
    expect(noted(folder, 'without-id').status).toBe(0);
    const keptId = noted(folder, 'kept-id').stdout.trim();
    expect(keptId).toMatch(/^Linux-[0-9a-f]{32}$/);
    expect(idsOf(receiver.requests.slice(0, count('count-upgraded')))).not.toContain(keptId);
    const since = receiver.requests.slice(count('count-without-id'), count('count-with-kept-id'));
    expect(idsOf(since)).toEqual(new Set([keptId]));
  },
);

onSystemd('it is up again when the machine is', () => {
  expect(noted(folder, 'down').stdout).toBe('inactive\n');
  expect(noted(folder, 'up').stdout).toBe('active\n');
});

onSystemd(
  'a wrong setting fails the start with the reason, and mending it mends the service',
  () => {
    const { status, stderr } = noted(folder, 'broken');
    expect(status).toBe(69);
    expect(stderr).toMatch(/ended at once[\s\S]*interval/);
    expect(noted(folder, 'mended')).toMatchObject({ status: 0, stderr: 'Restarted.\n' });
  },
);

onSystemd('removing it leaves settings and unsent reports, and says so', () => {
  expect(noted(folder, 'uninstall')).toMatchObject({
    status: 0,
    stderr: 'Removed.\nKept: /etc/system-monitor\nKept: /var/lib/system-monitor\n',
  });
  expect(noted(folder, 'left').stdout.trim().split('\n').sort()).toEqual([
    '/etc/system-monitor',
    '/var/lib/system-monitor',
  ]);
  expect(noted(folder, 'again').status).toBe(0);
});

onSystemd('a purge leaves nothing: no file, no user, no failed unit', () => {
  expect(noted(folder, 'purge')).toMatchObject({ status: 0, stderr: 'Removed.\n' });
  expect(noted(folder, 'nothing-left').stdout).toBe('');
  expect(noted(folder, 'user').status).toBe(2);
  expect(noted(folder, 'failed').stdout).toBe('');
});

onSystemd('it begins with the settings of a file that is named, and the flags over them', () => {
  expect(noted(folder, 'no-file')).toMatchObject({
    status: 69,
    stderr: expect.stringContaining('no-such-file.json: there is no such file'),
  });
  expect(noted(folder, 'from-file').status).toBe(0);
  expect(noted(folder, 'from-file-url').stdout).toBe(`${receiver.url}\n`);
  expect(noted(folder, 'from-file-interval').stdout).toBe('4\n');
  expect(noted(folder, 'from-file-exclude').stdout).toBe('lo\n');
});

onSystemd('every report that arrived is within the contract', () => {
  expect(receiver.requests.filter(({ refusal }) => refusal !== undefined)).toEqual([]);
});
