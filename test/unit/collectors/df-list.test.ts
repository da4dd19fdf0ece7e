/**
 * Disks of macOS and the BSDs. What their programs print is made after their sources (file_cmds:
 * df.c, mount.c of diskdev_cmds) and public listings; nobody ran this there yet.
 */
import { expect, test } from '@jest/globals';
import { createRemarks } from '../../../src/base/remarks.ts';
import { createPortableDisksCollector } from '../../../src/collectors/disks/portable.ts';
import type { MountProber } from '../../../src/host/linux/mount-prober.ts';
import { parseDf, parseMounts } from '../../../src/host/portable/df.ts';
import type { CommandRequest } from '../../../src/host/run-command.ts';
import { answering } from '../../support/answering.ts';
import { createManualClock } from '../../support/clocks.ts';
import { collectorContext } from '../../support/collector-context.ts';
import { survivesAnyText } from '../../support/survives-any-text.ts';

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

const darwin = (settings = {}) => collectorContext({ platform: 'darwin', settings });

test('disks of macOS: what a device backs, with spaces in names, and figures of now', async () => {
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
  // -n would print what the kernel remembers, however old.
  expect(asked).toEqual(['mount', 'df -k -P -l']);
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

test('mounts whose points hold parentheses and the word on, and who is local', () => {
  expect(
    parseMounts(
      '/dev/disk12s1 on /Volumes/Photos (2) (apfs, local, journaled)\n' +
        '/dev/disk14s1 on /Volumes/Sign on Here (apfs, local)\n' +
        '/dev/sd0a on / type ffs (local)\n' +
        '//anna@nas/Media on /Volumes/Media (smbfs, nodev, nosuid, mounted by anna)\n',
    ).map(({ mountPoint, fileSystem, isLocal }) => [mountPoint, fileSystem, isLocal]),
  ).toEqual([
    ['/Volumes/Photos (2)', 'apfs', true],
    ['/Volumes/Sign on Here', 'apfs', true],
    ['/', 'ffs', true],
    ['/Volumes/Media', 'smbfs', false],
  ]);
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

/** A df that answers when it is told to, on a clock that a test moves. */
function createDeadServer() {
  const clock = createManualClock();
  const remarks = createRemarks({ clock, logger: darwin().logger });
  const ends: ((text: string) => void)[] = [];
  const signals: (AbortSignal | undefined)[] = [];
  const { runCommand, asked } = answering({
    mount: macMount,
    df: ({ signal }: CommandRequest) => {
      signals.push(signal);
      return new Promise<string>((resolve) => ends.push(resolve));
    },
  });
  const probed: string[] = [];
  const blocks = { fragmentBytes: 4096, blocks: 100, blocksFree: 40, blocksAvailable: 30 };
  const mountProber: MountProber = {
    ask: async ({ mountPoint }) => {
      probed.push(mountPoint);
      return mountPoint === '/Volumes/MIC CARD' ? undefined : { blocks };
    },
    retain: () => {},
    stuck: () => ['/Volumes/MIC CARD'],
    close: () => {},
  };
  const context = { ...darwin(), clock, remarks, calls: { mountProber } };
  const collector = createPortableDisksCollector(context, { runCommand });
  return { clock, collector, remarks, ends, signals, asked, probed };
}

test('a server that is away takes no disk of this machine with it', async () => {
  const { clock, collector, remarks, ends, asked, probed } = createDeadServer();
  const first = collector.collect();
  await clock.advance(2000);
  const disk = { total: 409600, used: 245760, free: 122880 };
  expect(await first).toEqual({
    '/dev/disk3s1s1': { file_system: 'apfs', mount_point: '/', ...disk },
    '/dev/disk3s5': { file_system: 'apfs', mount_point: '/System/Volumes/Data', ...disk },
    '/dev/disk8s1': { file_system: 'hfs', mount_point: '/Volumes/Full', ...disk },
  });
  // The share is not touched, nor is what is no disk.
  expect(probed).toEqual(['/', '/System/Volumes/Data', '/Volumes/MIC CARD', '/Volumes/Full']);
  expect(remarks.current()).toMatchObject([
    { kind: 'collector.fallback', reason: expect.stringContaining('(/Volumes/Media)') },
    { kind: 'mount.stuck', subject: '/Volumes/MIC CARD' },
  ]);

  // The df that waits is the only one, however many samples are taken.
  expect(Object.keys(await collector.collect())).toHaveLength(3);
  expect(asked.filter((one) => one.startsWith('df'))).toHaveLength(1);

  ends[0]?.(macDf);
  await clock.advance(1);
  const recovered = collector.collect();
  await clock.advance(1);
  ends[1]?.(macDf);
  expect(Object.keys(await recovered)).toHaveLength(4);
  expect(remarks.current().map(({ kind }) => kind)).not.toContain('collector.fallback');
});

test('a df that is merely slow is waited for: what is used keeps its meaning', async () => {
  const { clock, collector, remarks, ends, probed } = createDeadServer();
  const sample = collector.collect();
  await clock.advance(1999);
  ends[0]?.(macDf);
  expect((await sample)['/dev/disk3s5']?.used).toBe(251658240 * 1024);
  expect(probed).toEqual([]);
  expect(remarks.current().map(({ kind }) => kind)).not.toContain('collector.fallback');
});

test('a df that waits is ended with the collector', async () => {
  const { clock, collector, signals } = createDeadServer();
  const first = collector.collect();
  await clock.advance(2000);
  await first;
  collector.close?.();
  expect(signals.map((signal) => signal?.aborted)).toEqual([true]);
});

test.each([
  ['df', parseDf, macDf],
  ['mount', parseMounts, macMount],
] as const)('%s of any content is parsed or refused', (_, parse, text) => {
  survivesAnyText(parse, text);
});
