/** What bounds the spool: its settings, and what nobody needs to set. */
import { defaultSettings, type SettingsOf } from '../settings/settings.ts';

export interface SpoolLimits {
  /** Waiting reports together take at most this much disk. */
  readonly maxBytes: number;
  /** A report older than this is dropped. */
  readonly maxAgeSeconds: number;
  /**
   * While the disk has less free than this (or than 5 % of itself, whichever is less), the spool
   * does not grow: a new report takes the place of the oldest.
   */
  readonly minFreeBytes: number;
  /** Reports put aside as rejected, and files put aside as damaged, each at most this much. */
  readonly maxAsideBytes: number;
  /** What memory holds while the disk refuses to write. */
  readonly maxMemoryReports: number;
  readonly maxMemoryBytes: number;
}

export type SpoolSettings = SettingsOf<'spool'>;

const mebibyte = 1024 * 1024;
const daySeconds = 86_400;

export function spoolLimitsOf(settings: SpoolSettings): SpoolLimits {
  return {
    maxBytes: settings.spool_max_mib * mebibyte,
    maxAgeSeconds: settings.spool_max_days * daySeconds,
    minFreeBytes: settings.spool_min_free_mib * mebibyte,
    maxAsideBytes: 32 * mebibyte,
    maxMemoryReports: 120,
    maxMemoryBytes: 8 * mebibyte,
  };
}

/** At one report of 10 kB a minute, 512 MiB is more than a month: age is the bound that is met. */
export const defaultSpoolLimits = spoolLimitsOf(defaultSettings);
