import { join } from 'node:path';
import { expect } from '@jest/globals';
import { onWindows, testWith } from '../support/requirement.ts';
import { runOnWindows } from '../support/windows-run.ts';
import type { WindowsDeliveryResult } from './programs/windows-delivery.ts';

testWith(
  [onWindows()],
  'on Windows the spool is durable, locked, repaired and delivered as elsewhere',
  async () => {
    const program = join(import.meta.dirname, 'programs/windows-delivery.ts');
    const { status, stdout, stderr } = await runOnWindows(program);
    expect({ status, stderr }).toEqual({ status: 0, stderr: expect.any(String) });
    const result: WindowsDeliveryResult = JSON.parse(stdout);
    expect(result).toMatchObject({
      durable: [true, true, true],
      secondProcess: 'BUSY',
      afterKill: 'locked',
      damagedFiles: 1,
      pendingAfterReopen: 3,
      statuses: [200, 200, 422, 200],
      rejected: ['status 422'],
      retried: 1,
      left: [],
    });
    // The rejected report came again under its first key.
    expect(result.keys[3]).toBe(result.keys[2]);
  },
  180_000,
);
