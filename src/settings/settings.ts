/** The schema of the settings: their types, checks and defaults. setting-table.ts explains each. */
import { z } from 'zod';
import { systemIdSchema } from '../wire/requests.ts';
import type { SettingKey } from './setting-table.ts';

const longestIntervalSeconds = 86_400;
const longestPattern = 256;
const ownHeaders = new Set([
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'host',
  'idempotency-key',
  'transfer-encoding',
]);

/** Globs, one a list item; collectors/filter.ts says how they match. */
const patterns = z.array(z.string().min(1).max(longestPattern)).default([]);

/** A file's path; empty for none. */
const path = z.string().max(4096).default('');

/** RFC 9110, section 5.6.2: a token. Ours are not to be replaced: the contract stands on them. */
const headerName = z
  .string()
  .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'must be the name of a header')
  .refine((name) => !ownHeaders.has(name.toLowerCase()), 'must not replace a header of our own');
/** RFC 9110, section 5.5: no control characters, or a header could carry another one. */
const headerValue = z
  .string()
  .max(8192)
  .regex(/^[\t\x20-\x7e\x80-\xff]*$/, 'must hold no control characters');

export const settingsShape = {
  system_id: systemIdSchema.optional(),
  url: z
    .string()
    .refine(isHttpUrl, 'must be an http:// or https:// address')
    .default('http://127.0.0.1:5000'),
  interval: z
    .int('must be a whole number of seconds')
    .min(1, 'must be at least 1 second')
    .max(longestIntervalSeconds, `must be at most ${longestIntervalSeconds} seconds (one day)`)
    .default(60),
  tls_ca_file: path,
  tls_certificate_file: path,
  tls_key_file: path,
  token_file: path,
  headers: z.record(headerName, headerValue).default({}),
  proxy: z
    .string()
    .refine(
      (text) => text === '' || text === 'none' || isHttpUrl(text),
      'must be an http:// or https:// address, or none',
    )
    .default(''),
  compression: z.enum(['none', 'gzip', 'zstd']).default('none'),
  backlog_rate: z.number().min(0.1).max(100_000).default(20),
  spool_max_mib: z.int().min(1).max(1_048_576).default(512),
  spool_max_days: z.number().min(0.01).max(3650).default(30),
  spool_min_free_mib: z.int().min(0).max(1_048_576).default(256),
  processes_detail: z.enum(['full', 'names', 'count', 'off']).default('full'),
  processes_include: patterns,
  processes_exclude: patterns,
  disks_include: patterns,
  disks_exclude: patterns,
  network_include: patterns,
  network_exclude: patterns,
  scope: z.enum(['host', 'container']).default('host'),
  host_root: z.string().default(''),
  log_level: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
  log_file: path,
} as const satisfies Record<SettingKey, z.ZodType>;

export const settingsSchema = z.strictObject(settingsShape);

/** What the file holds: every key optional. */
export const settingsFileSchema = settingsSchema.partial();

export type Settings = z.output<typeof settingsSchema>;
export type SettingsFile = z.input<typeof settingsFileSchema>;

function isHttpUrl(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && (url.protocol === 'http:' || url.protocol === 'https:');
}
