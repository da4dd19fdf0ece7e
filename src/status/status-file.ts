/**
 * What the background process says of itself, in a small file in its state folder that its owner
 * alone can read. No port is opened for it.
 */
import { join } from 'node:path';
import { z } from 'zod';
import { writeFileQuickly } from '../base/atomic-file.ts';
import type { Disk } from '../base/disk.ts';
import { MonitorError, systemErrorCode, wrapSystemError, wrapWriteError } from '../base/errors.ts';
import { remarkKinds } from '../base/remarks.ts';
import { partStates } from '../collectors/part-health.ts';

const errorSchema = z.object({ at: z.int(), code: z.string(), reason: z.string() });

const partHealthSchema = z.object({
  state: z.enum(partStates),
  /** When this state began. */
  since: z.int(),
  /** Of the last sample that was ok, since the process started. */
  last_good_epoch: z.int().optional(),
  /** Why it failed. */
  code: z.string().optional(),
  reason: z.string().optional(),
  /** Of the last sample, in milliseconds. */
  took_ms: z.number(),
});

/** Moments are whole seconds since 1970. What has not happened yet is absent. */
export const statusSchema = z.object({
  version: z.string(),
  pid: z.int(),
  started_at: z.int(),
  /** When this was written: every few seconds while the process lives. */
  written_at: z.int(),
  /** False once the process has left in good order. */
  running: z.boolean(),
  configuration: z.string(),
  /** The file has gone or cannot be used; the settings that were in force still are. */
  configuration_trouble: z.object({ since: z.int(), reason: z.string() }).optional(),
  system_id: z.string(),
  /** Without credentials. */
  url: z.string(),
  /** No URL was named: reports are kept and not sent, and `url` is nobody's word. */
  waits_because: z.string().optional(),
  interval: z.int(),
  collected: z.object({
    reports: z.int(),
    failed: z.int(),
    skipped_ticks: z.int(),
    /** Reports that could not be made since the last one that was, and since when. */
    consecutive_failures: z.int(),
    failing_since: z.int().optional(),
    last_error: errorSchema.optional(),
    last_epoch: z.int().optional(),
    last_duration_ms: z.number().optional(),
  }),
  delivered: z.object({
    accepted: z.int(),
    rejected: z.int(),
    failed_attempts: z.int(),
    consecutive_failures: z.int(),
    last_acknowledged_epoch: z.int().optional(),
    last_acknowledged_at: z.int().optional(),
    last_error: errorSchema.optional(),
    next_attempt_at: z.int().optional(),
    /** When the receiver last said that another machine reports under this id. */
    other_machine_seen_at: z.int().optional(),
  }),
  spool: z.object({
    pending: z.int(),
    pending_bytes: z.int(),
    oldest_epoch: z.int().optional(),
    rejected: z.int(),
    damaged: z.int(),
    dropped: z.int(),
    last_dropped_at: z.int().optional(),
    in_memory: z.int(),
  }),
  /** Mount points that have not answered. */
  stuck_mounts: z.array(z.string()),
  /** How it stands with each part; absent before its first sample. */
  parts: z.record(z.string(), partHealthSchema),
  /** What should be known of the figures for now. */
  remarks: z.array(
    z.object({
      remark: z.enum(remarkKinds),
      subject: z.string(),
      reason: z.string(),
      since: z.int(),
    }),
  ),
  used: z.object({ cpu_seconds: z.number(), resident_bytes: z.int() }),
});

export type AgentStatus = z.infer<typeof statusSchema>;

export function statusPath(stateFolder: string): string {
  return join(stateFolder, 'status.json');
}

/**
 * Replaces the file as a whole, without fsync: it is of no use after a crash. Throws a MonitorError
 * where the disk refuses.
 */
export function writeStatus(disk: Disk, stateFolder: string, status: AgentStatus): void {
  const path = statusPath(stateFolder);
  const temporary = `${path}.tmp`;
  try {
    writeFileQuickly(disk, temporary, JSON.stringify(status));
    disk.rename(temporary, path);
  } catch (error) {
    throw wrapWriteError(`write ${path}`, error);
  }
}

/** Undefined when no background process ever ran here. Throws PERMISSION or MALFORMED. */
export function readStatus(disk: Disk, stateFolder: string): AgentStatus | undefined {
  const path = statusPath(stateFolder);
  let text: string;
  try {
    text = disk.read(path).toString('utf8');
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    const isRefused = ['EACCES', 'EPERM'].includes(systemErrorCode(error) ?? '');
    throw wrapSystemError(
      `read ${path}`,
      error,
      isRefused
        ? 'Run this as the user that the agent runs as; for a service, with sudo.'
        : 'A running agent writes it again within seconds.',
    );
  }
  const result = statusSchema.safeParse(parseJson(text));
  if (result.success) return result.data;
  throw new MonitorError({
    code: 'MALFORMED',
    operation: `read ${path}`,
    reason: 'it was written by another version',
    hint: 'A running agent writes it again within seconds.',
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
