/**
 * Asks the system's name service for users by getent(1): it alone knows what nsswitch.conf(5) names
 * (LDAP, SSSD, systemd). A directory that is down takes its time, so an answer is never waited for
 * long, and no uid is asked about twice within its time.
 */
import { type Clock, waitAtMost } from '../../base/clock.ts';
import { errorMessage, MonitorError } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import type { RunCommand } from '../run-command.ts';
import { parsePasswd } from './passwd.ts';

export interface NameService {
  /**
   * Asks about those that are not known or whose time is over. Never throws. The answer says why some
   * of them are not known yet: nobody could be asked, or has not answered.
   */
  lookUp(uids: readonly number[]): Promise<string | undefined>;
  nameOf(uid: number): string | undefined;
}

export interface NameServiceOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly runCommand: RunCommand;
}

/** A sample waits this long for names; then the number stands in their place. */
const waitMs = 500;
const deadlineMs = 10_000;
/** One command line for all: getent takes many keys, the kernel 128 KiB of an argument list. */
const maxUidsAtOnce = 200;

/** A name in a directory rarely changes; that somebody got none is worth another look sooner. */
const nameKeptMs = 3_600_000;
const noNameKeptMs = 300_000;
const failureKeptMs = 60_000;
/** Users of containers come and go; what nobody asked about lately is forgotten beyond this. */
const maxEntries = 10_000;

interface Entry {
  /** Undefined: nobody has that uid. */
  readonly name: string | undefined;
  /** Why nobody has answered. */
  readonly failure?: string;
  readonly expiresMs: number;
}

/** getent(1): 0 all found, 2 some not found. */
const answeredCodes: ReadonlySet<number> = new Set([0, 2]);

export function createNameService(options: NameServiceOptions): NameService {
  const { clock, logger, runCommand } = options;
  const entries = new Map<number, Entry>();
  let asking = false;
  let missing = false;

  function note(uid: number, keptMs: number, entry: Omit<Entry, 'expiresMs'>): void {
    // The oldest entry comes first in a Map.
    entries.delete(uid);
    entries.set(uid, { ...entry, expiresMs: clock.monotonicMs() + keptMs });
    const oldest = entries.keys().next();
    if (entries.size > maxEntries && oldest.done !== true) entries.delete(oldest.value);
  }

  async function ask(uids: readonly number[]): Promise<void> {
    try {
      const args = ['passwd', ...uids.map(String)];
      const { exitCode, stdout } = await runCommand({ program: 'getent', args, deadlineMs });
      if (!answeredCodes.has(exitCode))
        throw new Error(`getent failed with exit status ${exitCode}`);
      const names = parsePasswd(stdout);
      for (const uid of uids) {
        const name = names.get(uid);
        note(uid, name === undefined ? noNameKeptMs : nameKeptMs, { name });
      }
    } catch (error) {
      missing = error instanceof MonitorError && error.code === 'NOT_AVAILABLE';
      const failure = errorMessage(error);
      logger.debug('users.lookup_failed', { uids: uids.length, reason: failure });
      // A name that was right an hour ago is better than its number.
      for (const uid of uids) note(uid, failureKeptMs, { name: entries.get(uid)?.name, failure });
    }
  }

  function whyUnknown(uids: readonly number[]): string | undefined {
    for (const uid of uids) {
      const entry = entries.get(uid);
      if (entry?.name !== undefined) continue;
      if (missing) return 'getent, which knows them, is not installed';
      if (entry === undefined) return 'getent has not answered yet';
      if (entry.failure !== undefined) return entry.failure;
    }
    return undefined;
  }

  return {
    async lookUp(uids) {
      const nowMs = clock.monotonicMs();
      const due = uids.filter((uid) => (entries.get(uid)?.expiresMs ?? nowMs) <= nowMs);
      // While a slow directory thinks about the last question, nobody waits for it again.
      if (due.length > 0 && !missing && !asking) {
        asking = true;
        const answer = ask(due.slice(0, maxUidsAtOnce)).finally(() => {
          asking = false;
        });
        await waitAtMost(clock, waitMs, answer);
      }
      return whyUnknown(uids);
    },
    nameOf: (uid) => entries.get(uid)?.name,
  };
}
