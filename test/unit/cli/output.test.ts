import { describe, expect, test } from '@jest/globals';
import { printable } from '../../../src/base/printable.ts';
import { formatBytes, formatDuration, formatPercent } from '../../../src/base/units.ts';
import { formatAll, formatPart } from '../../../src/cli/output/human.ts';
import { formatTable } from '../../../src/cli/output/table.ts';
import { sentParts } from '../../../src/collectors/index.ts';
import type { Stats } from '../../../src/wire/stats.ts';

const stats: Stats = {
  cpu: { count: 8, frequency: 2600, percent_used: 12.5 },
  memory: {
    total: 16 * 2 ** 30,
    available: 2 ** 33,
    percent_used: 50,
    used: 2 ** 32,
    free: 2 ** 31,
  },
  processes: [
    { pid: 1, name: 'systemd', username: 'root' },
    { pid: 40_961, name: '監視', username: 'ann' },
  ],
  disks: {
    '/dev/sda1': { file_system: 'ext4', mount_point: '/', total: 1000, used: 450, free: 450 },
  },
  network: { lo: { ip: '127.0.0.1', netmask: '255.0.0.0' } },
};

const disk = { file_system: 'ext4', mount_point: '/', total: 1000, used: 450, free: 450 };
const wide = { columns: 80, cutNames: new Set<string>() };

describe('a table', () => {
  const columns = [
    { title: 'PID', align: 'right' },
    { title: 'NAME', align: 'left' },
    { title: 'USER', align: 'left' },
  ] as const;

  test('lines its columns up, numbers to the right', () => {
    const rows = [
      ['1', 'systemd', 'root'],
      ['40961', 'sh', 'ann'],
    ];
    expect(formatTable(columns, rows, 80)).toBe(
      '  PID  NAME     USER\n    1  systemd  root\n40961  sh       ann\n',
    );
  });

  test('counts wide characters as the two columns that they take', () => {
    const rows = [
      ['1', '監視', 'x'],
      ['2', 'abcd', 'y'],
    ];
    expect(formatTable(columns, rows, 80)).toBe('PID  NAME  USER\n  1  監視  x\n  2  abcd  y\n');
  });

  test('is cut at the width of the terminal, and says so', () => {
    const [, row] = formatTable(columns, [['1', 'a'.repeat(50), 'x']], 20).split('\n');
    expect(row).toHaveLength(20);
    expect(row?.endsWith('…')).toBe(true);
  });

  test('lets no name move the cursor or change colours', () => {
    const hostile = '\u001b[2J\u0007evil\r\n\u202etxt\u009b31m';
    expect(printable(hostile)).toBe('\\u001b[2J\\u0007evil\\u000d\\u000a\\u202etxt\\u009b31m');
    expect(formatTable(columns, [['1', hostile, 'x']], 80).split('\n')).toHaveLength(3);
  });
});

describe('stats for people', () => {
  test('show every part under its heading', async () => {
    expect(await formatAll(sentParts, stats, wide)).toBe(`CPU
CPUS  FREQUENCY    USED
   8   2600 MHz  12.5 %

MEMORY
   TOTAL     USED     FREE  AVAILABLE    USED
16.0 GiB  4.0 GiB  2.0 GiB    8.0 GiB  50.0 %

DISKS
DEVICE     TYPE   TOTAL   USED   FREE    USED  MOUNTED ON
/dev/sda1  ext4  1000 B  450 B  450 B  50.0 %  /

NETWORK
INTERFACE  ADDRESS    NETMASK    RECEIVED     SENT
lo         127.0.0.1  255.0.0.0   unknown  unknown

PROCESSES
  PID  USER  NAME
    1  root  systemd
40961  ann   監視
2 processes
`);
  });

  test('say what the system does not tell instead of a number', async () => {
    expect(await formatPart('cpu', { count: 1, percent_used: 0 }, wide)).toContain('unknown');
  });

  test('say of a part that could not be read that it is not there', async () => {
    expect(await formatAll(['disks', 'network'], { network: {} }, wide)).toBe(
      'DISKS\nNot available.\n\nNETWORK\nNo interface has an IPv4 address.\n',
    );
  });

  test('of processes as the detail is set', async () => {
    expect(await formatPart('processes', { count: 12 }, wide)).toBe('12 processes\n');
    expect(await formatPart('processes', [{ pid: 1, name: 'init' }], wide)).toBe(
      'PID  USER  NAME\n  1        init\n1 process\n',
    );
  });

  test('mark a name that was cut, which is not sent with it', async () => {
    const cut = 'x'.repeat(255);
    const options = { columns: 400, cutNames: new Set([cut]) };
    expect(await formatPart('processes', [{ pid: 1, name: cut }], options)).toContain(`${cut}…\n`);
    expect(await formatPart('disks', { [cut]: disk }, options)).toContain(`${cut}…  ext4 `);
  });

  test('of processes with CPU use and memory where they are told', async () => {
    const used = [
      { pid: 1, name: 'init', username: 'root', cpu_percent: 0, rss_bytes: 12_288 },
      { pid: 20, name: 'awk', username: 'ann', cpu_percent: 187.5, rss_bytes: 3 * 1024 ** 3 },
      { pid: 21, name: 'new', username: 'ann' },
    ];
    expect(await formatPart('processes', used, wide)).toBe(`PID  USER      CPU    MEMORY  NAME
  1  root    0.0 %  12.0 KiB  init
 20  ann   187.5 %   3.0 GiB  awk
 21  ann                      new
3 processes
`);
    const view = { sort: 'memory', limit: 1 };
    expect(
      await formatPart('processes', used, { ...wide, view }),
    ).toBe(`PID  USER      CPU   MEMORY  NAME
 20  ann   187.5 %  3.0 GiB  awk
1 of 3 processes
`);
  });

  test('of nothing are a sentence', async () => {
    expect(await formatPart('disks', {}, wide)).toBe('No disks.\n');
    expect(await formatPart('network', {}, wide)).toBe('No interface has an IPv4 address.\n');
  });
});

describe('units', () => {
  test.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1.0 KiB'],
    [1536 * 1024, '1.5 MiB'],
    [2 ** 63, '8.0 EiB'],
    [2 ** 73, '8192.0 EiB'],
  ])('%d bytes are %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));

  test.each([
    [0, '0 s'],
    [-5, '0 s'],
    [59.6, '1 min'],
    [3600, '1 h'],
    [3661, '1 h 1 min'],
    [90_061, '1 d 1 h'],
    [86_405, '1 d'],
  ])('%d seconds are %s', (seconds, text) => expect(formatDuration(seconds)).toBe(text));

  test('a share has one decimal', () => expect(formatPercent(99.96)).toBe('100.0 %'));
});
