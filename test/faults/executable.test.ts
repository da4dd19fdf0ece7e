import { expect } from '@jest/globals';
import { runExecutableTorture } from '../support/executable-torture.ts';
import { fromEnvironment, testWith } from '../support/requirement.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const executable = process.env.SYSTEM_MONITOR_EXECUTABLE ?? '';
/** Each takes more than a second, since an agent takes no second twice. */
const kills = 25;

testWith(
  [fromEnvironment('SYSTEM_MONITOR_EXECUTABLE')],
  'kill -9 at random moments costs the real executable no report and doubles none',
  async () => {
    const result = await runExecutableTorture({
      command: [executable],
      folder: temporaryFolder(),
      kills,
    });
    expect(result).toMatchObject({ lost: [], doubled: [], lastExitCode: 0 });
    expect(result.stored).toBeGreaterThan(0);
    expect(result.stored).toBeGreaterThanOrEqual(result.durable);
  },
  300_000,
);
