/**
 * Whose turn it is.
 *
 *   live lane     the report just collected goes first, so that the server sees now before then
 *   backlog lane  then the others, paced: those that stepped back at their time, and the oldest
 *                 first, because they are the first to be dropped
 */
import type { SpoolEntry } from '../spool/spool.ts';

export interface Lanes {
  /** Just collected, and not tried since. */
  readonly announced: SpoolEntry | undefined;
  /** Whatever is newer has never been tried. */
  readonly highestTriedKey: string;
}

export interface Candidates {
  readonly newest: SpoolEntry | undefined;
  /** The oldest that has not stepped back. */
  readonly oldest: SpoolEntry | undefined;
  /** That has stepped back, and whose time has come. */
  readonly deferred: SpoolEntry | undefined;
}

export interface Turn {
  readonly entry: SpoolEntry;
  readonly lane: 'live' | 'backlog';
}

export const noLanes: Lanes = { announced: undefined, highestTriedKey: '' };

/**
 * Undefined where nothing is to be sent now. `hasFailed`: the last attempt did; then one that has
 * stepped back does not come next while there are others, or two of them could take turns for ever,
 * each with a wait for all in which the other's own wait ends.
 */
export function nextTurn(
  lanes: Lanes,
  candidates: Candidates,
  hasFailed: boolean,
): Turn | undefined {
  const { newest, oldest, deferred } = candidates;
  const isNew = newest !== undefined && newest.key > lanes.highestTriedKey;
  const live = lanes.announced ?? (isNew ? newest : undefined);
  if (live !== undefined) return { entry: live, lane: 'live' };
  const entry = hasFailed ? (oldest ?? deferred) : (deferred ?? oldest);
  return entry === undefined ? undefined : { entry, lane: 'backlog' };
}

/** It has had its turn, and is news no longer. */
export function afterTurn(lanes: Lanes, key: string): Lanes {
  const { announced, highestTriedKey } = lanes;
  const isAnnounced = announced?.key === key;
  if (!isAnnounced && key <= highestTriedKey) return lanes;
  return {
    announced: isAnnounced ? undefined : announced,
    highestTriedKey: key > highestTriedKey ? key : highestTriedKey,
  };
}
