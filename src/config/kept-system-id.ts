/**
 * The system id of a machine whose configuration has none and may not be written: a service that is
 * given its settings by a configuration manager, from one file for a thousand machines. It lies with
 * the unsent reports, the one place that such a service may write to.
 */
import { join } from 'node:path';
import { makeFolder, writeFileDurably } from '../base/atomic-file.ts';
import type { Disk } from '../base/disk.ts';
import { checkSettings } from '../settings/check.ts';

/** Undefined where none was kept, or where it cannot be read or is none. */
export function readKeptSystemId(disk: Disk, stateFolder: string): string | undefined {
  try {
    const text = disk
      .read(fileIn(stateFolder))
      .toString('utf8')
      .replace(/\r?\n$/, '');
    return checkSettings({ system_id: text }).settings.system_id;
  } catch {
    return undefined;
  }
}

/** Throws CANNOT_WRITE or PERMISSION. */
export function keepSystemId(disk: Disk, stateFolder: string, systemId: string): void {
  makeFolder(disk, stateFolder);
  writeFileDurably(disk, fileIn(stateFolder), `${systemId}\n`);
}

function fileIn(stateFolder: string): string {
  return join(stateFolder, 'system-id');
}
