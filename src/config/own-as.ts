/** Whose a file becomes that takes another one's place, or is kept beside it. */
import { type Disk, type OpenFile, ownerOnlyFileMode } from '../base/disk.ts';
import { systemErrorCode } from '../base/errors.ts';
import { realPathOf } from '../base/way.ts';

const groupMayRead = 0o040;

/**
 * Gives a file the owner and group of what lies at `path`; the group may read it where the group, and
 * nobody else, may read that one. As far as this user may.
 */
export function ownAs(disk: Disk, file: OpenFile, path: string): void {
  const wanted = disk.look(realPathOf(disk, path));
  if (wanted === undefined) return;
  const { userId, groupId } = wanted;
  const isForGroup = (wanted.mode & (groupMayRead | 0o007)) === groupMayRead;
  const mode = ownerOnlyFileMode | (isForGroup ? groupMayRead : 0);
  try {
    disk.give(file, { userId, groupId, mode });
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error;
  }
}
