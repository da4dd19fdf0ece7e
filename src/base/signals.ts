/** From signals of the operating system to an AbortSignal. */
import type { Runtime } from './runtime.ts';

/** Aborts at the first SIGINT or SIGTERM. Call `release` when done, so that signals act as ever. */
export function abortOnSignals(runtime: Pick<Runtime, 'onSignal'>): {
  readonly signal: AbortSignal;
  readonly release: () => void;
} {
  const controller = new AbortController();
  const releases = (['SIGINT', 'SIGTERM'] as const).map((name) =>
    runtime.onSignal(name, () => controller.abort(name)),
  );
  return {
    signal: controller.signal,
    release: () => {
      for (const release of releases) release();
    },
  };
}
