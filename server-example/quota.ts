/**
 * How many different reports a system may store: ten times what its interval gives, within each hour.
 *
 * The hour is that of the reports' own `epoch`, not of their arrival: a machine that was cut off for a
 * month brings all of its reports within minutes, and of each hour no more than it made in it. What
 * is too much is answered with 429 and is taken later, so nothing is lost by it. Room comes back at
 * the same rate, as in a leaky bucket.
 *
 * Counts are kept in memory, for this receiver alone: a bound against floods, not an account.
 */
import { quotaTimes } from './limits.ts';

export interface Quota {
  /** Takes the place of one report. Call `giveBack` where it turned out to be there already. */
  take(
    report: QuotaReport,
  ): { readonly giveBack: () => void } | { readonly retryAfterSeconds: number };
}

export interface QuotaReport {
  readonly sender: string;
  readonly systemId: string;
  readonly epoch: number;
  readonly intervalSeconds: number;
}

export interface QuotaOptions {
  /** Whole seconds since 1970. */
  readonly now: () => number;
  readonly hoursMax?: number;
}

const hourSeconds = 3600;
/** However long its interval is, a machine may be started and asked for a report now and then. */
const leastAnHour = 60;
/** Hours of systems that are remembered. Of more, those unheard of for longest begin anew. */
const hoursMaxDefault = 100_000;
/** Of all hours together: the backlog of a month, as an agent keeps it unless told otherwise. */
const backlogHours = 30 * 24;

interface Bucket {
  used: number;
  /** When `used` was right. */
  at: number;
}

export function createQuota({ now, hoursMax = hoursMaxDefault }: QuotaOptions): Quota {
  const bucketFor = createBuckets(now, hoursMax);

  /** As full as it is now, where so many an hour leak out of it. */
  const bucketAt = (key: string, anHour: number): Bucket => {
    const bucket = bucketFor(key);
    const leaked = (Math.max(0, now() - bucket.at) * anHour) / hourSeconds;
    bucket.used = Math.max(0, bucket.used - leaked);
    bucket.at = now();
    return bucket;
  };

  return {
    take: ({ sender, systemId, epoch, intervalSeconds }) => {
      const anHour = Math.max(leastAnHour, (quotaTimes * hourSeconds) / intervalSeconds);
      const inAll = anHour * backlogHours;
      const whose = `${sender}\n${systemId}`;
      const hour = bucketAt(`${Math.floor(epoch / hourSeconds)}\n${whose}`, anHour);
      const all = bucketAt(whose, inAll);
      if (hour.used + 1 > anHour) return { retryAfterSeconds: secondsUntil(hour.used, anHour) };
      if (all.used + 1 > inAll) return { retryAfterSeconds: secondsUntil(all.used, inAll) };
      hour.used += 1;
      all.used += 1;
      return {
        giveBack: () => {
          hour.used = Math.max(0, hour.used - 1);
          all.used = Math.max(0, all.used - 1);
        },
      };
    },
  };
}

/**
 * In two generations: what was not asked for in the time of one is forgotten. That is an hour, after
 * which a bucket is empty anyway, or as long as it takes to fill half of the room.
 */
function createBuckets(now: () => number, most: number): (key: string) => Bucket {
  let young = new Map<string, Bucket>();
  let old = new Map<string, Bucket>();
  let since = now();
  return (key) => {
    const there = young.get(key);
    if (there !== undefined) return there;
    if (young.size >= most / 2 || now() - since >= hourSeconds) {
      old = young;
      young = new Map();
      since = now();
    }
    const bucket = old.get(key) ?? { used: 0, at: now() };
    young.set(key, bucket);
    return bucket;
  };
}

/** Until there is room for one. */
function secondsUntil(used: number, anHour: number): number {
  return Math.max(1, Math.ceil(((used + 1 - anHour) * hourSeconds) / anHour));
}
