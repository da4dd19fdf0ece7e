/**
 * /proc/net/fib_trie: the kernel's routing tables as it keeps them. It is the one file that names
 * the machine's own IPv4 addresses, those of interfaces that are down included; it does not say
 * which interface has which.
 *
 *   Local:
 *     +-- 192.0.2.0/24 2 0 2
 *        |-- 192.0.2.2
 *           /32 host LOCAL
 *        |-- 192.0.2.255
 *           /32 link BROADCAST
 */

export interface LocalAddresses {
  /** By address in dotted form: how many interfaces have it. */
  readonly counts: ReadonlyMap<string, number>;
  /**
   * Where an interface is up and has an address in a network of up to 30 bits, the kernel answers
   * for the last address of that network (fib_add_ifaddr in net/ipv4/fib_frontend.c). A route that
   * somebody made by hand leaves no such trace.
   */
  readonly broadcasts: ReadonlySet<string>;
  /** The loopback interface has an address in 127.0.0.0/8: no other makes that network its own. */
  readonly hasLoopbackNetwork: boolean;
}

export interface FibTrieReading {
  /** Whole lines, piece by piece. */
  take(lines: string): void;
  end(): LocalAddresses;
}

export function createFibTrieReading(): FibTrieReading {
  const tables = new Map<string, Map<string, number>>();
  const broadcasts = new Set<string>();
  let hasLoopbackNetwork = false;
  let heading = 'Main:';
  let counts = tableOf(heading);
  let leaf: string | undefined;

  function tableOf(name: string): Map<string, number> {
    const table = tables.get(name) ?? new Map<string, number>();
    tables.set(name, table);
    return table;
  }

  function takeLine(line: string): void {
    if (line.endsWith(':')) {
      heading = line;
      counts = tableOf(heading);
      leaf = undefined;
      return;
    }
    const text = line.trimStart();
    if (text.startsWith('|-- ')) leaf = text.slice(4);
    else if (leaf === undefined) return;
    else if (isEntry(text, '/32 host LOCAL')) counts.set(leaf, (counts.get(leaf) ?? 0) + 1);
    else if (heading.startsWith('Id ')) return;
    else if (isEntry(text, '/32 link BROADCAST')) broadcasts.add(leaf);
    else if (leaf === '127.0.0.0' && isEntry(text, '/8 host LOCAL')) hasLoopbackNetwork = true;
  }

  return {
    take(lines) {
      for (const line of lines.split('\n')) takeLine(line);
    },
    end: () => ({ counts: countsOfAll(tables), broadcasts, hasLoopbackNetwork }),
  };
}

/** It may be followed by a type of service. */
function isEntry(text: string, entry: string): boolean {
  return text.startsWith(entry) && (text.length === entry.length || text[entry.length] === ' ');
}

/** Until somebody makes a rule, `Main` and `Local` are one table, which is printed twice. */
function countsOfAll(tables: ReadonlyMap<string, ReadonlyMap<string, number>>) {
  const all = new Map(tables.get('Main:'));
  for (const [ip, count] of tables.get('Local:') ?? []) {
    all.set(ip, Math.max(all.get(ip) ?? 0, count));
  }
  // Those of other tables are of VRFs (Documentation/networking/vrf.rst).
  for (const [heading, counts] of tables) {
    if (heading === 'Main:' || heading === 'Local:') continue;
    for (const [ip, count] of counts) all.set(ip, (all.get(ip) ?? 0) + count);
  }
  return all;
}
