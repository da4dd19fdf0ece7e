/**
 * Interfaces by Node's `os`, which tells addresses and masks on every system; their bytes by
 * netstat(1) on macOS and the BSDs, and by systeminformation on Windows when the native calls are
 * refused.
 */
import { networkInterfaces } from 'node:os';
import type { Systeminformation } from 'systeminformation';
import { createLibraryCall } from '../../host/portable/library-call.ts';
import { netstatArgs, parseNetstat } from '../../host/portable/netstat.ts';
import { askSystem } from '../../host/portable/system-command.ts';
import type { RunCommand } from '../../host/run-command.ts';
import type { Collector, CollectorContext } from '../collector.ts';
import { createCheckedRead } from '../darwin-native.ts';
import { createFilter } from '../filter.ts';
import { primaryAddresses } from './addresses.ts';
import { darwinCounters } from './darwin.ts';
import type { Network } from './index.ts';
import { type InterfaceCounters, networkOf } from './network-of.ts';

type ReadCounters = (signal?: AbortSignal) => Promise<ReadonlyMap<string, InterfaceCounters>>;

export interface PortableNetworkOptions {
  /** Tests hand in their own. */
  readonly runCommand?: RunCommand;
}

export function createPortableNetworkCollector(
  context: CollectorContext,
  { runCommand }: PortableNetworkOptions = {},
): Collector<Network> {
  const { settings, platform, calls: { listInterfaces = networkInterfaces } = {} } = context;
  const byProgram =
    platform === 'win32' ? createLibraryCounters(context) : createNetstat(context, runCommand);
  const readCounters = context.asksNatively === true ? createNative(byProgram, context) : byProgram;
  return {
    async collect(signal) {
      const keep = await createFilter(settings.network_include, settings.network_exclude, {
        ignoreCase: platform === 'win32',
      });
      const counters = await readCounters(signal);
      return networkOf(primaryAddresses(listInterfaces()), counters, keep, context);
    },
  };
}

function createNative(byProgram: ReadCounters, context: CollectorContext): ReadCounters {
  const readList = async (signal?: AbortSignal) => [...(await byProgram(signal))];
  const read = createCheckedRead(darwinCounters, readList, context);
  return async (signal) => new Map(await read(signal));
}

function createNetstat({ deadlineMs }: CollectorContext, runCommand?: RunCommand): ReadCounters {
  return async (signal) => {
    const { stdout } = await askSystem(
      { program: 'netstat', args: netstatArgs, deadlineMs, signal },
      runCommand,
    );
    return parseNetstat(stdout);
  };
}

function createLibraryCounters({ clock, deadlineMs }: CollectorContext): ReadCounters {
  const readStats = createLibraryCall({
    name: 'networkStats',
    call: (library) => library.networkStats('*'),
    clock,
    deadlineMs,
  });
  return async () => countersOf(await readStats());
}

/** Counters that are no whole numbers are none: the library says NaN where it could not read. */
export function countersOf(
  stats: readonly Pick<Systeminformation.NetworkStatsData, 'iface' | 'rx_bytes' | 'tx_bytes'>[],
): Map<string, InterfaceCounters> {
  const counters = new Map<string, InterfaceCounters>();
  for (const { iface, rx_bytes: receivedBytes, tx_bytes: sentBytes } of stats) {
    counters.set(iface, {
      ...(Number.isSafeInteger(receivedBytes) ? { receivedBytes } : {}),
      ...(Number.isSafeInteger(sentBytes) ? { sentBytes } : {}),
    });
  }
  return counters;
}
