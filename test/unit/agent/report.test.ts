import { expect, test } from '@jest/globals';
import { encodeReport } from '../../../src/agent/report.ts';
import { MonitorError } from '../../../src/base/errors.ts';
import { sendStatsRequestSchema } from '../../../src/wire/requests.ts';
import type { Stats } from '../../../src/wire/stats.ts';

const stats: Stats = {
  cpu: { count: 2, frequency: 2600, percent_used: 12.5 },
  memory: { total: 8e9, available: 6e9, percent_used: 25, used: 15e8, free: 4e9 },
  processes: [{ pid: 1, name: 'init', username: 'root' }],
  disks: {
    '/dev/sda1': { file_system: 'ext4', mount_point: '/', total: 1e9, used: 5e8, free: 4e8 },
  },
  network: {
    eth0: { ip: '192.0.2.1', netmask: '255.255.255.0', bytes_sent: 1, bytes_recv: 2 },
  },
};
const header = { systemId: 'Linux-1', url: 'https://example.com/in', intervalSeconds: 60 };

test('a report has exactly the published keys, in their order', () => {
  const text = Buffer.from(encodeReport(header, 1_800_000_000, stats)).toString('utf8');
  expect(text).toBe(
    '{"action":"send_stats","system_id":"Linux-1","url":"https://example.com/in","interval":60,' +
      `"epoch":1800000000,"stats":${JSON.stringify(stats)}}`,
  );
  expect(sendStatsRequestSchema.safeParse(JSON.parse(text)).success).toBe(true);
});

test('names in any script arrive as they are', () => {
  const named = { ...stats, processes: [{ pid: 7, name: 'démon 監視 "\n\u0000', username: 'ü' }] };
  const report: unknown = JSON.parse(Buffer.from(encodeReport(header, 1, named)).toString('utf8'));
  expect(report).toHaveProperty('stats.processes', named.processes);
});

test.each([
  ['a negative size', { ...stats, memory: { ...stats.memory, free: -1 } }, 'stats.memory.free'],
  ['no number', { ...stats, cpu: { ...stats.cpu, percent_used: Number.NaN } }, 'percent_used'],
  ['a share above all', { ...stats, cpu: { ...stats.cpu, percent_used: 101 } }, 'percent_used'],
  ['a broken byte', { ...stats, memory: { ...stats.memory, used: 1.5 } }, 'stats.memory.used'],
])('%s is never spooled: the server would refuse it for ever', (_what, wrong, where) => {
  expect(() => encodeReport(header, 1, wrong)).toThrow(MonitorError);
  expect(() => encodeReport(header, 1, wrong)).toThrow(where);
  expect(() => encodeReport(header, 1, wrong)).toThrow(/^make a report: /);
});

test('counters beyond 2^53 arrive with all their digits, as JSON numbers', () => {
  const counted = {
    ...stats,
    network: { eth0: { ip: '192.0.2.1', netmask: '', bytes_sent: 2n ** 64n - 1n, bytes_recv: 7 } },
  };
  const text = Buffer.from(encodeReport(header, 1, counted)).toString();
  expect(text).toContain('"bytes_sent":18446744073709551615,"bytes_recv":7');
  expect(() => encodeReport(header, 1, { ...counted, network: negative })).toThrow('bytes_sent');
});

const negative = { eth0: { ip: '192.0.2.1', netmask: '', bytes_sent: -1n } };
