/** The addresses of all interfaces by ip(8), which tells those of interfaces that are down too. */
import type { Clock } from '../../base/clock.ts';
import { MonitorError } from '../../base/errors.ts';
import {
  ipAddressArgs,
  type LabelledAddress,
  parseIpAddress,
} from '../../host/linux/ip-address.ts';
import type { RunCommand } from '../../host/run-command.ts';
import type { TimeSlice } from '../time-slice.ts';

const deadlineMs = 2000;

/** Some 40 000 addresses: a node of Kubernetes with IPVS has one for each service. */
const outputBytesMax = 4 * 1024 * 1024;

/** Whoever failed is left alone so long. */
const failureKeptMs = 60_000;

/**
 * All addresses in the kernel's order. Throws as RunCommand does, UNAVAILABLE where ip fails, and
 * the same again for a minute.
 */
export type AskIp = (slice: TimeSlice) => Promise<LabelledAddress[]>;

export function createAskIp(runCommand: RunCommand, clock: Pick<Clock, 'monotonicMs'>): AskIp {
  let failure: { readonly error: unknown; readonly atMs: number } | undefined;
  return async (slice) => {
    if (failure !== undefined && clock.monotonicMs() - failure.atMs < failureKeptMs) {
      throw failure.error;
    }
    try {
      failure = undefined;
      // Starting a program holds the event loop for some milliseconds of its own.
      if (slice.used()) await slice.pause();
      return await parseInPieces(await run(runCommand), slice);
    } catch (error) {
      failure = { error, atMs: clock.monotonicMs() };
      throw error;
    }
  };
}

async function run(runCommand: RunCommand): Promise<string> {
  const { exitCode, stdout, stderr } = await runCommand({
    program: 'ip',
    args: ipAddressArgs,
    deadlineMs,
    maxOutputBytes: outputBytesMax,
  });
  if (exitCode === 0) return stdout;
  const reason = stderr.trim().slice(0, 200) || `it ended with exit status ${exitCode}`;
  throw new MonitorError({ code: 'UNAVAILABLE', operation: 'run ip', reason });
}

async function parseInPieces(output: string, slice: TimeSlice): Promise<LabelledAddress[]> {
  await slice.pause();
  const addresses: LabelledAddress[] = [];
  for (const line of output.split('\n')) {
    const address = parseIpAddress(line);
    if (address !== undefined) addresses.push(address);
    if (slice.used()) await slice.pause();
  }
  return addresses;
}
