/** Reports for tests: whole and valid, with what a test cares about put in by name. */
import { copiesMax, type IncomingReport } from '../../server-example/store.ts';
import type { SendStatsRequest } from '../../src/wire/requests.ts';
import type { Stats } from '../../src/wire/stats.ts';

export const exampleSystemId = `Linux-${'0123456789abcdef'.repeat(2)}`;

export function exampleStats(changes: Partial<Stats> = {}): Stats {
  return {
    cpu: { count: 4, frequency: 2400, percent_used: 12.5 },
    memory: {
      total: 8_000_000_000,
      available: 6_000_000_000,
      percent_used: 25,
      used: 1_500_000_000,
      free: 4_000_000_000,
    },
    processes: [
      { pid: 1, name: 'systemd', username: 'root' },
      { pid: 42, name: 'postgres', username: 'postgres' },
    ],
    disks: {
      '/dev/sda1': {
        file_system: 'ext4',
        mount_point: '/',
        total: 100_000,
        used: 60_000,
        free: 40_000,
      },
    },
    network: {
      lo: { ip: '127.0.0.1', netmask: '255.0.0.0', bytes_sent: 5000, bytes_recv: 5000 },
      eth0: { ip: '10.0.0.7', netmask: '255.255.255.0', bytes_sent: 1000, bytes_recv: 2000 },
    },
    ...changes,
  };
}

export function exampleReport(changes: Partial<SendStatsRequest> = {}): SendStatsRequest {
  return {
    action: 'send_stats',
    system_id: exampleSystemId,
    url: 'http://127.0.0.1:5000',
    interval: 60,
    epoch: 1_795_000_000,
    stats: exampleStats(),
    ...changes,
  };
}

/** The least that a store takes. */
export function exampleIncoming(changes: Partial<IncomingReport> = {}): IncomingReport {
  return {
    systemId: 'Linux-a',
    epoch: 0,
    receivedAt: 0,
    intervalSeconds: 60,
    url: '',
    body: '{}',
    copiesMax,
    cpuCount: 1,
    cpuFrequency: null,
    cpuPercent: 1,
    memoryTotalBytes: 1,
    memoryUsedBytes: 1,
    memoryPercent: 1,
    processCount: 1,
    disks: '{}',
    network: '{}',
    ...changes,
  };
}
