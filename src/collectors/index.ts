/**
 * The table of collectors. A new one is a folder, a schema and one line here.
 *
 * A collector is loaded when it is first asked, so that a one-shot command pays for its own part
 * alone.
 */
import type { Stats, StatsPart } from '../wire/stats.ts';
import type { Collector, CollectorContext, CollectorTable } from './collector.ts';
import { cpuCollectors } from './cpu/index.ts';
import { disksCollectors } from './disks/index.ts';
import { createLazyCollector } from './lazy-collector.ts';
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
