import { expect, test } from '@jest/globals';
import { type SystemLog, withSystemLog } from '../../../src/base/system-log.ts';
import { createManualClock } from '../../support/clocks.ts';
import { recordingLogger } from '../../support/collector-context.ts';

function scene() {
  const entries: [string, string][] = [];
  const systemLog: SystemLog = { report: (kind, text) => entries.push([kind, text]) };
  const logger = recordingLogger();
  const clock = createManualClock();
  return { entries, logger, clock, log: withSystemLog(logger, systemLog, clock) };
}

test('start, stop and errors go to the system’s log too, and nothing else does', () => {
  const { entries, logger, log } = scene();
  log.info('agent.started', { version: '1.0.0', new_id: false, url: undefined });
  log.info('report.collected');
  log.warn('delivery.failed', { reason: 'it is away' });
  log.debug('mount.error');
  log.error('agent.failed', { reason: 'a bug' });
  log.info('agent.stopped', { reason: 'bug', waiting: 3 });
  expect(entries).toEqual([
    [
      'started',
      'The background process has started, with these settings.\r\n\r\nevent: agent.started\r\nversion: 1.0.0\r\nnew_id: false',
    ],
    ['error', expect.stringContaining('event: agent.failed\r\nreason: a bug')],
    ['stopped', expect.stringContaining('event: agent.stopped\r\nreason: bug\r\nwaiting: 3')],
  ]);
  // Our own log has it all.
  expect(logger.events.map(({ event }) => event)).toEqual([
    'agent.started',
    'report.collected',
    'delivery.failed',
    'mount.error',
    'agent.failed',
    'agent.stopped',
  ]);
});

test('secrets are no part of an entry', () => {
  const { entries, log } = scene();
  log.error('config.url_missing', { reason: 'https://ada:secret@example.com' });
  expect(entries[0]?.[1]).toContain('https://example.com');
  expect(entries[0]?.[1]).not.toContain('secret');
});

test('what lasts is an entry an hour', async () => {
  const { entries, clock, log } = scene();
  log.error('agent.failed');
  await clock.advance(3_599_999);
  log.error('agent.failed');
  expect(entries).toHaveLength(1);
  await clock.advance(1);
  log.error('agent.failed');
  expect(entries).toHaveLength(2);
});

test('without a log of the system the logger is the one that it was', () => {
  const logger = recordingLogger();
  expect(withSystemLog(logger, undefined, createManualClock())).toBe(logger);
});
