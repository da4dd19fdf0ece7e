/** What the child of the self-check reads (darwin-native.ts). */
import { MonitorError } from '../base/errors.ts';
import { type DarwinCalls, loadDarwinCalls } from '../host/darwin/system-library.ts';
import type { CollectorContext } from './collector.ts';
import type { NativePart } from './darwin-native.ts';
import { darwinMemory } from './memory/darwin.ts';
import { darwinCounters } from './network/darwin.ts';
import { darwinProcesses } from './processes/darwin.ts';

const natives: readonly Pick<NativePart<unknown>, 'part' | 'open'>[] = [
  darwinMemory,
  darwinProcesses,
  darwinCounters,
];

/** One native reading, as JSON can tell it. Throws NOT_AVAILABLE, MALFORMED. */
export async function readNatively(
  part: string,
  context: CollectorContext,
  load: () => Promise<DarwinCalls> = loadDarwinCalls,
): Promise<unknown> {
  const native = natives.find((one) => one.part === part);
  if (native !== undefined) return await native.open(await load(), context)();
  throw new MonitorError({
    code: 'NOT_AVAILABLE',
    operation: `read ${part} natively`,
    reason: 'there is no such way',
  });
}
