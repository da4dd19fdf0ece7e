import { expect, test } from '@jest/globals';
import { runKillTorture } from '../support/kill-torture.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

// `node scripts/torture.ts` is the long form.
const kills = 100;

test('kill -9 at a hundred random moments loses no durable report and changes no key', async () => {
  const result = await runKillTorture({ folder: temporaryFolder(), kills });
  expect(result).toMatchObject({ kills, lost: [], rekeyed: [], damagedFiles: 0 });
  // A run in which nothing was collected would prove nothing.
  expect(result.durable).toBeGreaterThan(kills);
  expect(result.stored).toBeGreaterThanOrEqual(result.durable);
}, 300_000);
