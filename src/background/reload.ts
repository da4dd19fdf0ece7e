/** Takes changed settings over while the process runs. */
import type { Agent } from '../agent/agent.ts';
import { isForeseen } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { StatsCollector } from '../collectors/collect-stats.ts';
import type { Delivery } from '../delivery/delivery.ts';
import type { LivePiece } from '../settings/setting-row.ts';
import type { Settings } from '../settings/settings.ts';
import { compareSettings, type Makers, reportingOf } from './parts.ts';

/** What holds now. A reload puts something else in its place. */
export interface InForce {
  settings: Settings;
  systemId: string;
  collecting: StatsCollector;
}

export interface ReloadOptions {
  readonly inForce: InForce;
  /** Reads the settings anew. Throws a MonitorError where they cannot be used. */
  readonly load: () => Settings;
  readonly make: Pick<Makers, 'transport' | 'collecting'>;
  readonly agent: Pick<Agent, 'reconfigure'>;
  readonly delivery: Pick<Delivery, 'replaceTransport' | 'retryNow'>;
  readonly logger: Logger;
}

export type Reload = (because: 'SIGHUP' | 'file') => void;

/** A file that cannot be used is refused with its reason, and the settings in force stay. */
export function createReload(options: ReloadOptions): Reload {
  const { inForce, load, make, agent, delivery, logger } = options;

  function takeOver(because: string, next: Settings): void {
    const changes = compareSettings(inForce.settings, next);
    const old = inForce.collecting;
    const remake: Readonly<Record<LivePiece, () => void>> = {
      transport: () => delivery.replaceTransport(make.transport(next)),
      collectors: () => {
        inForce.collecting = make.collecting(next);
      },
      // Below, whatever has changed: it holds the collectors, too.
      report: () => {},
    };
    for (const piece of changes.pieces) remake[piece]();
    inForce.settings = next;
    // A file that lost its id, or is away for a moment, does not make this another machine.
    const reporting = reportingOf(next, inForce.systemId, inForce.collecting);
    inForce.systemId = reporting.header.systemId;
    agent.reconfigure(reporting);
    if (old !== inForce.collecting) old.close();
    // A credential may have changed in a file of its own.
    delivery.retryNow();
    logger.info('config.reloaded', { because, changed: changes.keys });
    if (changes.needRestart.length > 0) {
      logger.warn('config.restart_needed', { settings: changes.needRestart });
    }
  }

  return (because) => {
    let next: Settings;
    try {
      next = load();
    } catch (error) {
      if (!isForeseen(error)) throw error;
      const { code, message: reason, hint } = error;
      logger.error('config.refused', { because, code, reason, hint });
      return;
    }
    takeOver(because, next);
  };
}
