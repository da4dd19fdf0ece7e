/** Memory of a container by its cgroup. */
import type { Cgroup } from './cgroup.ts';
import { parseCgroupKey, readCgroupNumber, smallestLimit } from './cgroup-values.ts';
import { readOptionalKernelFile } from './files.ts';

/** Bytes. */
export interface CgroupMemory {
  /** Undefined where nothing bounds it. */
  readonly limit: number | undefined;
  /** Charged to the cgroup, page cache included. */
  readonly charged: number;
  /** Of it the page cache and reclaimable slab: what psutil does not count as used. */
  readonly caches: number;
  /** Of it the part of the page cache that is reclaimed first (kubelet's working set leaves it out). */
  readonly inactiveFile: number;
}

/** v1 has a number near 2^63 for "no limit" (PAGE_COUNTER_MAX), which is no safe integer. */
export function readCgroupMemory({ version, folders }: Cgroup): CgroupMemory | undefined {
  const [own] = folders;
  const v2 = version === 2;
  const charged = readCgroupNumber(`${own}/${v2 ? 'memory.current' : 'memory.usage_in_bytes'}`);
  if (charged === undefined) return undefined;
  const stat = readOptionalKernelFile(`${own}/memory.stat`);
  const caches = v2
    ? (parseCgroupKey(stat, 'file') ?? 0) + (parseCgroupKey(stat, 'slab_reclaimable') ?? 0)
    : (parseCgroupKey(stat, 'total_cache') ?? 0);
  return {
    limit: smallestLimit(folders, (folder) =>
      readCgroupNumber(`${folder}/${v2 ? 'memory.max' : 'memory.limit_in_bytes'}`),
    ),
    charged,
    caches,
    inactiveFile: parseCgroupKey(stat, v2 ? 'inactive_file' : 'total_inactive_file') ?? 0,
  };
}
