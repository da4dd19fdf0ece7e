import * as sqlite from 'node:sqlite';
import type { Disk } from '../../src/base/disk.ts';
import { createNodeDisk } from '../../src/host/node-disk.ts';
import { createOwnersDisk } from '../../src/host/owners-disk.ts';

/** The disk of this machine, as src/main.ts makes it. */
export const realDisk: Disk = createNodeDisk({
  userId: process.geteuid?.(),
  sqlite: () => sqlite,
});

/** The same as root has it, for tests that are root. */
export const rootsDisk: Disk = createOwnersDisk(realDisk, process);
