/** Puts the background loop together out of the settings, and takes it apart again at a signal. */
import { join } from 'node:path';
import { type Agent, createAgent } from '../agent/agent.ts';
import { buildInfo } from '../base/build-info.ts';
import type { Logger } from '../base/logger.ts';
import { createPinoLogger } from '../base/pino-logger.ts';
import { createStatsCollector, type StatsCollector } from '../collectors/collect-stats.ts';
import { createCollectors } from '../collectors/index.ts';
import { openConfiguration } from '../config/configuration.ts';
import type { LocationOptions } from '../config/locations.ts';
import type { SettingKey } from '../config/setting-table.ts';
import type { Settings } from '../config/settings.ts';
import { createDelivery, type Delivery } from '../delivery/delivery.ts';
import { createSpool } from '../spool/create-spool.ts';
import type { Spool } from '../spool/spool.ts';
import { createCollectorContext } from './collecting.ts';
import { abortOnSignals } from './context.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import type { Runtime } from './runtime.ts';
import { createSettingsTransport } from './settings-transport.ts';

export interface BackgroundOptions {
  readonly runtime: Runtime;
  readonly locations: LocationOptions;
  readonly flags: Partial<Record<SettingKey, string>>;
  readonly once: boolean;
}

const standardError = 2;
/** Of the 2 s that a service manager is promised: the rest is for the write in hand. */
const stopGraceMs = 1200;

interface Background {
  readonly agent: Agent;
  readonly collector: StatsCollector;
  readonly delivery: Delivery;
  readonly spool: Spool;
  readonly logger: Logger;
}

/** Runs until SIGINT or SIGTERM, or once. Throws a MonitorError where it cannot begin. */
export async function runBackground(options: BackgroundOptions): Promise<ExitCode> {
  const { runtime } = options;
  const configuration = openConfiguration(options.locations, runtime.clock, options.flags);
  const { settings, systemId, isNewId } = await configuration.loadWithSystemId(runtime.randomBytes);
  const logger = createPinoLogger({ level: settings.log_level, descriptor: standardError });
  const background = compose(runtime, settings, systemId, {
    logger,
    spoolFolder: join(configuration.locations.state.path, 'spool'),
  });
  logger.info('agent.started', {
    version: buildInfo().version,
    system_id: systemId,
    new_id: isNewId,
    url: settings.url,
    interval: settings.interval,
    configuration: configuration.locations.configuration.path,
    state: configuration.locations.state.path,
    waiting: background.spool.counts().pendingReports,
  });
  const { signal, release } = abortOnSignals(runtime);
  try {
    if (options.once) return await runOnce(background, signal);
    await runUntilStopped(background, signal);
    return exitCodes.ok;
  } finally {
    release();
    background.collector.close();
    background.spool.close();
    logger.info('agent.stopped', { reason: signal.aborted ? String(signal.reason) : 'done' });
  }
}

function compose(
  runtime: Runtime,
  settings: Settings,
  systemId: string,
  surroundings: { readonly logger: Logger; readonly spoolFolder: string },
): Background {
  const { clock, random } = runtime;
  const { logger, spoolFolder } = surroundings;
  const spool = createSpool({ folder: spoolFolder, pid: runtime.pid, clock, logger });
  const transport = createSettingsTransport(settings);
  const delivery = createDelivery({ spool, transport, clock, random, logger });
  const context = createCollectorContext(runtime, logger, settings);
  const collector = createStatsCollector(createCollectors(context), context);
  const header = { systemId, url: settings.url, intervalSeconds: settings.interval };
  const agent = createAgent({ clock, logger, spool, delivery, reporting: { header, collector } });
  return { agent, collector, delivery, spool, logger };
}

async function runOnce(background: Background, signal: AbortSignal): Promise<ExitCode> {
  const { agent, delivery, logger } = background;
  const entry = await agent.collectOnce();
  const result = await delivery.drainOnce(signal);
  await delivery.stop(0);
  logger.info('agent.once', {
    accepted: result.accepted,
    rejected: result.rejected,
    waiting: result.remaining,
  });
  if (entry === undefined) return exitCodes.unavailable;
  return result.remaining === 0 ? exitCodes.ok : exitCodes.tryLater;
}

async function runUntilStopped(background: Background, signal: AbortSignal): Promise<void> {
  const { agent, delivery } = background;
  const sending = delivery.run();
  // A bug in either ends both, and the process with its exit code; the service manager restarts it.
  await Promise.race([agent.run(signal), sending, aborted(signal)]);
  await delivery.stop(stopGraceMs);
  await sending;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
