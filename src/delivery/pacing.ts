/** How fast the backlog goes, so that a fleet that returns from an outage does not bury its server. */
export interface Pacing {
  /** Infinity for as fast as they go. */
  readonly perSecond: number;
  /** Monotonic milliseconds before which the backlog sends nothing. */
  readonly notBeforeMs: number;
}

/** After a backlog report whose turn came at `startedMs`. */
export function afterBacklogReport(pacing: Pacing, startedMs: number): Pacing {
  const { perSecond, notBeforeMs } = pacing;
  if (perSecond === Number.POSITIVE_INFINITY) return pacing;
  return { perSecond, notBeforeMs: Math.max(notBeforeMs, startedMs) + 1000 / perSecond };
}
