/**
 * How this receiver reads a report: by the published schema where that matters, leniently where it
 * does not.
 *
 * - A key that the schema does not name is accepted at every level and kept, because agents newer
 *   than this receiver, and other people's, may say more.
 * - A key that the schema does name must have its type, because a page that shows text as a number
 *   is worse than a refusal that says what is wrong.
 * - `cpu.frequency` may carry a fraction: psutil gives one, and the original passed it on.
 * - A process may come without its user, and all processes as their number alone: an agent may be
 *   set to keep them to itself.
 * - Counts and lengths have bounds (limits.ts).
 */
import { z } from 'zod';
import { sendStatsRequestSchema } from '../src/wire/requests.ts';
import {
  cpuStatsSchema,
  memoryStatsSchema,
  processStatsSchema,
  readDiskSchema,
  readInterfaceSchema,
} from '../src/wire/stats.ts';
import { systemIdPattern } from '../src/wire/system-id.ts';
import { reportLimits } from './limits.ts';

/**
 * Any text is somebody's id, of 1 to 200 characters (code points) that people can see and type: no
 * control, format, line or surrogate characters. `=` and `:` and all the rest are welcome.
 */
export const systemIdSchema = z
  .string()
  .refine((id) => systemIdPattern.test(id), 'must be 1 to 200 visible characters')
  .describe('1 to 200 characters, none of them a control, format, line or surrogate character');

const { nameLength, addressLength, processNameLength } = reportLimits;
const name = z.string().max(nameLength);
const address = z.string().max(addressLength);
const processName = z.string().max(processNameLength);

export const diskSchema = readDiskSchema.extend({ file_system: name, mount_point: name });
export const interfaceSchema = readInterfaceSchema.extend({ ip: address, netmask: address });

export const reportSchema = sendStatsRequestSchema.strip().extend({
  system_id: systemIdSchema,
  url: z.string().max(reportLimits.urlLength),
  stats: z.object({
    cpu: cpuStatsSchema.strip().extend({ frequency: z.number().nonnegative().optional() }),
    memory: memoryStatsSchema.strip(),
    processes: z.union([
      z.array(
        processStatsSchema
          .strip()
          .extend({ name: processName, username: processName })
          .partial({ username: true }),
      ),
      z.object({ count: z.int().nonnegative() }),
    ]),
    disks: z.record(name, diskSchema),
    network: z.record(name, interfaceSchema),
  }),
});

export type Report = z.infer<typeof reportSchema>;

export type ReportRead =
  | { readonly report: Report; readonly refusal?: undefined }
  | { readonly report?: undefined; readonly refusal: string };

/** The parts of `stats` whose keys are names that somebody chose. */
const namedParts = [
  { part: 'disks', schema: diskSchema, most: reportLimits.disks },
  { part: 'network', schema: interfaceSchema, most: reportLimits.interfaces },
] as const;

/**
 * The processes make nine tenths of a report, and a check of each by the schema half of the receiver's
 * work. So those that are as they should be are seen by a loop that knows nothing else; whatever it
 * does not like is for the schema to judge, and to say what is wrong.
 */
export function areProcesses(value: unknown): boolean {
  if (!Array.isArray(value)) return false;
  for (const one of value) {
    if (typeof one !== 'object' || one === null) return false;
    const { pid, name: called, username } = one;
    if (!Number.isSafeInteger(pid) || pid < 0) return false;
    if (typeof called !== 'string' || called.length > processNameLength) return false;
    if (username === undefined) continue;
    if (typeof username !== 'string' || username.length > processNameLength) return false;
  }
  return true;
}

/** As `readReport`, without the processes themselves: what has to be known of a report that arrives. */
export function readFigures(value: Readonly<Record<string, unknown>>): ReportRead {
  const stats = Object(value.stats);
  if (!areProcesses(stats.processes)) return readReport(value);
  const { length } = stats.processes;
  const processes = length === 0 ? [] : { count: length };
  return readReport({ ...value, stats: { ...stats, processes } });
}

/** `value` is the request's JSON; a refusal says which key is wrong, and why. */
export function readReport(value: Readonly<Record<string, unknown>>): ReportRead {
  const sent: unknown = value.stats;
  for (const { part, most } of namedParts) {
    const found = Object.keys(Object(Object(sent)[part])).length;
    if (found > most)
      return { refusal: `stats.${part}: ${found} entries; at most ${most} are accepted` };
  }
  const parsed = reportSchema.safeParse(value);
  if (!parsed.success) return { refusal: describeIssue(parsed.error) };
  for (const { part, schema } of namedParts) {
    const refusal = addProto(parsed.data.stats[part], Object(sent)[part], part, schema);
    if (refusal !== undefined) return { refusal };
  }
  return { report: parsed.data };
}

/**
 * An interface may be called `__proto__`. Schemas leave that key out of every object, because setting
 * it the usual way would change what the object is; so it is put in here, as a key like others.
 */
function addProto(
  read: object,
  sent: unknown,
  part: string,
  schema: z.ZodType,
): string | undefined {
  if (typeof sent !== 'object' || sent === null || !Object.hasOwn(sent, '__proto__'))
    return undefined;
  const parsed = schema.safeParse(Object.getOwnPropertyDescriptor(sent, '__proto__')?.value);
  if (!parsed.success) return `stats.${part}.__proto__.${describeIssue(parsed.error)}`;
  Object.defineProperty(read, '__proto__', {
    value: parsed.data,
    enumerable: true,
    configurable: true,
    writable: true,
  });
  return undefined;
}

/** One line that names the first key that is wrong and why: `stats.cpu.count: expected number`. */
export function describeIssue(error: z.ZodError): string {
  const issue = deepest(error.issues, []);
  if (issue === undefined) return 'does not match the schema';
  // A name may be as long as it likes; the answer is one line all the same.
  const path = issue.path.map((key) => String(key).slice(0, 100)).join('.');
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
