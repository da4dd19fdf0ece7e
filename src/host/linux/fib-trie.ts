/**
 * /proc/net/fib_trie: the kernel's routing tables as it keeps them. It is the one file that names
 * the machine's own IPv4 addresses, those of interfaces without a carrier included; it does not
 * say which interface has which.
 *
 *      |-- 192.0.2.2
 *         /32 host LOCAL
 */

/** The machine's own addresses in dotted form, ascending, each once. */
export function parseLocalAddresses(text: string): string[] {
  const addresses = new Set<string>();
  let leaf: string | undefined;
  for (const line of text.split('\n')) {
    const opened = /^ *\|-- (\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})$/.exec(line)?.[1];
    if (opened !== undefined) leaf = opened;
    else if (leaf !== undefined && /^ *\/32 host LOCAL\b/.test(line)) addresses.add(leaf);
  }
  return [...addresses];
}
