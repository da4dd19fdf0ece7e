/** The background process put together out of its settings. Nothing runs yet. */
import { type Agent, createAgent } from '../agent/agent.ts';
import type { Disk } from '../base/disk.ts';
import { isForeseen } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import { createRemarks } from '../base/remarks.ts';
import type { Runtime } from '../base/runtime.ts';
import type { Configuration } from '../config/configuration.ts';
import { type Destination, rememberDestination } from '../config/destination.ts';
import type { LoadedSettings } from '../config/load.ts';
import { createDelivery, type Delivery } from '../delivery/delivery.ts';
import { createHealthNotes } from '../delivery/health-notes.ts';
import type { Spool } from '../spool/spool.ts';
import { createStatusSaver, type SaveStatus } from './housekeeping.ts';
import { type Makers, reportingOf } from './parts.ts';
import { createReload, type InForce, type Reload } from './reload.ts';
import { statusOf } from './status-of.ts';
import { createWaitingTransport } from './waiting-transport.ts';

export interface BackgroundOptions {
  readonly runtime: Pick<
    Runtime,
    'clock' | 'disk' | 'random' | 'pid' | 'usage' | 'onSignal' | 'onUncaught'
  >;
  readonly configuration: Pick<Configuration, 'load' | 'locations'>;
  readonly loaded: LoadedSettings;
  /** Where no URL was named (config/destination.ts). */
  readonly destination: Destination;
  readonly systemId: string;
  readonly logger: Logger;
  readonly make: Makers;
}

export interface Background extends Pick<BackgroundOptions, 'runtime' | 'logger'> {
  readonly configurationFile: string;
  readonly agent: Agent;
  readonly delivery: Delivery;
  readonly spool: Spool;
  readonly inForce: InForce;
  readonly reload: Reload;
  readonly saveStatus: SaveStatus;
}

/** Throws a MonitorError where another process has the state folder. */
export function composeBackground(options: BackgroundOptions): Background {
  const { runtime, configuration, loaded, destination, systemId, logger } = options;
  const { settings } = destination;
  const stateFolder = configuration.locations.state.path;
  const { clock, random } = runtime;
  const inForce: InForce = {
    ...{ settings, systemId, collecting: options.make.collecting(settings) },
    waitsBecause: destination.waitsBecause,
    hasFile: loaded.file !== undefined,
    trouble: undefined,
  };
  const health = createHealthNotes(() => inForce.settings.health_header);
  const make: Makers = {
    ...options.make,
    transport: (of) => {
      const { waitsBecause } = inForce;
      if (waitsBecause !== undefined) return createWaitingTransport(waitsBecause);
      return health.through(options.make.transport(of));
    },
  };
  const transport = make.transport(settings);
  const spool = make.spool(settings);
  const delivery = createDelivery({
    ...{ spool, transport, clock, random, logger },
    backlogPerSecond: settings.backlog_rate,
  });
  const reporting = reportingOf(settings, systemId, inForce.collecting);
  // Of reports: those of the collectors are theirs, and go with them.
  const remarks = createRemarks({ clock, logger });
  const agent = createAgent({ clock, logger, spool, delivery, health, remarks, reporting });

  const configurationFile = configuration.locations.configuration.path;
  const startedAt = Math.floor(clock.epochMs() / 1000);
  const currentStatus = (running: boolean) =>
    statusOf({
      ...{ runtime, startedAt, running, configurationFile },
      settings: inForce.settings,
      systemId: inForce.systemId,
      trouble: inForce.trouble,
      waitsBecause: inForce.waitsBecause,
      agent: agent.state(),
      delivery: delivery.state(),
      spool: spool.counts(),
      health: inForce.collecting.health(),
      reportRemarks: remarks.current(),
    });
  const saveStatus = createStatusSaver({
    disk: runtime.disk,
    stateFolder,
    statusOf: currentStatus,
    logger,
  });
  const remember = createMemory(runtime.disk, stateFolder, inForce, logger);
  remember();
  const { load } = configuration;
  const reload = createReload({
    ...{ inForce, clock, load, remember },
    make,
    agent,
    delivery,
    logger,
  });
  return {
    ...{ runtime, logger, configurationFile },
    ...{ agent, delivery, spool, inForce, reload, saveStatus },
  };
}

/** Where nothing can be written, that is told, and reports go on. */
function createMemory(disk: Disk, stateFolder: string, inForce: InForce, logger: Logger) {
  return (): void => {
    if (inForce.waitsBecause !== undefined) return;
    try {
      const { systemId, settings } = inForce;
      rememberDestination(disk, stateFolder, { system_id: systemId, url: settings.url });
    } catch (error) {
      if (!isForeseen(error)) throw error;
      logger.warn('destination.not_kept', { reason: error.message });
    }
  };
}
