/** Takes changed settings over while the process runs. */
import type { Agent } from '../agent/agent.ts';
import type { Clock } from '../base/clock.ts';
import { isForeseen } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { StatsCollector } from '../collectors/collect-stats.ts';
import type { LoadedSettings } from '../config/load.ts';
import type { Delivery } from '../delivery/delivery.ts';
import type { LivePiece } from '../settings/setting-row.ts';
import type { Settings } from '../settings/settings.ts';
import { compareSettings, type Makers, reportingOf } from './parts.ts';

/** What holds now. A reload puts something else in its place. */
export interface InForce {
  settings: Settings;
  systemId: string;
  collecting: StatsCollector;
  /** Why reports are kept and not sent. */
  waitsBecause: string | undefined;
  /** Whether the settings in force are, in part, of a file. */
  hasFile: boolean;
  /** Why changed settings, or a file that has gone, are not in force. */
  trouble: { readonly sinceMs: number; readonly reason: string } | undefined;
}

export interface ReloadOptions {
  readonly inForce: InForce;
  readonly clock: Pick<Clock, 'epochMs'>;
  /** Reads the settings anew. Throws a MonitorError where they cannot be used. */
  readonly load: () => LoadedSettings;
  /** Keeps in mind where reports go, and as whom. */
  readonly remember: () => void;
  readonly make: Pick<Makers, 'transport' | 'collecting'>;
  readonly agent: Pick<Agent, 'reconfigure'>;
  readonly delivery: Pick<Delivery, 'replaceTransport' | 'retryNow'>;
  readonly logger: Logger;
}

export type Reload = (because: 'SIGHUP' | 'file') => void;

/** A file that cannot be used is refused with its reason, and the settings in force stay. */
export function createReload(options: ReloadOptions): Reload {
  const { inForce, clock, load, make, agent, delivery, logger } = options;

  function takeOver(because: string, loaded: LoadedSettings): void {
    const isNewlyNamed = loaded.sources.has('url') && inForce.waitsBecause !== undefined;
    const next = personsWord(loaded, inForce);
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
    if (loaded.sources.has('url')) inForce.waitsBecause = undefined;
    inForce.hasFile = loaded.file !== undefined;
    inForce.trouble = undefined;
    const pieces = isNewlyNamed
      ? new Set([...changes.pieces, 'transport' as const])
      : changes.pieces;
    for (const piece of pieces) remake[piece]();
    inForce.settings = next;
    // A file that lost its id, or is away for a moment, does not make this another machine.
    const reporting = reportingOf(next, inForce.systemId, inForce.collecting);
    inForce.systemId = reporting.header.systemId;
    agent.reconfigure(reporting);
    if (old !== inForce.collecting) old.close();
    options.remember();
    // A credential may have changed in a file of its own.
    delivery.retryNow();
    logger.info('config.reloaded', { because, changed: changes.keys });
    if (changes.needRestart.length > 0) {
      logger.warn('config.restart_needed', { settings: changes.needRestart });
    }
  }

  return (because) => {
    let loaded: LoadedSettings;
    try {
      loaded = load();
    } catch (error) {
      if (!isForeseen(error)) throw error;
      const { code, message: reason, hint } = error;
      const sinceMs = inForce.trouble?.sinceMs ?? clock.epochMs();
      inForce.trouble = { sinceMs, reason: onOneLine(reason) };
      logger.error('config.refused', { because, code, reason, hint });
      return;
    }
    if (loaded.file === undefined && inForce.hasFile) {
      const sinceMs = inForce.trouble?.sinceMs ?? clock.epochMs();
      inForce.trouble = { sinceMs, reason: 'the configuration file is missing' };
      logger.error('config.missing', { because, hint });
      return;
    }
    takeOver(because, loaded);
  };
}

/** Several wrong settings are told on a line each. */
function onOneLine(reason: string): string {
  return reason.replace(/: \n +/g, ': ').replace(/\n +/g, '; ');
}

const hint = 'The settings in force stay until a file is there again.';

/** An absent key is nobody's word on where reports go: the url in force stays. */
function personsWord({ settings, sources }: LoadedSettings, inForce: InForce): Settings {
  const source = sources.get('system_id');
  const systemId =
    source === undefined || source === 'state' ? inForce.systemId : settings.system_id;
  const url = sources.has('url') ? settings.url : inForce.settings.url;
  return { ...settings, url, ...(systemId === undefined ? {} : { system_id: systemId }) };
}
