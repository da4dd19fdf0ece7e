import * as sqlite from 'node:sqlite';
import type { Disk } from '../../src/base/disk.ts';
import { createNodeDisk } from '../../src/host/node-disk.ts';

/** The disk of this machine, as src/main.ts makes it. */
export const realDisk: Disk = createNodeDisk({ sqlite: () => sqlite });
