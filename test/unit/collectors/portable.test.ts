/**
 * The portable collectors. What macOS and FreeBSD print is made after their manual pages and public
 * listings; nobody ran these collectors there yet.
 */
import { expect, test } from '@jest/globals';
import {
  averageMhz,
  busyPercentOf,
  createPortableCpuCollector,
} from '../../../src/collectors/cpu/portable.ts';
import {
  createPortableDisksCollector,
  disksOfLibrary,
} from '../../../src/collectors/disks/portable.ts';
import {
  createPortableMemoryCollector,
  memoryOfLibrary,
  memoryOfVmStat,
} from '../../../src/collectors/memory/portable.ts';
import {
  countersOf,
  createPortableNetworkCollector,
} from '../../../src/collectors/network/portable.ts';
import {
  createPortableProcessesCollector,
  processesOf,
} from '../../../src/collectors/processes/portable.ts';
import { parseDf, parseMountTypes } from '../../../src/host/portable/df.ts';
import { parseNetstat } from '../../../src/host/portable/netstat.ts';
import { parsePs } from '../../../src/host/portable/ps.ts';
import { parseVmStat } from '../../../src/host/portable/vm-stat.ts';
import type { RunCommand } from '../../../src/host/run-command.ts';
import { collectorContext } from '../../support/collector-context.ts';
import { onPlatform, testWith, withFile } from '../../support/requirement.ts';
import { survivesAnyText } from '../../support/survives-any-text.ts';

const macPs = `    1 root             /sbin/launchd
  412 _windowserver    /System/Library/PrivateFrameworks/SkyLight.framework/Resources/WindowServer
  733 anna             /Applications/Some Browser.app/Contents/MacOS/Some Browser
  734 a-very-long-name-of-a-user /Applications/Some Browser.app/Contents/Helpers/Browser Helper (Renderer)
  901 anna             -zsh
  902 501              (git)
  950 anna             ps
`;
const macDf = `Filesystem              1024-blocks      Used Available Capacity  Mounted on
/dev/disk3s1s1            482797652  10485760 210000000     5%    /
devfs                           205       205         0   100%    /dev
/dev/disk3s5              482797652 251658240 210000000    55%    /System/Volumes/Data
map auto_home                     0         0         0   100%    /System/Volumes/Data/home
/dev/disk6s1               31250000   1048576  30201424     4%    /Volumes/MIC CARD
//anna@nas._smb._tcp.local/Media 976762584 1 2 1% /Volumes/Media
/dev/disk8s1                  10000     10500      -500   105%    /Volumes/Full
`;
const macMount = `/dev/disk3s1s1 on / (apfs, sealed, local, read-only, journaled)
devfs on /dev (devfs, local, nobrowse)
/dev/disk3s5 on /System/Volumes/Data (apfs, local, journaled, nobrowse, protect, root data)
map auto_home on /System/Volumes/Data/home (autofs, automounted, nobrowse)
/dev/disk6s1 on /Volumes/MIC CARD (msdos, local, nodev, nosuid, noowners, noatime, fskit)
//anna@nas._smb._tcp.local/Media on /Volumes/Media (smbfs, nodev, nosuid, mounted by anna)
/dev/disk8s1 on /Volumes/Full (hfs, local)
`;
const macNetstat = `Name       Mtu   Network       Address            Ipkts Ierrs     Ibytes    Opkts Oerrs     Obytes  Coll
lo0        16384 <Link#1>                         33736     0   23381230    33736     0   23381231     0
lo0        16384 127           127.0.0.1          33736     -   23381230    33736     -   23381231     -
gif0*      1280  <Link#2>                             0     0          0        0     0          0     0
en0        1500  <Link#7>    02:11:e5:8d:80:45  2154009     0 1989732029  1211649     0  221312126     0
en0        1500  192.0.2       192.0.2.12       2154009     - 1989732029  1211649     -  221312126     -
`;
const bsdNetstat = `Name    Mtu Network       Address              Ipkts Ierrs Idrop     Ibytes    Opkts Oerrs     Obytes  Coll
em0    1500 <Link#1>      02:00:27:4e:66:a1  1234567     0     0  987654321  7654321     0  123456789     0
em0       - 192.0.2.0/24  192.0.2.15             150     -     -      26364      128     -      24696     -
lo0   16384 <Link#2>      lo0                     10     0     0       1000       10     0       1001     0
`;
const vmStat = `Mach Virtual Memory Statistics: (page size of 16384 bytes)
Pages free:                               17878.
Pages active:                            363979.
Pages inactive:                          330134.
Pages speculative:                        32689.
Pages throttled:                              0.
Pages wired down:                        103518.
Pages purgeable:                          22167.
"Translation faults":                  51949863.
Pages occupied by compressor:            277642.
`;

/** Answers by the program's name, and remembers what was asked. */
function answering(answers: Readonly<Record<string, string>>, pid?: number) {
  const asked: string[] = [];
  const runCommand: RunCommand = async ({ program, args }) => {
    asked.push([program, ...args].join(' '));
    const stdout = answers[program] ?? '';
    return { pid, exitCode: stdout === '' ? 1 : 0, stdout, stderr: 'no' };
  };
  return { runCommand, asked };
}

const darwin = (settings = {}) => collectorContext({ platform: 'darwin', settings });

test('processes of macOS: base names with spaces, log-in shells, zombies, whole user names', async () => {
  const { runCommand } = answering({ ps: macPs }, 950);
  expect(await createPortableProcessesCollector(darwin(), { runCommand }).collect()).toEqual([
    { pid: 1, name: 'launchd', username: 'root' },
    { pid: 412, name: 'WindowServer', username: '_windowserver' },
    { pid: 733, name: 'Some Browser', username: 'anna' },
    { pid: 734, name: 'Browser Helper (Renderer)', username: 'a-very-long-name-of-a-user' },
    { pid: 901, name: 'zsh', username: 'anna' },
    { pid: 902, name: 'git', username: '501' },
  ]);
});

test('processes are filtered and told in the detail that is asked for', async () => {
  const { runCommand, asked } = answering({ ps: macPs }, 950);
  const collect = (settings: object) =>
    createPortableProcessesCollector(darwin(settings), { runCommand }).collect();
  expect(await collect({ processes_include: ['*rowser*'], processes_detail: 'names' })).toEqual([
    { pid: 733, name: 'Some Browser' },
    { pid: 734, name: 'Browser Helper (Renderer)' },
  ]);
  expect(await collect({ processes_exclude: ['launchd'], processes_detail: 'count' })).toEqual({
    count: 5,
  });
  expect(asked).toHaveLength(2);
  expect(await collect({ processes_detail: 'off' })).toEqual([]);
  expect(asked).toHaveLength(2);
});

testWith(
  [onPlatform('linux', 'darwin', 'freebsd'), withFile('/bin/ps')],
  'this machine’s own ps is understood, and does not list itself',
  async () => {
    const processes = await createPortableProcessesCollector(darwin()).collect();
    if (!Array.isArray(processes)) throw new Error('a list was asked for');
    expect(processes).toContainEqual(expect.objectContaining({ pid: 1 }));
    const self = processes.find(({ pid }) => pid === process.pid);
    expect(self?.name).not.toBe('');
    expect(processes.filter(({ name }) => name === 'ps')).toEqual([]);
  },
);

test('disks of macOS: what a device backs, with spaces in names, and no server asked', async () => {
  const { runCommand, asked } = answering({ df: macDf, mount: macMount });
  expect(await createPortableDisksCollector(darwin(), { runCommand }).collect()).toEqual({
    '/dev/disk3s1s1': {
      file_system: 'apfs',
      mount_point: '/',
      total: 482797652 * 1024,
      used: 10485760 * 1024,
      free: 210000000 * 1024,
    },
    '/dev/disk3s5': {
      file_system: 'apfs',
      mount_point: '/System/Volumes/Data',
      total: 482797652 * 1024,
      used: 251658240 * 1024,
      free: 210000000 * 1024,
    },
    '/dev/disk6s1': {
      file_system: 'msdos',
      mount_point: '/Volumes/MIC CARD',
      total: 31250000 * 1024,
      used: 1048576 * 1024,
      free: 30201424 * 1024,
    },
    '/dev/disk8s1': {
      file_system: 'hfs',
      mount_point: '/Volumes/Full',
      total: 10000 * 1024,
      used: 10500 * 1024,
      free: 0,
    },
  });
  expect(asked).toEqual(['df -k -P -n', 'mount']);
});

test('disks of FreeBSD: data sets of zfs count, devfs does not', async () => {
  const { runCommand } = answering({
    df: `Filesystem         1K-blocks Used Avail Capacity Mounted on
zroot/ROOT/default 16000000 4000000 12000000 25% /
devfs 1 1 0 100% /dev
/dev/ada0p1 260000 600 259400 0% /boot/efi
`,
    mount: `zroot/ROOT/default on / (zfs, local, noatime, nfsv4acls)
devfs on /dev (devfs)
/dev/ada0p1 on /boot/efi (msdosfs, local)
`,
  });
  const disks = await createPortableDisksCollector(darwin(), { runCommand }).collect();
  expect(Object.entries(disks).map(([device, disk]) => [device, disk.file_system])).toEqual([
    ['zroot/ROOT/default', 'zfs'],
    ['/dev/ada0p1', 'msdosfs'],
  ]);
});

test('types of file systems where mount points hold parentheses and the word on', () => {
  expect(
    parseMountTypes(
      '/dev/disk12s1 on /Volumes/Photos (2) (apfs, local, journaled)\n' +
        '/dev/disk14s1 on /Volumes/Sign on Here (apfs, local)\n' +
        '/dev/sd0a on / type ffs (local)\n',
    ),
  ).toEqual(
    new Map([
      ['/Volumes/Photos (2)', 'apfs'],
      ['/Volumes/Sign on Here', 'apfs'],
      ['/', 'ffs'],
    ]),
  );
});

test('df’s blocks are as large as its heading says, with or without inodes between', () => {
  expect(
    parseDf(
      'Filesystem 512-blocks Used Available Capacity iused ifree %iused Mounted on\n' +
        '/dev/disk1s2 976490576 350326928 596657360 38% 1657755 4880797123 0% /System/Volumes/Data\n',
    ),
  ).toEqual([
    {
      source: '/dev/disk1s2',
      mountPoint: '/System/Volumes/Data',
      totalBytes: 976490576 * 512,
      usedBytes: 350326928 * 512,
      freeBytes: 596657360 * 512,
    },
  ]);
  expect(() => parseDf('/dev/disk1s2 1 1 1 1% /\n')).toThrow(
    expect.objectContaining({ code: 'MALFORMED' }),
  );
});

test('disks by patterns of device and mount point', async () => {
  const { runCommand } = answering({ df: macDf, mount: macMount });
  const context = darwin({ disks_exclude: ['/System/*', '/Volumes/*'] });
  const disks = await createPortableDisksCollector(context, { runCommand }).collect();
  expect(Object.keys(disks)).toEqual(['/dev/disk3s1s1']);
});

test('bytes of macOS and FreeBSD are read from the right, whatever is missing on the left', async () => {
  expect(parseNetstat(macNetstat)).toEqual(
    new Map([
      ['lo0', { receivedBytes: 23381230, sentBytes: 23381231 }],
      ['gif0', { receivedBytes: 0, sentBytes: 0 }],
      ['en0', { receivedBytes: 1989732029, sentBytes: 221312126 }],
    ]),
  );
  expect(parseNetstat(bsdNetstat)).toEqual(
    new Map([
      ['em0', { receivedBytes: 987654321, sentBytes: 123456789 }],
      ['lo0', { receivedBytes: 1000, sentBytes: 1001 }],
    ]),
  );
});

test('interfaces of macOS: addresses by Node, bytes by netstat, none where it has none', async () => {
  const { runCommand, asked } = answering({ netstat: macNetstat });
  const v4 = (address: string) => ({ address, netmask: '255.255.255.0', family: 'IPv4' }) as const;
  const listInterfaces = () => ({ en0: [v4('192.0.2.12')], utun3: [v4('198.51.100.2')] });
  const context = { ...darwin(), calls: { listInterfaces } };
  const collector = createPortableNetworkCollector(context, { runCommand });
  expect(await collector.collect()).toEqual({
    en0: {
      ip: '192.0.2.12',
      netmask: '255.255.255.0',
      bytes_sent: 221312126,
      bytes_recv: 1989732029,
    },
    utun3: { ip: '198.51.100.2', netmask: '255.255.255.0' },
  });
  expect(asked).toEqual(['netstat -i -b -n']);
});

test('memory of macOS as psutil has it: used is active and wired, available inactive and free', () => {
  const page = 16384;
  expect(memoryOfVmStat(parseVmStat(vmStat), 17179869184)).toEqual({
    total: 17179869184,
    available: (330134 + 17878 + 32689) * page,
    percent_used: 63.7,
    used: (363979 + 103518) * page,
    free: 17878 * page,
  });
});

test('a vm_stat without its page size is refused', async () => {
  const { runCommand } = answering({ vm_stat: vmStat.replace(/\(.*\)/, '') });
  const collector = createPortableMemoryCollector(darwin(), { runCommand });
  await expect(collector.collect()).rejects.toMatchObject({ code: 'MALFORMED' });
});

test('a program that says nothing is a failure, with what it said instead', async () => {
  const { runCommand } = answering({});
  for (const collector of [
    createPortableProcessesCollector(darwin(), { runCommand }),
    createPortableDisksCollector(darwin(), { runCommand }),
    createPortableNetworkCollector(darwin(), { runCommand }),
    createPortableMemoryCollector(darwin(), { runCommand }),
  ]) {
    await expect(collector.collect()).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('it failed with exit status 1: no'),
    });
  }
});

test.each([
  ['ps', parsePs, macPs],
  ['df', parseDf, macDf],
  ['mount', parseMountTypes, macMount],
  ['netstat', parseNetstat, macNetstat],
  ['vm_stat', parseVmStat, vmStat],
] as const)('%s of any content is parsed or refused', (_, parse, text) => {
  survivesAnyText(parse, text);
});

test('the library’s memory: what it calls used is corrected for each system', () => {
  const memory = { total: 1000, free: 100, available: 400, active: 550 };
  expect(memoryOfLibrary(memory, 'freebsd')).toEqual({
    total: 1000,
    available: 400,
    percent_used: 60,
    used: 550,
    free: 100,
  });
  expect(memoryOfLibrary(memory, 'win32')).toMatchObject({ used: 600, free: 400, available: 400 });
});

test.each([
  [{ total: Number.NaN, free: 1, available: 1, active: 1 }],
  [{ total: 0, free: 0, available: 0, active: 0 }],
  [{ total: 100, free: -1, available: 50, active: 10 }],
])('memory that no machine has is refused: %j', (memory) => {
  expect(() => memoryOfLibrary(memory, 'freebsd')).toThrow(
    expect.objectContaining({ code: 'MALFORMED' }),
  );
});

test('the library’s other rows: those without sense are left out', () => {
  expect(
    processesOf([
      { pid: 8, name: 'b', user: '' },
      { pid: Number.NaN, name: 'x', user: '' },
      { pid: 0, name: 'System Idle Process', user: '' },
    ]).map(({ pid }) => pid),
  ).toEqual([0, 8]);
  const drive = { fs: 'D:', type: 'CDFS', used: 0, available: 0, mount: 'D:' };
  expect(
    disksOfLibrary([
      { ...drive, size: 0 },
      { ...drive, size: Number.NaN },
    ]),
  ).toEqual([]);
  expect(countersOf([{ iface: 'Wi-Fi', rx_bytes: Number.NaN, tx_bytes: 1 }])).toEqual(new Map());
});

test('CPU use of os.cpus(): undefined when a CPU came, went or went back', () => {
  const cpu = (user: number, idle: number) => ({
    times: { user, nice: 0, sys: 0, idle, irq: 5 },
  });
  expect(busyPercentOf([cpu(0, 0), cpu(0, 0)], [cpu(30, 70), cpu(10, 90)])).toBe(20);
  expect(busyPercentOf([cpu(0, 0)], [cpu(30, 70), cpu(10, 90)])).toBeUndefined();
  expect(busyPercentOf([cpu(50, 0)], [cpu(30, 70)])).toBeUndefined();
  expect(busyPercentOf([cpu(50, 50)], [cpu(50, 50)])).toBeUndefined();
});

test('frequency of os.cpus(): a 0 means that the system does not tell', () => {
  expect(averageMhz([{ speed: 2400 }, { speed: 2401 }])).toBe(2401);
  expect(averageMhz([{ speed: 2400 }, { speed: 0 }])).toBeUndefined();
  expect(averageMhz([])).toBeUndefined();
});

test('the CPU of this machine by os.cpus()', async () => {
  const stats = await createPortableCpuCollector(collectorContext()).collect();
  expect(stats.count).toBeGreaterThan(0);
  expect(stats.percent_used).toBeGreaterThanOrEqual(0);
  expect(stats.percent_used).toBeLessThanOrEqual(100);
});
