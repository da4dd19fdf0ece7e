/**
 * The table of collectors. A new one is a folder, a schema and one line here.
 *
 * A collector is loaded when it is first asked, so that a one-shot command pays for its own part
 * alone.
 */
import { type ErrorCode, errorMessage, MonitorError } from '../base/errors.ts';
import type { Stats, StatsPart } from '../wire/stats.ts';
import type { Collector, CollectorContext, CollectorTable, SystemKind } from './collector.ts';
import { cpuCollectors } from './cpu/index.ts';
import { disksCollectors } from './disks/index.ts';
import { memoryCollectors } from './memory/index.ts';
import { networkCollectors } from './network/index.ts';
import { processesCollectors } from './processes/index.ts';

const collectorTables: { readonly [Part in StatsPart]: CollectorTable<Stats[Part]> } = {
  cpu: cpuCollectors,
  memory: memoryCollectors,
  processes: processesCollectors,
  disks: disksCollectors,
  network: networkCollectors,
};

/** One collector for each part of `stats`. */
export type Collectors = { readonly [Part in StatsPart]: Collector<Stats[Part]> };

/** Nothing is loaded or read before the first `collect` of a part. */
export function createCollectors(context: CollectorContext): Collectors {
  return {
    cpu: createLazyCollector('cpu', collectorTables.cpu, context),
    memory: createLazyCollector('memory', collectorTables.memory, context),
    processes: createLazyCollector('processes', collectorTables.processes, context),
    disks: createLazyCollector('disks', collectorTables.disks, context),
    network: createLazyCollector('network', collectorTables.network, context),
  };
}

/** The way in which the figures of this platform are had. */
export function systemKind(platform: NodeJS.Platform): SystemKind {
  if (platform === 'linux' || platform === 'win32') return platform;
  return 'portable';
}

/**
 * Loads at the first call. Windows may refuse a native call, or this Node may have no `node:ffi`:
 * then the portable collector takes over for the rest of the run. On Linux there is nothing better
 * to fall back to: systeminformation reads the same files.
 */
export function createLazyCollector<Value>(
  part: StatsPart,
  table: CollectorTable<Value>,
  context: CollectorContext,
): Collector<Value> {
  let kind = systemKind(context.platform);
  let loaded: Promise<Collector<Value>> | undefined;

  async function load(): Promise<Collector<Value>> {
    const createCollector = await table[kind]();
    return createCollector(context);
  }

  async function collect(signal?: AbortSignal): Promise<Value> {
    try {
      loaded ??= load();
      const collector = await loaded;
      return await collector.collect(signal);
    } catch (error) {
      if (kind !== 'win32' || !isRefusal(error)) throw error;
      context.logger.warn('collector.fallback', { part, reason: errorMessage(error) });
      closeLoaded(loaded);
      kind = 'portable';
      loaded = load();
      return await (await loaded).collect(signal);
    }
  }

  return { collect, close: () => closeLoaded(loaded) };
}

/**
 * The system will not answer this way, now or later. A passed deadline says nothing of the kind, nor
 * does whoever gave up waiting.
 */
function isRefusal(error: unknown): boolean {
  return !(error instanceof MonitorError) || !passing.has(error.code);
}

const passing: ReadonlySet<ErrorCode> = new Set(['TIMEOUT', 'CANCELLED', 'BUSY']);

function closeLoaded<Value>(loaded: Promise<Collector<Value>> | undefined): void {
  loaded?.then(
    (collector) => collector.close?.(),
    () => {
      // It was never made, so there is nothing to close.
    },
  );
}
