/**
 * The portable collectors. What macOS and FreeBSD print is made after the sources of their programs
 * and public listings; nobody ran these collectors there yet. Disks of macOS: df-list.test.ts,
 * processes of macOS: ps-list.test.ts.
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
import { parseNetstat } from '../../../src/host/portable/netstat.ts';
import { parseVmStat } from '../../../src/host/portable/vm-stat.ts';
import { answering } from '../../support/answering.ts';
import { collectorContext } from '../../support/collector-context.ts';
import { survivesAnyText } from '../../support/survives-any-text.ts';

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

const darwin = (settings = {}) => collectorContext({ platform: 'darwin', settings });

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
  expect(countersOf([{ iface: 'Wi-Fi', rx_bytes: Number.NaN, tx_bytes: 1 }])).toEqual(
    new Map([['Wi-Fi', { sentBytes: 1 }]]),
  );
});

test('CPU use of os.cpus(): undefined when a CPU came, went or went back', () => {
  const cpu = (user: number, idle: number) => ({
    times: { user, nice: 0, sys: 0, idle, irq: 5 },
  });
  expect(busyPercentOf([cpu(0, 0), cpu(0, 0)], [cpu(30, 70), cpu(10, 90)])).toBe(20);
  expect(busyPercentOf([cpu(0, 0)], [cpu(30, 70), cpu(10, 90)])).toBeUndefined();
  expect(busyPercentOf([cpu(50, 0)], [cpu(30, 70)])).toBeUndefined();
  expect(busyPercentOf([cpu(50, 50)], [cpu(50, 50)])).toBeUndefined();
  const nothing = { times: { user: 0, nice: 0, sys: 0, idle: 0, irq: 0 } };
  expect(busyPercentOf([nothing], [nothing])).toBe(0);
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
