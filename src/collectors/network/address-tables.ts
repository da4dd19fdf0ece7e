/** What the kernel's tables tell of addresses, read in pieces: a router's are long. */
import { createFibTrieReading, type LocalAddresses } from '../../host/linux/fib-trie.ts';
import { readKernelLines } from '../../host/linux/files.ts';
import { parseRoutes, type Route } from '../../host/linux/route.ts';
import type { TimeSlice } from '../time-slice.ts';
import { type Attribution, attributeAddresses } from './attribute-addresses.ts';

/** The kernel walks its tables anew for each 4 KiB: four times as much takes sixteen times as long. */
const tableBytesMax = 524_288;

/** Undefined where the kernel does not tell, or more than this. `net` is the folder of the tables. */
export async function readLocalAddresses(
  net: string,
  slice: TimeSlice,
): Promise<LocalAddresses | undefined> {
  const { take, end } = createFibTrieReading();
  return (await readWhole(`${net}/fib_trie`, take, slice)) ? end() : undefined;
}

/** Undefined as above. */
export async function readAttribution(
  net: string,
  slice: TimeSlice,
): Promise<Attribution | undefined> {
  const local = await readLocalAddresses(net, slice);
  const routes: Route[] = [];
  const isWhole = await readWhole(
    `${net}/route`,
    (lines) => {
      for (const route of parseRoutes(lines)) routes.push(route);
    },
    slice,
  );
  return local === undefined || !isWhole ? undefined : attributeAddresses(local, routes);
}

async function readWhole(
  path: string,
  take: (lines: string) => void,
  slice: TimeSlice,
): Promise<boolean> {
  const pause = (): Promise<void> | undefined => (slice.used() ? slice.pause() : undefined);
  return (await readKernelLines(path, tableBytesMax, take, pause)) === 'whole';
}
