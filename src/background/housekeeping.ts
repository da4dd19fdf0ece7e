/** What goes on beside collecting and sending: the status is written, the configuration watched. */
import type { Disk } from '../base/disk.ts';
import { isForeseen } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import { createFileWatch } from '../config/watch.ts';
import { type AgentStatus, writeStatus } from '../status/status-file.ts';
import type { Background } from './compose.ts';

const roundMs = 3000;
const hourMs = 3_600_000;

export type SaveStatus = (running: boolean) => void;

/** Until `signal` aborts. */
export async function keepHouse(
  background: Pick<
    Background,
    'runtime' | 'configurationFile' | 'saveStatus' | 'reload' | 'inForce'
  >,
  signal: AbortSignal,
): Promise<void> {
  const { runtime, configurationFile, saveStatus, reload } = background;
  const watch = createFileWatch(runtime.disk, configurationFile);
  let saidMs = runtime.clock.monotonicMs();
  while (!signal.aborted) {
    saveStatus(true);
    await runtime.clock.sleep(roundMs, signal);
    if (signal.aborted) return;
    const nowMs = runtime.clock.monotonicMs();
    // A file that has gone, or cannot be used, is tried and told again.
    const isForgotten = background.inForce.trouble !== undefined && nowMs - saidMs >= hourMs;
    if (!watch.changed() && !isForgotten) continue;
    saidMs = nowMs;
    reload('file');
  }
}

export interface StatusSaverOptions {
  readonly disk: Disk;
  readonly stateFolder: string;
  readonly statusOf: (running: boolean) => AgentStatus;
  readonly logger: Logger;
}

/** A disk that takes no status is said once, not every few seconds. */
export function createStatusSaver(options: StatusSaverOptions): SaveStatus {
  const { disk, stateFolder, statusOf, logger } = options;
  let saidReason: string | undefined;
  return (running) => {
    try {
      writeStatus(disk, stateFolder, statusOf(running));
      saidReason = undefined;
    } catch (error) {
      // A full disk takes reports before it takes this.
      if (!isForeseen(error)) throw error;
      const reason = error.message;
      if (reason !== saidReason) logger.warn('status.write_failed', { reason });
      saidReason = reason;
    }
  };
}
