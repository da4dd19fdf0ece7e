/**
 * The `stats` object of a report: names and types of the published contract.
 * A figure that the system does not give is absent; it is never 0 and never invented.
 */
import { z } from 'zod';

const count = z.int().nonnegative();
const bytes = z.int().nonnegative();

/**
 * Bytes that others count, or that a far file system claims. In JSON a whole number of any size;
 * beyond 2^53, where a double loses digits, the agent holds it as a bigint and writes all of them.
 */
const exactBytes = z
  .custom<number | bigint>(isWhole, 'must be a whole number, 0 or more')
  .meta({ type: 'integer', minimum: 0 });
/** The same as JSON.parse gives it: above 2^53 the nearest double. */
const readBytes = z.number().refine(isWhole, 'must be a whole number, 0 or more');

function isWhole(value: unknown): boolean {
  if (typeof value === 'bigint') return value >= 0n;
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}

const percent = z.number().min(0).max(100);

export const cpuStatsSchema = z.strictObject({
  /** Logical CPUs online. */
  count: z.int().positive(),
  /** Current MHz, averaged over the cores. Absent where the system tells none. */
  frequency: count.optional(),
  /** Busy share of all cores between two samples, one decimal. */
  percent_used: percent,
});

export const memoryStatsSchema = z.strictObject({
  total: bytes,
  available: bytes,
  percent_used: percent,
  used: bytes,
  free: bytes,
});

export const processStatsSchema = z.strictObject({
  pid: count,
  name: z.string(),
  username: z.string(),
});

export const diskStatsSchema = z.strictObject({
  file_system: z.string(),
  mount_point: z.string(),
  total: exactBytes,
  used: exactBytes,
  free: exactBytes,
});

export const networkStatsSchema = z.strictObject({
  ip: z.string(),
  netmask: z.string(),
  /** Since boot. Absent for an interface without counters of its own. */
  bytes_sent: exactBytes.optional(),
  bytes_recv: exactBytes.optional(),
});

/** For a receiver, which reads by JSON.parse, and does not mind keys that are new to it. */
export const readDiskSchema = diskStatsSchema
  .strip()
  .extend({ total: readBytes, used: readBytes, free: readBytes });
export const readInterfaceSchema = networkStatsSchema
  .strip()
  .extend({ bytes_sent: readBytes.optional(), bytes_recv: readBytes.optional() });

/**
 * What is sent of the processes, by the setting `processes_detail`:
 *
 *   full   every process with pid, name and username: the published contract, and the default
 *   names  every process with pid and name
 *   count  an object with their number alone
 *   off    an empty array
 */
export const processesSchema = z.union([
  z.array(processStatsSchema),
  z.array(processStatsSchema.omit({ username: true })),
  z.strictObject({ count }),
]);
export const disksSchema = z.record(z.string(), diskStatsSchema);
export const networkSchema = z.record(z.string(), networkStatsSchema);

export const statsSchema = z.strictObject({
  cpu: cpuStatsSchema,
  memory: memoryStatsSchema,
  processes: processesSchema,
  disks: disksSchema,
  network: networkSchema,
});

export type CpuStats = z.infer<typeof cpuStatsSchema>;
export type MemoryStats = z.infer<typeof memoryStatsSchema>;
export type ProcessStats = z.infer<typeof processStatsSchema>;
export type Processes = z.infer<typeof processesSchema>;
export type DiskStats = z.infer<typeof diskStatsSchema>;
export type Disks = z.infer<typeof disksSchema>;
export type Network = z.infer<typeof networkSchema>;
export type Stats = z.infer<typeof statsSchema>;
