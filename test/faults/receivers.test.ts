import { expect } from '@jest/globals';
import { runReceiverFaults } from '../support/receiver-faults.ts';
import { onPlatform, testWith } from '../support/requirement.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** What a heap may sway by between two looks. */
const swayKb = 15_000;

testWith(
  [onPlatform('linux')],
  'no bad receiver costs a report, a key, a descriptor or memory',
  async () => {
    const { before, rows } = await runReceiverFaults(temporaryFolder());
    expect(rows.length).toBeGreaterThan(20);
    for (const row of rows) {
      expect(row).toMatchObject({ lost: 0, rekeyed: 0 });
      expect([row.fault, row.privateDirtyKb - before.privateDirtyKb < swayKb]).toEqual([
        row.fault,
        true,
      ]);
    }
    // The connection to the receiver may be open or not at the moment of the look.
    expect(Math.abs((rows.at(-1)?.descriptors ?? 0) - before.descriptors)).toBeLessThanOrEqual(1);
    const stored = rows.find((row) => row.fault === 'stores and resets the connection');
    expect(stored?.duplicates).toBeGreaterThan(0);
  },
  300_000,
);
