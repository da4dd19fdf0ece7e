/**
 * How this receiver reads a request: by the published schema where that matters, leniently where it
 * does not.
 *
 * - A key that the schema does not name is accepted at every level and kept, because agents newer
 *   than this receiver, and other people's, may say more.
 * - A key that the schema does name must have its type, because a page that shows text as a number
 *   is worse than a refusal that says what is wrong.
 * - `cpu.frequency` may carry a fraction: psutil gives one, and the original passed it on.
 * - A process may come without its user, and all processes as their number alone: an agent may be
 *   set to keep them to itself.
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
    processes: z.union([
      z.array(processStatsSchema.strip().partial({ username: true })),
      z.object({ count: z.int().nonnegative() }),
    ]),
    disks: z.record(z.string(), diskStatsSchema.strip()),
    network: z.record(z.string(), networkStatsSchema.strip()),
  }),
});

export type Report = z.infer<typeof reportSchema>;

/** One line that names the first key that is wrong and why: `stats.cpu.count: expected number`. */
export function describeIssue(error: z.ZodError): string {
  const issue = deepest(error.issues, []);
  if (issue === undefined) return 'does not fit the schema';
  const path = issue.path.map(String).join('.');
  return path === '' ? issue.message : `${path}: ${issue.message}`;
}

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** A union fails as a whole; the branch that got furthest says what is wrong. */
function deepest(
  issues: readonly z.core.$ZodIssue[],
  above: readonly PropertyKey[],
): Issue | undefined {
  const first = issues[0];
  if (first === undefined) return undefined;
  const path = [...above, ...first.path];
  if (first.code !== 'invalid_union') return { path, message: first.message };
  const branches = first.errors.flatMap((branch) => deepest(branch, path) ?? []);
  return branches.reduce<Issue>(
    (best, branch) => (branch.path.length > best.path.length ? branch : best),
    { path, message: first.message },
  );
}
