/**
 * What the API answers, as zod schemas: the types of its code, and the text of its OpenAPI page.
 * Moments are whole seconds since 1970, sizes are bytes, shares are percent.
 */
import { z } from 'zod';

const moment = z.int().describe('Whole seconds since 1970');
const bytes = z.number().nonnegative().describe('Bytes');
const percent = z.number().min(0).max(100);

export const systemStateSchema = z
  .enum(['up', 'late', 'silent', 'waiting'])
  .describe(
    'up: reporting on time; late: a report is overdue by a whole interval; silent: no report for five intervals; waiting: registered, but has never reported',
  );
export type SystemState = z.infer<typeof systemStateSchema>;

const figuresSchema = z.object({
  cpu_count: z.int(),
  cpu_frequency: z.number().nullable().describe('MHz'),
  cpu_percent: percent,
  memory_total: bytes,
  memory_used: bytes,
  memory_percent: percent,
  processes: z.int().nullable().describe('null if the machine does not send it'),
  disk: z.object({ mount_point: z.string(), percent }).nullable().describe('The fullest disk'),
  sent_per_second: bytes.nullable().describe('Bytes per second since the previous report'),
  received_per_second: bytes.nullable().describe('Bytes per second since the previous report'),
});
export type SummaryFigures = z.infer<typeof figuresSchema>;

export const systemSchema = z.object({
  id: z.string(),
  name: z.string().nullable().describe('Set on the page or by PUT'),
  registered_at: moment,
  state: systemStateSchema,
  late_at: moment.nullable().describe('When it becomes late if nothing arrives before that'),
  silent_at: moment.nullable().describe('When it becomes silent if nothing arrives before that'),
  last_epoch: moment.nullable().describe('When its newest report was collected, by its own clock'),
  last_received: moment.nullable().describe('When it last reported, by this server’s clock'),
  interval: z.int().nullable().describe('Seconds between its reports'),
  url: z.string().nullable().describe('The address that it reports to, without credentials'),
  figures: figuresSchema.nullable().describe('null until its first report'),
});
export type SystemSummary = z.infer<typeof systemSchema>;

export const fleetSchema = z.object({
  now: moment,
  counts: z.object({ up: z.int(), late: z.int(), silent: z.int(), waiting: z.int() }),
  systems: z.array(systemSchema),
});
export type Fleet = z.infer<typeof fleetSchema>;

export const detailSchema = z.object({
  now: moment,
  system: systemSchema,
  disks: z.array(
    z.object({
      device: z.string(),
      mount_point: z.string(),
      file_system: z.string(),
      total: bytes,
      used: bytes,
      free: bytes,
      percent,
    }),
  ),
  interfaces: z.array(
    z.object({
      name: z.string(),
      ip: z.string(),
      netmask: z.string(),
      bytes_sent: bytes.nullable(),
      bytes_recv: bytes.nullable(),
    }),
  ),
  processes: z.array(z.object({ pid: z.int(), name: z.string(), username: z.string().nullable() })),
});
export type Detail = z.infer<typeof detailSchema>;

const column = z.array(z.number().nullable());

export const historySchema = z
  .object({
    from: moment,
    to: moment,
    bucket_seconds: z.int(),
    epochs: z.array(moment),
    cpu: column.describe('Average'),
    cpu_max: column,
    memory: column.describe('Average'),
    memory_max: column,
    sent_per_second: column,
    received_per_second: column,
    disks: z.record(z.string(), column).describe('Percent used, by mount point; the fullest 12'),
  })
  .describe('Every column is as long as epochs; null is a gap without reports');
export type History = z.infer<typeof historySchema>;

export const nameSchema = z.object({
  name: z
    .string()
    .trim()
    .max(100)
    .refine((name) => !/[\p{Cc}\p{Cs}]/u.test(name), 'must not contain control characters')
    .nullable()
    .optional()
    .describe('Its new name; null or empty removes the name'),
});

export const sessionStateSchema = z.object({
  asks_for_token: z.boolean().describe('false: anybody may do anything here'),
  permissions: z.array(z.enum(['report', 'view', 'manage'])),
});
export type SessionState = z.infer<typeof sessionStateSchema>;

export const errorSchema = z.object({ error: z.string() });
