/** What the collectors are given, out of the settings and this process's surroundings. */
import type { Logger } from '../base/logger.ts';
import { createRemarks } from '../base/remarks.ts';
import type { Runtime } from '../base/runtime.ts';
import {
  type CollectingSettings,
  type CollectorContext,
  collectorDeadlineMs,
} from './collector.ts';
import { probeMountCommand } from './probe-mount-command.ts';
import { createSystemRoots } from './roots.ts';

export function createCollectorContext(
  runtime: Runtime,
  logger: Logger,
  settings: CollectingSettings,
): CollectorContext {
  return {
    clock: runtime.clock,
    logger,
    remarks: createRemarks({ clock: runtime.clock, logger }),
    platform: runtime.platform,
    mountProbe: [...runtime.selfCommand, probeMountCommand],
    roots: createSystemRoots(settings.host_root),
    settings,
    asksNatively: settings.darwin_native && runtime.platform === 'darwin',
    deadlineMs: collectorDeadlineMs,
  };
}
