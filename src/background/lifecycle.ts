/**
 * Three loops that know nothing of each other, and their common end.
 *
 *   agent         collects, and appends to the spool
 *   delivery      sends what the spool holds
 *   housekeeping  writes the status, looks for changed settings
 */
import { waitAtMost } from '../base/clock.ts';
import { type ExitCode, exitCodes } from '../base/exit-codes.ts';
import { abortOnSignals } from '../base/signals.ts';
import type { Background } from './compose.ts';
import { createEnding, type Ending } from './ending.ts';
import { keepHouse } from './housekeeping.ts';

/** Of the 2 s that a service manager is promised: for the request in flight. */
const requestGraceMs = 1200;
/** It is cut off then, and has so long to notice. */
const cutOffGraceMs = 400;

/** Until SIGINT, SIGTERM or a bug; the background process is taken apart by then. */
export function runUntilTold(background: Background): Promise<ExitCode> {
  const { agent, delivery, reload, runtime } = background;
  return runThenEnd(background, requestGraceMs, async (ending) => {
    const release = runtime.onSignal('SIGHUP', () => {
      void ending.attempt('reload', () => reload('SIGHUP'));
    });
    runForEver(ending, 'delivery', () => delivery.run());
    runForEver(ending, 'agent', () => agent.run(ending.signal));
    runForEver(ending, 'housekeeping', () => keepHouse(background, ending.signal));
    await aborted(ending.signal);
    release();
    return exitCodes.ok;
  });
}

/** One report, and one attempt for each that waits; the background process is taken apart by then. */
export function runOnce(background: Background): Promise<ExitCode> {
  const { agent, delivery, logger, spool } = background;
  // No grace: whoever wants this one to end does not wait for its request.
  return runThenEnd(background, 0, async ({ signal }) => {
    const entry = await agent.collectOnce(signal);
    const { accepted, rejected, remaining } = await delivery.drainOnce(signal);
    logger.info('agent.once', { accepted, rejected, waiting: remaining });
    if (entry === undefined) return exitCodes.unavailable;
    // What memory alone holds goes with this process.
    if (spool.counts().memoryReports > 0) return exitCodes.cannotWrite;
    return remaining === 0 ? exitCodes.ok : exitCodes.tryLater;
  });
}

async function runThenEnd(
  background: Background,
  graceMs: number,
  work: (ending: Ending) => Promise<ExitCode>,
): Promise<ExitCode> {
  const { logger, runtime, spool } = background;
  const told = abortOnSignals(runtime);
  const ending = createEnding(told.signal, logger);
  const release = runtime.onUncaught((error) => ending.fail('uncaught', error));
  const done = ending.attempt('work', () => work(ending));
  // Work that does not heed the signal is left behind.
  const leftBehind = aborted(ending.signal).then(() =>
    waitAtMost(runtime.clock, cutOffGraceMs, done).then(() => undefined),
  );
  const code = await Promise.race([done, leftBehind]);
  await takeApart(background, graceMs, ending);
  release();
  told.release();
  const reason = told.signal.aborted ? String(told.signal.reason) : 'done';
  logger.info('agent.stopped', {
    reason: ending.isBug() ? 'bug' : reason,
    waiting: spool.counts().pendingReports,
  });
  return ending.isBug() ? exitCodes.bug : (code ?? exitCodes.tryLater);
}

/** Each step is taken although another fails; above all the folder's lock is given back. */
async function takeApart(background: Background, graceMs: number, ending: Ending): Promise<void> {
  const { delivery, inForce, runtime, saveStatus, spool } = background;
  await ending.attempt('end', () =>
    waitAtMost(runtime.clock, graceMs + cutOffGraceMs, delivery.stop(graceMs)),
  );
  await ending.attempt('end', () => saveStatus(false));
  await ending.attempt('end', () => inForce.collecting.close());
  await ending.attempt('end', () => spool.close());
}

/** A loop that leaves before it is told to is as broken as one that throws. */
function runForEver(ending: Ending, where: string, loop: () => Promise<void>): void {
  void ending.attempt(where, async () => {
    await loop();
    if (!ending.signal.aborted) throw new Error('the loop ended by itself');
  });
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
