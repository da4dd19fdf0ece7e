import { expect, test } from '@jest/globals';
import { createRemarks, describeRemark } from '../../../src/base/remarks.ts';
import { createManualClock } from '../../support/clocks.ts';
import { createRecordingLogger } from '../../support/recording-logger.ts';

function setUp() {
  const clock = createManualClock(1_800_000_000_000);
  const logger = createRecordingLogger();
  return { clock, logger, remarks: createRemarks({ clock, logger }) };
}

test('a remark is there while it holds, since the moment when it began', async () => {
  const { clock, remarks } = setUp();
  remarks.holds('collector.fallback', 'cpu', 'no library');
  await clock.advance(60_000);
  remarks.holds('collector.fallback', 'cpu', 'refused');
  remarks.holds('disks.hidden', '/data', 'EACCES');
  expect(remarks.current()).toEqual([
    { kind: 'collector.fallback', subject: 'cpu', reason: 'refused', since: 1_800_000_000 },
    { kind: 'disks.hidden', subject: '/data', reason: 'EACCES', since: 1_800_000_060 },
  ]);
  remarks.ended('collector.fallback', 'cpu');
  expect(remarks.current().map(({ subject }) => subject)).toEqual(['/data']);
});

test('those of a kind that a sample did not find are over, others are left', () => {
  const { logger, remarks } = setUp();
  remarks.holds('processes.hidden', '/proc', 'hidepid');
  remarks.only('disks.hidden', new Map([['/a', 'EACCES']]));
  remarks.only('disks.hidden', new Map([['/b', 'EACCES']]));
  expect(remarks.current().map(({ subject }) => subject)).toEqual(['/proc', '/b']);
  expect(logger.lines.map(({ event, fields }) => ({ event, ...fields }))).toEqual([
    { event: 'processes.hidden', reason: 'hidepid' },
    { event: 'disks.hidden', mount_point: '/a', reason: 'EACCES' },
    { event: 'remark.ended', remark: 'disks.hidden', subject: '/a' },
    { event: 'disks.hidden', mount_point: '/b', reason: 'EACCES' },
  ]);
});

test('a stuck mount is said by whoever waits for it, not here', () => {
  const { logger, remarks } = setUp();
  remarks.only('mount.stuck', new Map([['/mnt', 'it does not answer']]));
  remarks.only('mount.stuck', new Map());
  expect(logger.lines).toEqual([]);
});

test('of a thousand that are alike 64 are named, and the others counted', () => {
  const { remarks } = setUp();
  const thousand = new Map(Array.from({ length: 1000 }, (_, n) => [`/m${n}`, 'EACCES']));
  remarks.only('disks.hidden', thousand);
  const told = remarks.current();
  expect(told).toHaveLength(65);
  const [more] = told.filter(({ kind }) => kind === 'remarks.more');
  expect(more).toMatchObject({ subject: 'disks.hidden', reason: '936' });
  expect(describeRemark('remarks.more', 'disks.hidden', '936')).toBe(
    'There are 936 more remarks of the kind disks.hidden',
  );
  remarks.only('disks.hidden', new Map([...thousand].slice(0, 64)));
  expect(remarks.current()).toHaveLength(64);
});
