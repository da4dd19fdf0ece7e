import { expect } from '@jest/globals';
import { loadMemoryCalls } from '../../../src/host/win32/memory-status.ts';
import { loadSnapshotCalls } from '../../../src/host/win32/process-snapshot.ts';
import { testWith } from '../../support/requirement.ts';

const elsewhere = { met: process.platform !== 'win32', reason: 'Windows has these libraries' };

testWith(
  [elsewhere],
  'where Windows cannot be called, loading says NOT_AVAILABLE and names the library',
  async () => {
    await expect(loadMemoryCalls()).rejects.toMatchObject({
      code: 'NOT_AVAILABLE',
      operation: 'load kernel32.dll',
    });
    await expect(loadSnapshotCalls()).rejects.toMatchObject({
      code: 'NOT_AVAILABLE',
      operation: 'load ntdll.dll',
    });
  },
);
