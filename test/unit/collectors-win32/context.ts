import { silentLogger } from '../../../src/base/logger.ts';
import {
  type CollectorContext,
  type CollectorSettings,
  defaultCollectorSettings,
} from '../../../src/collectors/collector.ts';
import { createSystemRoots } from '../../../src/collectors/roots.ts';
import { createHandClock } from '../host-win32/hand-clock.ts';

export function windowsContext(
  settings: Partial<CollectorSettings> = {},
): CollectorContext & { readonly clock: ReturnType<typeof createHandClock> } {
  return {
    clock: createHandClock(),
    logger: silentLogger,
    platform: 'win32',
    roots: createSystemRoots(),
    settings: { ...defaultCollectorSettings, ...settings },
  };
}
