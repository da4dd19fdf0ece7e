/**
 * Wrong tokens, by the address that they came from: the first few are answered at once, because
 * somebody mistyped or an agent was set up wrongly; the rest are made to wait, a few at a time. It is
 * asked only after a token was found wrong, so whoever has a right one never waits.
 *
 * A token of 20 random characters cannot be found by trying. This keeps trying from costing much and
 * from going unseen.
 */
import { HttpError } from './http.ts';
import type { Log } from './quiet-log.ts';

export interface WrongTokens {
  /** Always rejects: with HttpError 401, sooner or later, or 429 where others wait already. */
  refuse(address: string): Promise<never>;
}

export interface WrongTokensOptions {
  /** Whole seconds since 1970. */
  readonly now: () => number;
  readonly log: Log;
  readonly wait?: (ms: number) => Promise<void>;
}

const atOnce = 10;
const forgetAfterSeconds = 600;
const waitMs = 300;
const waitingOfAddressMax = 4;
const waitingMax = 64;
const addressesMax = 10_000;
/** Addresses that are named in the log within a minute. */
const namedMax = 20;
const retryAfterSeconds = 60;

interface Address {
  wrong: number;
  waiting: number;
  since: number;
}

export function createWrongTokens(options: WrongTokensOptions): WrongTokens {
  const { now, wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms)) } = options;
  const addresses = new Map<string, Address>();
  const say = createNamer(options);
  let waiting = 0;

  const recordOf = (address: string): Address => {
    const there = addresses.get(address);
    if (there !== undefined && now() - there.since < forgetAfterSeconds) return there;
    const record = { wrong: 0, waiting: 0, since: now() };
    addresses.set(address, record);
    const [oldest] = addresses.keys();
    if (addresses.size > addressesMax && oldest !== undefined) addresses.delete(oldest);
    return record;
  };

  return {
    refuse: async (address) => {
      const record = recordOf(address);
      record.wrong += 1;
      say(address);
      if (record.wrong > atOnce) {
        if (record.waiting >= waitingOfAddressMax || waiting >= waitingMax) throw tooMany();
        record.waiting += 1;
        waiting += 1;
        await wait(waitMs);
        record.waiting -= 1;
        waiting -= 1;
      }
      throw new HttpError(401, 'this token is unknown here', { 'www-authenticate': 'Bearer' });
    },
  };
}

/** Names the addresses in the log, and of very many their number alone. */
function createNamer({ now, log }: WrongTokensOptions): (address: string) => void {
  const named = new Set<string>();
  let since = now();
  return (address) => {
    if (now() - since >= 60) {
      named.clear();
      since = now();
    }
    if (named.size < namedMax) named.add(address);
    if (named.has(address)) log(`${address} sent a wrong token`);
    else log(`more than ${namedMax} addresses have sent wrong tokens`);
  };
}

function tooMany(): HttpError {
  return new HttpError(429, 'too many wrong tokens have come from this address', {
    'retry-after': String(retryAfterSeconds),
    connection: 'close',
  });
}
