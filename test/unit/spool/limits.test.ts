import { expect, test } from '@jest/globals';
import { defaultSpoolLimits, spoolLimitsOf } from '../../../src/spool/limits.ts';

test('the settings speak of MiB and days, the spool of bytes and seconds', () => {
  const settings = { spool_max_mib: 3, spool_max_days: 0.5, spool_min_free_mib: 2 };
  expect(spoolLimitsOf(settings)).toEqual({
    ...defaultSpoolLimits,
    maxBytes: 3 * 1024 * 1024,
    maxAgeSeconds: 43_200,
    minFreeBytes: 2 * 1024 * 1024,
  });
});
