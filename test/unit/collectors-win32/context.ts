import { silentLogger } from '../../../src/base/logger.ts';
import {
  type CollectingSettings,
  type CollectorContext,
  collectorDeadlineMs,
} from '../../../src/collectors/collector.ts';
import { createSystemRoots } from '../../../src/collectors/roots.ts';
import { defaultSettings } from '../../../src/settings/settings.ts';
import { createHandClock } from '../host-win32/hand-clock.ts';

export function windowsContext(
  settings: Partial<CollectingSettings> = {},
): CollectorContext & { readonly clock: ReturnType<typeof createHandClock> } {
  return {
    clock: createHandClock(),
    logger: silentLogger,
    platform: 'win32',
    roots: createSystemRoots(),
    settings: { ...defaultSettings, ...settings },
    deadlineMs: collectorDeadlineMs,
  };
}
