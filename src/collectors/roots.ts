/** Where a Linux system's files are found, for this machine and for a host seen from a container. */
import type { SystemRoots } from './collector.ts';

/**
 * The roots of this machine, or, with a host root such as `/host`, those of the host whose `/` is
 * mounted there. Trailing slashes do not matter; `/` is this machine.
 */
export function createSystemRoots(hostRoot = ''): SystemRoots {
  const prefix = hostRoot.replace(/\/+$/, '');
  return {
    proc: `${prefix}/proc`,
    sys: `${prefix}/sys`,
    etc: `${prefix}/etc`,
    mountPrefix: prefix,
  };
}

/**
 * The folder of network files. `/proc/net` is `self/net`, the reader's own network namespace; the
 * host's is that of its first process (proc(5)).
 */
export function networkFolder(roots: SystemRoots): string {
  return roots.mountPrefix === '' ? `${roots.proc}/net` : `${roots.proc}/1/net`;
}
