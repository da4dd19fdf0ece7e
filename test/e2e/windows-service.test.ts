/** The Task Scheduler of a Windows, or of what stands for one, is given our task for real. */
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { onWindows, testWith } from '../support/requirement.ts';
import { runOnWindows } from '../support/windows-run.ts';

const program = join(import.meta.dirname, 'programs/windows-service.ts');
const planted = join(import.meta.dirname, 'programs/windows-planted.ts');

testWith(
  [onWindows()],
  'the task is registered, upgraded in place and removed, and settings stay unless purged',
  async () => {
    const { status, stdout, stderr } = await runOnWindows(program);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const seen = JSON.parse(stdout);
    expect(seen).toMatchObject({
      installed: { isNew: true, executable: seen.paths.executable },
      afterInstall: { executableSize: 'first'.length, folder: ['config.json', 'state'] },
      afterUpgrade: { executableSize: 'second one'.length, folder: ['config.json', 'state'] },
      uninstalled: { kept: [seen.paths.definitionFolder] },
      purged: { kept: [] },
    });
    // Wine forgets triggers and actions, but reads and keeps the settings.
    expect(seen.afterInstall.task).toContain('<ExecutionTimeLimit>PT0S</ExecutionTimeLimit>');
    expect(seen.afterInstall.task).toContain(
      '<MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>',
    );
    expect(seen.afterInstall.task).toContain('<StopIfGoingOnBatteries>false');
    expect(seen.afterUninstall).toEqual({ folder: ['config.json', 'state'] });
    expect(seen.afterPurge).toEqual({});
  },
  180_000,
);

testWith(
  [onWindows()],
  "a program of the system's name in the current folder is not run",
  async () => {
    const { status, stdout, stderr } = await runOnWindows(planted, [
      '--disable-warning=ExperimentalWarning',
    ]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: expect.any(String) });
    const { programFolder, asWindowsDoes, asWeDo } = JSON.parse(stdout);
    expect(programFolder).toMatch(/^[A-Z]:\\Windows\\system32$/i);
    expect(asWindowsDoes).toBe('planted');
    expect(asWeDo).not.toContain('planted');
  },
  180_000,
);
