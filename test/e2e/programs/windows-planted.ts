/**
 * Runs on Windows: a program of the system's name lies in the current folder, as among downloads.
 * Prints what came of calling it by its name, once as Windows would look it up and once as we do.
 */
import { copyFileSync, rmSync } from 'node:fs';
import { createCommandRunner } from '../../../src/host/run-command.ts';
import { systemFolder } from '../../../src/host/win32/system-folder.ts';

/** Node answers this, and no program of Windows. */
const args = ['--print', '"planted"'];
const planted = 'icacls.exe';

async function callBoth(): Promise<void> {
  const programFolder = await systemFolder();
  const { ...environment } = process.env;
  copyFileSync(process.execPath, planted);
  try {
    const call = async (runner: ReturnType<typeof createCommandRunner>): Promise<string> => {
      const { stdout } = await runner({ program: 'icacls', args, deadlineMs: 60_000 });
      return stdout.trim();
    };
    const asWindowsDoes = await call(createCommandRunner({ environment }));
    const asWeDo = await call(createCommandRunner({ environment, programFolder }));
    process.stdout.write(JSON.stringify({ programFolder, asWindowsDoes, asWeDo }));
  } finally {
    rmSync(planted);
  }
}

void callBoth();
