import { expect, test } from '@jest/globals';
import type { AgentStatus } from '../../../src/status/status-file.ts';
import { troublesOf } from '../../../src/status/troubles.ts';
import { exampleStatus, statusNow } from '../../support/agent-status.ts';

const { collected, delivered, spool } = exampleStatus();
const error = { at: statusNow - 5, code: 'ECONNREFUSED', reason: 'refused' };

function codes(changes: Partial<AgentStatus>): readonly string[] {
  return troublesOf(exampleStatus(changes), statusNow).map(({ code }) => code);
}

test.each<[string, Partial<AgentStatus>]>([
  [
    'part_failed',
    { parts: { disks: { state: 'failed', since: 1, took_ms: 1, code: 'X', reason: 'denied' } } },
  ],
  [
    'url_missing',
    {
      waits_because: 'no URL is set',
      delivered: { ...delivered, consecutive_failures: 1, last_error: error },
    },
  ],
  ['mount_stuck', { stuck_mounts: ['/mnt/nas'] }],
  ['report_failed', { collected: { ...collected, consecutive_failures: 2, last_error: error } }],
  ['report_late', { collected: { ...collected, last_epoch: statusNow - 181 } }],
  ['delivery_failing', { delivered: { ...delivered, consecutive_failures: 1, last_error: error } }],
  ['duplicate_system_id', { delivered: { ...delivered, other_machine_seen_at: statusNow - 3599 } }],
  ['disk_refuses', { spool: { ...spool, in_memory: 3 } }],
  ['report_dropped', { spool: { ...spool, dropped: 3, last_dropped_at: statusNow - 3599 } }],
])('%s is a trouble', (code, changes) => {
  expect(codes(changes)).toEqual([code]);
});

test.each<[string, Partial<AgentStatus>]>([
  ['a process with which all is well', {}],
  [
    'a part that is empty, or turned off',
    {
      parts: {
        network: { state: 'empty', since: 1, took_ms: 1 },
        processes: { state: 'off', since: 1, took_ms: 0 },
      },
    },
  ],
  [
    'a remark',
    { remarks: [{ remark: 'disks.hidden', subject: '/b', reason: 'EACCES', since: 1 }] },
  ],
  ['a report that was rejected', { delivered: { ...delivered, rejected: 1, last_error: error } }],
  [
    'what happened more than an hour ago',
    {
      delivered: { ...delivered, other_machine_seen_at: statusNow - 3600 },
      spool: { ...spool, dropped: 3, last_dropped_at: statusNow - 3600 },
    },
  ],
  ['reports that could not be made once', { collected: { ...collected, failed: 4 } }],
  [
    'a report that is three intervals late',
    { collected: { ...collected, last_epoch: statusNow - 180 } },
  ],
])('%s is none', (_, changes) => {
  expect(codes(changes)).toEqual([]);
});

test('a process that has made no report yet is late only when one was due', () => {
  const { last_epoch: _, ...none } = collected;
  expect(codes({ collected: none, started_at: statusNow - 59, interval: 1 })).toEqual([]);
  expect(codes({ collected: none, started_at: statusNow - 61, interval: 1 })).toEqual([
    'report_late',
  ]);
});

test('a trouble names what it is about, and why', () => {
  const failed = { state: 'failed', since: 1, took_ms: 1, code: 'X', reason: 'denied' } as const;
  expect(troublesOf(exampleStatus({ parts: { disks: failed } }), statusNow)).toEqual([
    { code: 'part_failed', subject: 'disks', detail: 'disks cannot be read: denied' },
  ]);
});
