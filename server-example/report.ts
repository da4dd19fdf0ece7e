/**
 * How this receiver reads a request: by the published schema where that matters, leniently where it
 * does not.
 *
 * - A key that the schema does not name is accepted at every level and kept, because agents newer
 *   than this receiver, and other people's, may say more.
 * - A key that the schema does name must have its type, because a page that shows text as a number
 *   is worse than a refusal that says what is wrong.
 * - `cpu.frequency` may carry a fraction: psutil gives one, and the original passed it on.
 */
import { z } from 'zod';
import { sendStatsRequestSchema } from '../src/wire/requests.ts';
import {
  cpuStatsSchema,
  diskStatsSchema,
  memoryStatsSchema,
  networkStatsSchema,
  processStatsSchema,
} from '../src/wire/stats.ts';

/** Any name is somebody's id; but it is shown, logged and put in addresses, so it has bounds. */
export const systemIdSchema = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'must hold no control characters');

export const reportSchema = sendStatsRequestSchema.strip().extend({
  system_id: systemIdSchema,
  stats: z.object({
    cpu: cpuStatsSchema.strip().extend({ frequency: z.number().nonnegative().optional() }),
    memory: memoryStatsSchema.strip(),
    processes: z.array(processStatsSchema.strip()),
    disks: z.record(z.string(), diskStatsSchema.strip()),
    network: z.record(z.string(), networkStatsSchema.strip()),
  }),
});

export type Report = z.infer<typeof reportSchema>;

/** One line that names the first key that is wrong and why: `stats.cpu.count: expected number`. */
export function describeIssue(error: z.ZodError): string {
  const issue = error.issues[0];
  if (issue === undefined) return 'does not fit the schema';
  const path = issue.path.map(String).join('.');
  return path === '' ? issue.message : `${path}: ${issue.message}`;
}
