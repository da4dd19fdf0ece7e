/** The schema of the settings: their types, checks and defaults. setting-table.ts explains each. */
import { z } from 'zod';
import { systemIdSchema } from '../wire/requests.ts';
import type { SettingKey } from './setting-table.ts';

const longestIntervalSeconds = 86_400;
const longestPattern = 256;

/** Globs, one a list item; collectors/filter.ts says how they match. */
const patterns = z.array(z.string().min(1).max(longestPattern)).default([]);

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
