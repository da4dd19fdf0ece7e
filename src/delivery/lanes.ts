/**
 * Whose turn it is.
 *
 *   live lane     the report just collected goes first, so that the server sees now before then
 *   backlog lane  then the others, oldest first (those are the first to be dropped), paced
 */
import type { SpoolEntry } from '../spool/spool.ts';

export interface Lanes {
  /** Just collected, and not tried since. */
  readonly announced: SpoolEntry | undefined;
  /** Whatever is newer has never been tried. */
  readonly highestTriedKey: string;
}

/** What the spool holds that could be sent now. */
export interface Found {
  readonly newest: SpoolEntry | undefined;
  /** The oldest that has not stepped back, or whose time has come. */
  readonly due: SpoolEntry | undefined;
}

export interface Turn {
  readonly entry: SpoolEntry;
  readonly lane: 'live' | 'backlog';
}

export const noLanes: Lanes = { announced: undefined, highestTriedKey: '' };

/** Undefined where nothing is to be sent now. */
export function nextTurn(lanes: Lanes, found: Found): Turn | undefined {
  const { newest, due } = found;
  const isNew = newest !== undefined && newest.key > lanes.highestTriedKey;
  const fresh = lanes.announced ?? (isNew ? newest : undefined);
  if (fresh !== undefined) return { entry: fresh, lane: 'live' };
  return due === undefined ? undefined : { entry: due, lane: 'backlog' };
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
