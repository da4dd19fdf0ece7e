/** Prints our disks, whatever is mounted, and what is to be known of them. */

import type { Remark } from '../../../src/base/remarks.ts';
import type { Disks } from '../../../src/collectors/disks/index.ts';
import { createLinuxDisksCollector } from '../../../src/collectors/disks/linux.ts';
import { collectorContext } from '../../support/collector-context.ts';

export interface DisksAndRemarks {
  readonly disks: Disks;
  readonly remarks: readonly Remark[];
}

const context = collectorContext({ settings: { disks_include: ['odd-fuse', 'ddd*'] } });
const collector = createLinuxDisksCollector(context);
const disks = await collector.collect();
const seen: DisksAndRemarks = { disks, remarks: context.remarks.current() };
process.stdout.write(JSON.stringify(seen));
collector.close?.();
