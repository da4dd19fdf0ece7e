/** CPU of a container by its cgroups. */
import type { Cgroup } from './cgroup.ts';
import {
  parseCgroupKey,
  parseCpuMax,
  quotaCpus,
  readCgroupNumber,
  smallestLimit,
} from './cgroup-values.ts';
import { countCpuList } from './cpu-list.ts';
import { readOptionalKernelFile } from './files.ts';

/** Microseconds of CPU that the cgroup has used since it was made; undefined where none is told. */
export function readCgroupCpuUs({ version, folders: [own] }: Cgroup): number | undefined {
  if (version === 2) return parseCgroupKey(readOptionalKernelFile(`${own}/cpu.stat`), 'usage_usec');
  const nanoseconds = readOptionalKernelFile(`${own}/cpuacct.usage`);
  // Nanoseconds outgrow a double's 53 bits after 104 days of CPU; the last three digits are noise.
  const microseconds = /^(\d{1,17})\d{3}\s*$/.exec(nanoseconds ?? '')?.[1];
  return microseconds === undefined ? undefined : Number(microseconds);
}

/** How many CPUs' worth of time the quotas allow; undefined without a quota. */
export function readCgroupCpuQuota({ version, folders }: Cgroup): number | undefined {
  return smallestLimit(folders, (folder) =>
    version === 2
      ? parseCpuMax(readOptionalKernelFile(`${folder}/cpu.max`))
      : quotaCpus(
          readCgroupNumber(`${folder}/cpu.cfs_quota_us`) ?? 0,
          readCgroupNumber(`${folder}/cpu.cfs_period_us`) ?? 0,
        ),
  );
}

/** How many CPUs the cgroup may run on; undefined where that is not told. */
export function readCgroupCpuSet({ version, folders: [own] }: Cgroup): number | undefined {
  const name = version === 2 ? 'cpuset.cpus.effective' : 'cpuset.effective_cpus';
  const list =
    readOptionalKernelFile(`${own}/${name}`) ?? readOptionalKernelFile(`${own}/cpuset.cpus`);
  return list === undefined ? undefined : countCpuList(list);
}
