import type { CollectingSettings, CollectorContext } from '../../../src/collectors/collector.ts';
import { collectorContext } from '../../support/collector-context.ts';
import { createHandClock } from '../host-win32/hand-clock.ts';

export function windowsContext(
  settings: Partial<CollectingSettings> = {},
): CollectorContext & { readonly clock: ReturnType<typeof createHandClock> } {
  const clock = createHandClock();
  return { ...collectorContext({ clock, platform: 'win32', settings }), clock };
}
