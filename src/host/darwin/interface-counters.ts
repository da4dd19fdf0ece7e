/** Bytes of each interface, in 64 bits and under its whole name: netstat(1) cuts long ones. */
import type { Exact } from '../../base/exact.ts';
import { createNativeMemory } from '../native-memory.ts';
import { type DarwinCalls, readSysctl } from './system-library.ts';

/** CTL_NET, PF_ROUTE, 0, 0 (all families), NET_RT_IFLIST2, 0 (all interfaces) (bsd/sys/socket.h). */
const interfaceList = [4, 17, 0, 0, 6, 0] as const;
/** RTM_IFINFO2 (bsd/net/route.h), AF_LINK (bsd/sys/socket.h). */
const interfaceInformation = 0x12;
const linkFamily = 18;
/** sizeof(struct if_msghdr2) (bsd/net/if.h): the sockaddr_dl stands behind it. */
const headerLength = 160;

export interface CountedInterface {
  readonly name: string;
  readonly receivedBytes: Exact;
  readonly sentBytes: Exact;
}

/**
 * Reads a list of messages, of which those of if_msghdr2 count. Throws MALFORMED.
 *
 *     0 u_short ifm_msglen   3 u_char ifm_type   32 if_data64 ifm_data:
 *    96 uint64 ifi_ibytes  104 uint64 ifi_obytes
 *   160 sockaddr_dl: +1 sdl_family   +5 sdl_nlen   +8 sdl_data, which begins with the name
 */
export function parseInterfaceList(bytes: Uint8Array): CountedInterface[] {
  const memory = createNativeMemory('NET_RT_IFLIST2', bytes);
  const interfaces: CountedInterface[] = [];
  for (let at = 0; at < memory.length; ) {
    const length = memory.uint16(at);
    if (length === 0) throw memory.malformed('a message has no length');
    if (memory.uint8(at + 3) === interfaceInformation) {
      const link = at + headerLength;
      if (memory.uint8(link + 1) !== linkFamily) throw memory.malformed('an interface has no name');
      interfaces.push({
        name: memory.utf8(link + 8, memory.uint8(link + 5)),
        receivedBytes: memory.counter(at + 96),
        sentBytes: memory.counter(at + 104),
      });
    }
    at += length;
  }
  return interfaces;
}

/** Throws NOT_AVAILABLE, MALFORMED. */
export function readInterfaceList(calls: DarwinCalls): CountedInterface[] {
  return parseInterfaceList(readSysctl(calls, interfaceList));
}
