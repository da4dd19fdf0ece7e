/**
 * The addresses of a Linux system's interfaces, as getifaddrs(3) and so psutil has them.
 *
 *   Node's networkInterfaces()   this network namespace; libuv leaves out interfaces that are
 *                                down or have no carrier (docker0 without containers)
 *   net/fib_trie and net/route   those without a carrier, and all of a host seen through its /proc
 *   `ip address`                 those that are down, once for each change of them
 */
import { readlinkSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { errorMessage } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import { parseLocalAddresses } from '../../host/linux/fib-trie.ts';
import { readBoundedKernelFile } from '../../host/linux/files.ts';
import { parseIpAddresses } from '../../host/linux/ip-address.ts';
import { parseRoutes, type Route } from '../../host/linux/route.ts';
import type { RunCommand } from '../../host/run-command.ts';
import type { CollectorContext, SystemRoots } from '../collector.ts';
import { networkFolder } from '../roots.ts';
import { type InterfaceAddress, type InterfaceList, primaryAddresses } from './addresses.ts';
import { attributeAddresses, soleLeftOver } from './attribute-addresses.ts';

/** A router's tables may be of any size, and they are read where the event loop waits. */
const tableBytesMax = 2_000_000;

/** An interface that stays without a carrier is looked at again this often. */
const hiddenAgeMsMax = 60_000;

const commandDeadlineMs = 2000;

export interface LinuxAddresses {
  /** `names` are all interfaces that the kernel counts for, with or without an address. */
  read(names: readonly string[]): Promise<readonly InterfaceAddress[]>;
}

type AddressesContext = Pick<CollectorContext, 'roots' | 'clock' | 'logger' | 'calls'>;

export function createLinuxAddresses(
  context: AddressesContext,
  runCommand: RunCommand,
): LinuxAddresses {
  const { roots, clock, logger, calls: { listInterfaces = networkInterfaces } = {} } = context;
  const net = networkFolder(roots);
  const isOwn = isOwnNamespace(roots);
  let hidden: { names: string; atMs: number; addresses: readonly InterfaceAddress[] } | undefined;

  function readTables(): { readonly local: string[]; readonly routes: Route[] } {
    return {
      local: parseLocalAddresses(readBoundedKernelFile(`${net}/fib_trie`, tableBytesMax) ?? ''),
      routes: parseRoutes(readBoundedKernelFile(`${net}/route`, tableBytesMax) ?? ''),
    };
  }

  /** A service that may not open AF_NETLINK sockets (RestrictAddressFamilies) has the tables left. */
  function listOwn(): InterfaceList | undefined {
    try {
      return listInterfaces();
    } catch (error) {
      logger.debug('network.interfaces_refused', { reason: errorMessage(error) });
      return undefined;
    }
  }

  function readForeign(): InterfaceAddress[] {
    const { local, routes } = readTables();
    const attribution = attributeAddresses(local, routes);
    const leftOver = soleLeftOver(attribution, routes);
    return [...attribution.attributed, ...(leftOver === undefined ? [] : [leftOver])];
  }

  /** Of interfaces that Node's list leaves out. */
  async function readHidden(list: InterfaceList): Promise<readonly InterfaceAddress[]> {
    const known = new Set(Object.values(list).flatMap((infos) => infos?.map((one) => one.address)));
    const { local, routes } = readTables();
    const unknown = local.filter((ip) => !known.has(ip));
    const { attributed, unattributed } = attributeAddresses(unknown, routes);
    if (unattributed.length === 0) return attributed;
    return [...attributed, ...(await askIp(new Set(unattributed), runCommand, logger))];
  }

  return {
    async read(names) {
      const list = isOwn ? listOwn() : undefined;
      if (list === undefined) return firstOfEach(readForeign());
      const listed = primaryAddresses(list);
      const missing = names.filter((name) => list[name] === undefined).join(' ');
      if (missing === '') return listed;
      const nowMs = clock.monotonicMs();
      if (hidden?.names !== missing || nowMs - hidden.atMs > hiddenAgeMsMax) {
        hidden = { names: missing, atMs: nowMs, addresses: await readHidden(list) };
      }
      return firstOfEach([...listed, ...hidden.addresses]);
    },
  };
}

/** Through a host root another network namespace may be meant than the one that Node asks. */
function isOwnNamespace(roots: SystemRoots): boolean {
  if (roots.mountPrefix === '') return true;
  try {
    return readlinkSync(`${roots.proc}/1/ns/net`) === readlinkSync('/proc/self/ns/net');
  } catch {
    // It may not be looked at without CAP_SYS_PTRACE; the tables hold for any namespace.
    return false;
  }
}

async function askIp(
  wanted: ReadonlySet<string>,
  runCommand: RunCommand,
  logger: Logger,
): Promise<InterfaceAddress[]> {
  try {
    const { stdout } = await runCommand({
      program: 'ip',
      args: ['-4', '-oneline', 'address', 'show'],
      deadlineMs: commandDeadlineMs,
    });
    return parseIpAddresses(stdout).filter(({ ip }) => wanted.has(ip));
  } catch (error) {
    logger.debug('network.addresses_unknown', {
      addresses: [...wanted],
      reason: errorMessage(error),
    });
    return [];
  }
}

function firstOfEach(addresses: readonly InterfaceAddress[]): InterfaceAddress[] {
  const byName = new Map<string, InterfaceAddress>();
  for (const address of addresses) {
    if (!byName.has(address.name)) byName.set(address.name, address);
  }
  return [...byName.values()];
}
