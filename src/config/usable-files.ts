/** Files that a setting names and that the program is to write: tried where they are set. */
import { dirname } from 'node:path';
import type { Disk } from '../base/disk.ts';
import { ownerOnlyFileMode } from '../base/disk.ts';
import { errorMessage } from '../base/errors.ts';
import type { SettingsFile } from '../settings/settings.ts';
import { invalidSettings } from '../settings/validate.ts';

/** Throws CONFIG_INVALID where the log file cannot be opened. Nothing is left behind. */
export function insistOnUsableFiles(disk: Disk, { log_file: path }: SettingsFile): void {
  if (path === undefined || path === '') return;
  const reason = reasonAgainst(disk, path);
  if (reason === undefined) return;
  throw invalidSettings('the settings', [
    {
      reason: `log_file = ${JSON.stringify(path)}: ${reason}`,
      hint: 'Name a file in a folder that exists and that you may write to.',
    },
  ]);
}

function reasonAgainst(disk: Disk, path: string): string | undefined {
  try {
    const found = disk.stat(path);
    // A pipe would be waited for.
    if (found?.isFile === false) return 'it is not a regular file';
    if (found !== undefined) {
      disk.close(disk.open(path));
      return undefined;
    }
    if (disk.stat(dirname(path)) === undefined) return `there is no folder ${dirname(path)}`;
    disk.close(disk.create(path, ownerOnlyFileMode));
    disk.unlink(path);
    return undefined;
  } catch (error) {
    return errorMessage(error);
  }
}
