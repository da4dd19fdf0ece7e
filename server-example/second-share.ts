/**
 * What one sender may add to a second that has a report already. A store keeps so many different
 * reports of one system and second; if one sender could fill that up with inventions, the machine's
 * own report would find no room. So each sender has a share of it, and the rest is for others.
 *
 * Counted in memory, for this receiver alone, and only where a second has several reports.
 */
import { copiesBytesOfSenderMax, copiesOfSenderMax } from './limits.ts';
import { copiesMax } from './store.ts';

export interface SecondShares {
  /**
   * For one report that is about to be stored: among how many of its second it may be. Call `settle`
   * with whether it was stored beside others. Undefined while so many of this second are on their way
   * that nobody can tell: it may come again.
   */
  take(report: SharedReport): SecondPlace | undefined;
}

export interface SecondPlace {
  readonly copiesMax: number;
  settle(beside: boolean): void;
}

export interface SharedReport {
  readonly sender: string;
  readonly systemId: string;
  readonly epoch: number;
  readonly bytes: number;
}

interface Share {
  copies: number;
  bytes: number;
  /** On their way, and perhaps one more of this second each. */
  pending: number;
  pendingBytes: number;
}

/** The first report of a second is not one beside others. */
function isBeyond(copies: number, bytes: number): boolean {
  return copies >= copiesOfSenderMax - 1 || bytes > copiesBytesOfSenderMax;
}

const secondsMaxDefault = 20_000;

export function createSecondShares(secondsMax = secondsMaxDefault): SecondShares {
  const shares = new Map<string, Share>();

  const forgetOld = (): void => {
    const [oldest] = shares.keys();
    if (shares.size > secondsMax && oldest !== undefined) shares.delete(oldest);
  };

  return {
    take: ({ sender, systemId, epoch, bytes }) => {
      const key = `${epoch}\n${sender}\n${systemId}`;
      const share = shares.get(key) ?? { copies: 0, bytes: 0, pending: 0, pendingBytes: 0 };
      shares.set(key, share);
      const isFull = isBeyond(share.copies, share.bytes + bytes);
      if (
        !isFull &&
        isBeyond(share.copies + share.pending, share.bytes + share.pendingBytes + bytes)
      )
        return undefined;
      share.pending += 1;
      share.pendingBytes += bytes;
      return {
        copiesMax: isFull ? 1 : copiesMax,
        settle: (beside) => {
          share.pending -= 1;
          share.pendingBytes -= bytes;
          if (beside) {
            share.copies += 1;
            share.bytes += bytes;
          }
          if (share.copies === 0 && share.pending === 0) shares.delete(key);
          else forgetOld();
        },
      };
    },
  };
}
