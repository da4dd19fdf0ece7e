/** Network adapters: their names, IPv4 addresses and 64-bit counters. */

import type { Exact } from '../../base/exact.ts';
import { createNativeMemory, type NativeMemory } from '../native-memory.ts';
import { openLibrary, refused } from './native-library.ts';

export interface Ipv4Address {
  readonly address: string;
  readonly netmask: string;
}

export interface Adapter {
  /** The name that the user sees and may change: `Ethernet`, `Wi-Fi`. */
  readonly friendlyName: string;
  /** Identifies it for GetIfEntry2; it may change when the adapter is disabled and enabled. */
  readonly interfaceIndex: number;
  readonly addresses: readonly Ipv4Address[];
}

/** Since the adapter was started. */
export interface AdapterCounters {
  readonly receivedBytes: Exact;
  readonly sentBytes: Exact;
}

const familyIpv4 = 2;
/** Anycast, multicast, DNS servers: nothing that is reported. */
const skipFlags = 0x0002 | 0x0004 | 0x0008;

const success = 0;
const bufferOverflow = 111;
/** Not one adapter: ERROR_NO_DATA, and ERROR_ADDRESS_NOT_ASSOCIATED while it starts. */
const noAdapters = [232, 1228];

/** What the page advises, so that one call is enough. */
const initialLength = 15 * 1024;
const maximumLength = 16 * 1024 * 1024;
const attemptsMax = 8;

const interfaceRowLength = 1352;

export interface AdapterCalls {
  GetAdaptersAddresses(
    family: number,
    flags: number,
    reserved: null,
    output: Uint8Array,
    outputLength: Uint8Array,
  ): number;
  GetIfEntry2(row: Uint8Array): number;
  getRawPointer(source: Uint8Array): bigint;
}

export async function loadAdapterCalls(): Promise<AdapterCalls> {
  const iphlpapi = await openLibrary('iphlpapi.dll', {
    GetAdaptersAddresses: {
      arguments: ['uint32', 'uint32', 'pointer', 'pointer', 'pointer'],
      return: 'uint32',
    },
    GetIfEntry2: { arguments: ['pointer'], return: 'uint32' },
  });
  const { getRawPointer } = await import('node:ffi');
  return { ...iphlpapi, getRawPointer };
}

/** `255.255.240.0` for 20. */
export function ipv4Netmask(prefixLength: number): string {
  const ones = Math.min(Math.max(prefixLength, 0), 32);
  const mask = ones === 0 ? 0 : (0xffffffff << (32 - ones)) >>> 0;
  return [24, 16, 8, 0].map((shift) => (mask >>> shift) & 0xff).join('.');
}

/**
 * The offsets of a linked list's entries, each of which holds the address of the next at `+8`. An
 * entry belongs to one list, once: what comes back to a visited one runs in a circle.
 */
function* entries(memory: NativeMemory, first: number | undefined, visited: Set<number>) {
  for (let entry = first; entry !== undefined; entry = memory.target(entry + 8)) {
    if (visited.has(entry)) throw memory.malformed('its list is circular');
    visited.add(entry);
    yield entry;
  }
}

/**
 * IP_ADAPTER_UNICAST_ADDRESS_LH:
 *    0 ULONG Length    8 Next   16 LPSOCKADDR Address.lpSockaddr   24 INT Address.iSockaddrLength
 *   56 UINT8 OnLinkPrefixLength
 * SOCKADDR_IN: 0 USHORT sin_family, 2 USHORT sin_port, 4 UCHAR[4] sin_addr
 */
function parseAddress(memory: NativeMemory, entry: number): Ipv4Address | undefined {
  const socketAddress = memory.target(entry + 16);
  if (socketAddress === undefined || memory.uint16(socketAddress) !== familyIpv4) return undefined;
  return {
    address: memory.bytes(socketAddress + 4, 4).join('.'),
    netmask: ipv4Netmask(memory.uint8(entry + 56)),
  };
}

/**
 * Reads a list of IP_ADAPTER_ADDRESSES_LH. Throws MALFORMED.
 * https://learn.microsoft.com/windows/win32/api/iptypes/ns-iptypes-ip_adapter_addresses_lh
 *
 *    0 ULONG Length    4 IF_INDEX IfIndex    8 Next   16 PCHAR AdapterName
 *   24 FirstUnicastAddress   (anycast, multicast, DNS servers, DNS suffix, description)
 *   72 PWCHAR FriendlyName   (it goes on)
 *
 * @param address where the memory lay when Windows wrote the list's pointers into it
 */
export function parseAdapters(bytes: Uint8Array, address: bigint): Adapter[] {
  const memory = createNativeMemory('IP_ADAPTER_ADDRESSES', bytes, address);
  const adapters: Adapter[] = [];
  const visited = new Set<number>();
  for (const adapter of entries(memory, 0, visited)) {
    const nameAt = memory.target(adapter + 72);
    const unicast = [...entries(memory, memory.target(adapter + 24), visited)];
    adapters.push({
      friendlyName: nameAt === undefined ? '' : memory.textToNul(nameAt, memory.length - nameAt),
      interfaceIndex: memory.uint32(adapter + 4),
      addresses: unicast.flatMap((entry) => parseAddress(memory, entry) ?? []),
    });
  }
  return adapters;
}

/**
 * The adapters with IPv4 enabled, those that are down included, as psutil.net_if_addrs() lists them.
 * Throws NOT_AVAILABLE or MALFORMED.
 * https://learn.microsoft.com/windows/win32/api/iphlpapi/nf-iphlpapi-getadaptersaddresses
 */
export function readAdapters(calls: AdapterCalls): Adapter[] {
  const outputLength = Buffer.alloc(4);
  let length = initialLength;
  for (let attempt = 0; attempt < attemptsMax && length <= maximumLength; attempt += 1) {
    const output = Buffer.alloc(length);
    outputLength.writeUInt32LE(length, 0);
    const status = calls.GetAdaptersAddresses(familyIpv4, skipFlags, null, output, outputLength);
    if (status === success) return parseAdapters(output, calls.getRawPointer(output));
    if (noAdapters.includes(status)) return [];
    if (status !== bufferOverflow) throw refused('GetAdaptersAddresses', `error ${status}`);
    // Room for an adapter that comes until the next attempt.
    length = Math.max(outputLength.readUInt32LE(0), length) + initialLength;
  }
  throw refused('GetAdaptersAddresses', 'the list of adapters is larger than any buffer');
}

/**
 * Reads the octets of a MIB_IF_ROW2. Throws MALFORMED.
 * https://learn.microsoft.com/windows/win32/api/netioapi/ns-netioapi-mib_if_row2
 *
 *       0 NET_LUID InterfaceLuid    8 NET_IFINDEX InterfaceIndex
 *    1208 ULONG64  InOctets      1280 ULONG64     OutOctets
 */
export function parseAdapterCounters(bytes: Uint8Array): AdapterCounters {
  const memory = createNativeMemory('MIB_IF_ROW2', bytes);
  return { receivedBytes: memory.counter(1208), sentBytes: memory.counter(1280) };
}

/**
 * The counters of one adapter, or undefined when it has none or has gone.
 * https://learn.microsoft.com/windows/win32/api/netioapi/nf-netioapi-getifentry2
 */
export function readAdapterCounters(
  calls: AdapterCalls,
  interfaceIndex: number,
): AdapterCounters | undefined {
  const row = Buffer.alloc(interfaceRowLength);
  row.writeUInt32LE(interfaceIndex, 8);
  return calls.GetIfEntry2(row) === success ? parseAdapterCounters(row) : undefined;
}
