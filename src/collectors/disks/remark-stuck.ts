import type { Remarks } from '../../base/remarks.ts';

/** Says of those disks alone that they are missing from the report because they do not answer. */
export function remarkStuck(remarks: Remarks, disks: readonly string[]): void {
  remarks.only('mount.stuck', new Map(disks.map((disk) => [disk, 'it does not answer'])));
}
