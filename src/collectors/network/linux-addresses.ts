/**
 * The addresses of a Linux system's interfaces, as getifaddrs(3) and so psutil has them.
 *
 *   Node's networkInterfaces()   this network namespace, but for interfaces that are down or have
 *                                no carrier (docker0 without containers), which libuv leaves out
 *   ip(8)                        those, while there is an address that no listed interface has; and
 *                                all, where there are so many that libuv takes long
 *   net/fib_trie, net/route      a host seen through its /proc, and where the others fail: what
 *                                they prove and no more
 */
import { readlinkSync, type Stats, statSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { errorMessage, MonitorError } from '../../base/errors.ts';
import type { Remarks } from '../../base/remarks.ts';
import type { LocalAddresses } from '../../host/linux/fib-trie.ts';
import type { RunCommand } from '../../host/run-command.ts';
import type { CollectorContext, SystemRoots } from '../collector.ts';
import { networkFolder } from '../roots.ts';
import { createTimeSlice, type TimeSlice } from '../time-slice.ts';
import { readAttribution, readLocalAddresses } from './address-tables.ts';
import { type InterfaceAddress, type InterfaceList, primaryAddresses } from './addresses.ts';
import { createAskIp } from './ask-ip.ts';

/** libuv compares each address with each interface: it takes 4 ms for 128, and 70 for 1 000. */
const listableMax = 128;

/** ip is asked again this often, although nothing seems to have changed. */
const keptMsMax = 60_000;

export interface LinuxAddresses {
  /** `names` are all interfaces that the kernel counts for, with or without an address. */
  read(names: readonly string[]): Promise<readonly InterfaceAddress[]>;
}

type AddressesContext = Pick<CollectorContext, 'roots' | 'clock' | 'logger' | 'remarks' | 'calls'>;

interface Answer {
  readonly addresses: readonly InterfaceAddress[];
  /** Addresses that are left out, because it is not known which interface has them. */
  readonly unknown?: { readonly ips: readonly string[]; readonly reason: string };
}

export function createLinuxAddresses(
  context: AddressesContext,
  runCommand: RunCommand,
): LinuxAddresses {
  const { roots, clock, logger, calls: { listInterfaces = networkInterfaces } = {} } = context;
  const net = networkFolder(roots);
  const isOwn = isOwnNamespace(roots);
  const askIp = createAskIp(runCommand, clock);
  let kept: { readonly key: string; readonly atMs: number; readonly hidden: Answer } | undefined;

  async function readOwn(names: readonly string[], slice: TimeSlice): Promise<Answer> {
    if (names.length > listableMax) {
      const all = await askIp(slice).catch(() => undefined);
      if (all !== undefined) return { addresses: all };
    }
    let list: InterfaceList;
    try {
      list = listInterfaces();
    } catch (error) {
      // A service that may not open AF_NETLINK sockets (RestrictAddressFamilies); nor may ip then.
      logger.debug('network.interfaces_refused', { reason: errorMessage(error) });
      return await askTables(net, slice, 'this process may not ask the kernel (AF_NETLINK)');
    }
    if (slice.used()) await slice.pause();
    const listed = primaryAddresses(list);
    const hidden = new Set(names.filter((name) => !Object.hasOwn(list, name)));
    if (hidden.size === 0) return { addresses: listed };
    const local = await readLocalAddresses(net, slice);
    const left = local === undefined ? undefined : unexplained(local, list);
    if (left?.length === 0) return { addresses: listed };

    const key = JSON.stringify([left, [...hidden], listed]);
    const nowMs = clock.monotonicMs();
    if (kept?.key !== key || nowMs - kept.atMs > keptMsMax) {
      try {
        const all = await askIp(slice);
        const addresses = all.filter(({ device }) => hidden.has(device));
        kept = { key, atMs: nowMs, hidden: { addresses } };
        // An address may have moved since the list was made: for once, all are of one moment.
        return { addresses: all };
      } catch (error) {
        const of = { hidden, ips: left ?? [] };
        kept = { key, atMs: nowMs, hidden: await askTables(net, slice, ipReason(error), of) };
      }
    }
    return { ...kept.hidden, addresses: [...listed, ...kept.hidden.addresses] };
  }

  return {
    async read(names) {
      const slice = createTimeSlice(clock);
      const answer = isOwn ? await readOwn(names, slice) : await askTables(net, slice, hostReason);
      tellUnknown(answer, context.remarks);
      return firstOfEach(answer.addresses);
    },
  };
}

function ipReason(error: unknown): string {
  const isMissing = error instanceof MonitorError && error.code === 'NOT_AVAILABLE';
  return isMissing ? 'ip, which knows them, is not installed' : errorMessage(error);
}

const hostReason =
  'the tables of a host do not tell; a container that shares its network is told them all';

/** What the tables prove: of all interfaces, or of those that are hidden and some addresses. */
async function askTables(
  net: string,
  slice: TimeSlice,
  reason: string,
  of?: { readonly hidden: ReadonlySet<string>; readonly ips: readonly string[] },
): Promise<Answer> {
  const attribution = await readAttribution(net, slice);
  if (attribution === undefined) return { addresses: [], unknown: { ips: of?.ips ?? [], reason } };
  const addresses = attribution.addresses.filter(({ name }) => of?.hidden.has(name) ?? true);
  const attributed = new Set(addresses.map(({ ip }) => ip));
  const ips = (of?.ips ?? attribution.unknown).filter((ip) => !attributed.has(ip));
  return { addresses, ...(ips.length === 0 ? {} : { unknown: { ips, reason } }) };
}

/** The machine's addresses that more interfaces have than are listed with them. */
function unexplained({ counts }: LocalAddresses, list: InterfaceList): string[] {
  const devices = new Map<string, Set<string>>();
  for (const [label, infos = []] of Object.entries(list)) {
    const [device = label] = label.split(':');
    for (const { address } of infos) {
      devices.set(address, (devices.get(address) ?? new Set()).add(device));
    }
  }
  return [...counts].flatMap(([ip, count]) => (count > (devices.get(ip)?.size ?? 0) ? [ip] : []));
}

const namedMax = 3;

function tellUnknown({ unknown }: Answer, remarks: Remarks): void {
  if (unknown === undefined) {
    remarks.ended('network.addresses_unknown', 'network');
    return;
  }
  const { ips, reason } = unknown;
  const more = ips.length > namedMax ? ` and ${ips.length - namedMax} more` : '';
  const named = `${ips.slice(0, namedMax).join(', ')}${more} (${reason})`;
  remarks.holds('network.addresses_unknown', 'network', ips.length === 0 ? reason : named);
}

/** Through a host root another network namespace may be meant than the one that Node asks. */
function isOwnNamespace(roots: SystemRoots): boolean {
  if (roots.mountPrefix === '') return true;
  try {
    return readlinkSync(`${roots.proc}/1/ns/net`) === readlinkSync('/proc/self/ns/net');
  } catch {
    // They may not be looked at without CAP_SYS_PTRACE. procfs numbers the files of each namespace.
    const host = statOf(`${networkFolder(roots)}/dev`);
    return host?.size === 0 && host.ino === statOf('/proc/self/net/dev')?.ino;
  }
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

function firstOfEach(addresses: readonly InterfaceAddress[]): InterfaceAddress[] {
  const byName = new Map<string, InterfaceAddress>();
  for (const address of addresses) {
    if (!byName.has(address.name)) byName.set(address.name, address);
  }
  return [...byName.values()];
}
