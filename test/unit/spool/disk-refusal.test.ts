import { expect, test } from '@jest/globals';
import { MonitorError, wrapWriteError } from '../../../src/base/errors.ts';
import { createDiskRefusal } from '../../../src/spool/disk-refusal.ts';
import { createRecordingLogger } from '../../support/recording-logger.ts';

const full = () => Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC' });

test('what the disk refuses is said once and holds reports back; a bug is thrown on', () => {
  const logger = createRecordingLogger();
  const refusal = createDiskRefusal(logger);
  refusal.note(full());
  refusal.note(wrapWriteError('write a', full()));
  expect(logger.events()).toEqual(['spool.disk_refused']);
  for (const bug of [
    new TypeError('a bug of ours'),
    wrapWriteError('write a', new TypeError('a bug of ours')),
  ]) {
    expect(() => refusal.note(bug)).toThrow('a bug of ours');
  }
  const busy = new MonitorError({ code: 'BUSY', operation: 'lock it', reason: 'another has it' });
  expect(() => refusal.note(busy)).not.toThrow();
});
