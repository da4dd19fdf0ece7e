import type { LogFields, Logger } from '../../src/base/logger.ts';
import { silentLogger } from '../../src/base/logger.ts';
import { createRemarks } from '../../src/base/remarks.ts';
import {
  type CollectingSettings,
  type CollectorContext,
  collectorDeadlineMs,
} from '../../src/collectors/collector.ts';
import { createSystemRoots } from '../../src/collectors/roots.ts';
import { defaultSettings } from '../../src/settings/settings.ts';
import { systemClock } from './clocks.ts';

/** This machine with its own time and the default settings, but for what the test says. */
export function collectorContext(
  changes: Partial<Omit<CollectorContext, 'settings'>> & {
    readonly settings?: Partial<CollectingSettings>;
  } = {},
): CollectorContext {
  const { clock = systemClock, logger = silentLogger } = changes;
  return {
    clock,
    logger,
    remarks: createRemarks({ clock, logger }),
    platform: process.platform,
    roots: createSystemRoots(),
    deadlineMs: collectorDeadlineMs,
    ...changes,
    settings: { ...defaultSettings, ...changes.settings },
  };
}

export interface LoggedEvent {
  readonly level: keyof Logger;
  readonly event: string;
  readonly fields: LogFields;
}

/** A logger that remembers. */
export function recordingLogger(): Logger & { readonly events: LoggedEvent[] } {
  const events: LoggedEvent[] = [];
  const record =
    (level: keyof Logger) =>
    (event: string, fields: LogFields = {}): void => {
      events.push({ level, event, fields });
    };
  return {
    events,
    debug: record('debug'),
    info: record('info'),
    warn: record('warn'),
    error: record('error'),
  };
}
