/**
 * The background process: puts the loop together out of the settings, keeps them up to date while it
 * runs, and takes it apart again at a signal.
 */

import { join } from 'node:path';
import { type Agent, createAgent } from '../agent/agent.ts';
import { buildInfo } from '../base/build-info.ts';
import { errorMessage, MonitorError } from '../base/errors.ts';
import { type ExitCode, exitCodes } from '../base/exit-codes.ts';
import { type ClosableLogger, createPinoLogger } from '../base/pino-logger.ts';
import type { Runtime } from '../base/runtime.ts';
import { abortOnSignals } from '../base/signals.ts';
import type { StatsCollector } from '../collectors/collect-stats.ts';
import { type Configuration, openConfiguration } from '../config/configuration.ts';
import type { LocationOptions } from '../config/locations.ts';
import { createFileWatch } from '../config/watch.ts';
import { createDelivery, type Delivery } from '../delivery/delivery.ts';
import { createHttpTransport } from '../delivery/http-transport.ts';
import type { SettingKey } from '../settings/setting-table.ts';
import type { Settings } from '../settings/settings.ts';
import { showSetting } from '../settings/show.ts';
import { createSpool } from '../spool/create-spool.ts';
import { spoolLimitsOf } from '../spool/limits.ts';
import type { Spool } from '../spool/spool.ts';
import { writeStatus } from '../status/status-file.ts';
import { compareSettings, createSettingsCollector, reportingOf } from './parts.ts';
import { statusOf } from './status-of.ts';

export interface BackgroundOptions {
  readonly runtime: Runtime;
  readonly locations: LocationOptions;
  readonly flags: Partial<Record<SettingKey, string>>;
  readonly once: boolean;
}

/** Of the 2 s that a service manager is promised: the rest is for the write in hand. */
const stopGraceMs = 1200;
/** How often the file is looked at for changes, and the status written. */
const housekeepingMs = 3000;

/** Runs until SIGINT or SIGTERM, or once. Throws a MonitorError where it cannot begin. */
export async function runBackground(options: BackgroundOptions): Promise<ExitCode> {
  const { runtime } = options;
  const configuration = openConfiguration(options.locations, runtime.clock, options.flags);
  const { settings, systemId, isNewId } = await configuration.loadWithSystemId(runtime.randomBytes);
  const logger = createPinoLogger({
    disk: runtime.disk,
    level: settings.log_level,
    file: settings.log_file,
  });
  try {
    const background = createBackground({ runtime, configuration, settings, systemId, logger });
    logger.info('agent.started', {
      version: buildInfo().version,
      system_id: systemId,
      new_id: isNewId,
      url: showSetting('url', settings.url),
      interval: settings.interval,
      configuration: configuration.locations.configuration.path,
      state: configuration.locations.state.path,
      waiting: background.spool.counts().pendingReports,
    });
    const { signal, release } = abortOnSignals(runtime);
    try {
      if (options.once) return await background.runOnce(signal);
      await background.run(signal);
      return exitCodes.ok;
    } finally {
      release();
      background.close();
      const reason = signal.aborted ? String(signal.reason) : 'done';
      logger.info('agent.stopped', { reason, waiting: background.spool.counts().pendingReports });
    }
  } finally {
    logger.close();
  }
}

interface Background {
  readonly spool: Spool;
  run(signal: AbortSignal): Promise<void>;
  runOnce(signal: AbortSignal): Promise<ExitCode>;
  close(): void;
}

interface BackgroundParts {
  readonly runtime: Runtime;
  readonly configuration: Configuration;
  readonly settings: Settings;
  readonly systemId: string;
  readonly logger: ClosableLogger;
}

function createBackground(parts: BackgroundParts): Background {
  const { runtime, configuration, logger } = parts;
  const { clock, random, environment } = runtime;
  const stateFolder = configuration.locations.state.path;
  const configurationFile = configuration.locations.configuration.path;
  const startedAt = Math.floor(clock.epochMs() / 1000);
  let { settings, systemId } = parts;
  let stuckMounts: readonly string[] = [];
  let statusFailure: string | undefined;

  const spool: Spool = createSpool({
    disk: runtime.disk,
    folder: join(stateFolder, 'spool'),
    pid: runtime.pid,
    clock,
    logger,
    limits: spoolLimitsOf(settings),
  });
  const delivery: Delivery = createDelivery({
    spool,
    transport: createHttpTransport({ settings, environment, logger }),
    clock,
    random,
    logger,
    backlogPerSecond: settings.backlog_rate,
  });
  let collector: StatsCollector = createCollector();
  const reporting = reportingOf(settings, systemId, collector);
  const agent: Agent = createAgent({ clock, logger, spool, delivery, reporting });

  function createCollector(): StatsCollector {
    return createSettingsCollector({
      runtime,
      logger,
      settings,
      onStuckMounts: (mountPoints) => {
        stuckMounts = mountPoints;
      },
    });
  }

  async function run(signal: AbortSignal): Promise<void> {
    const sending = delivery.run();
    const stopReloading = runtime.onSignal('SIGHUP', () => reload('SIGHUP'));
    try {
      // A bug in any of them ends all, and the process with its exit code; the service manager
      // restarts it.
      await Promise.race([agent.run(signal), keepHouse(signal), sending, aborted(signal)]);
    } finally {
      stopReloading();
    }
    await delivery.stop(stopGraceMs);
    await sending;
    saveStatus(false);
  }

  async function runOnce(signal: AbortSignal): Promise<ExitCode> {
    const entry = await agent.collectOnce(signal);
    const result = await delivery.drainOnce(signal);
    await delivery.stop(0);
    logger.info('agent.once', {
      accepted: result.accepted,
      rejected: result.rejected,
      waiting: result.remaining,
    });
    saveStatus(false);
    if (entry === undefined) return exitCodes.unavailable;
    return result.remaining === 0 ? exitCodes.ok : exitCodes.tryLater;
  }

  async function keepHouse(signal: AbortSignal): Promise<void> {
    const watch = createFileWatch(runtime.disk, configurationFile);
    while (!signal.aborted) {
      saveStatus(true);
      await clock.sleep(housekeepingMs, signal);
      if (watch.changed()) reload('file');
    }
  }

  /** A file that cannot be used is refused with its reason, and the settings in force stay. */
  function reload(because: 'SIGHUP' | 'file'): void {
    let next: Settings;
    try {
      next = configuration.load().settings;
    } catch (error) {
      if (!(error instanceof MonitorError)) throw error;
      const { code, message: reason, hint } = error;
      logger.error('config.refused', { because, code, reason, hint });
      return;
    }
    const changes = compareSettings(settings, next);
    settings = next;
    // A file that lost its id, or is away for a moment, does not make this another machine.
    systemId = next.system_id ?? systemId;
    if (changes.pieces.has('transport')) {
      delivery.replaceTransport(createHttpTransport({ settings, environment, logger }));
    }
    if (changes.pieces.has('collectors')) {
      collector.close();
      collector = createCollector();
    }
    agent.reconfigure(reportingOf(settings, systemId, collector));
    // A credential may have changed in a file of its own.
    delivery.retryNow();
    logger.info('config.reloaded', { because, changed: changes.keys });
    if (changes.needRestart.length > 0) {
      logger.warn('config.restart_needed', { settings: changes.needRestart });
    }
  }

  function saveStatus(running: boolean): void {
    try {
      writeStatus(
        runtime.disk,
        stateFolder,
        statusOf({
          runtime,
          startedAt,
          running,
          configurationFile,
          settings,
          systemId,
          agent: agent.state(),
          delivery: delivery.state(),
          spool: spool.counts(),
          stuckMounts,
        }),
      );
      statusFailure = undefined;
    } catch (error) {
      // A full disk takes reports before it takes this; it is said once.
      const failure = errorMessage(error);
      if (failure !== statusFailure) logger.warn('status.write_failed', { reason: failure });
      statusFailure = failure;
    }
  }

  return {
    spool,
    run,
    runOnce,
    close: () => {
      collector.close();
      spool.close();
    },
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
