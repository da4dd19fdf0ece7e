/** Names of users by their SIDs, asked once and remembered. */
import type { Clock } from '../../base/clock.ts';
import { createNativeMemory } from '../native-memory.ts';
import { openLibrary } from './native-library.ts';
import type { Sid } from './sid.ts';

/**
 * UNLEN is 256 and a domain's name at most 255 characters (lmcons.h, DNLEN and the DNS limit), each
 * with its NUL.
 */
const nameCharacters = 257;

/** A renamed user appears under the new name after this long. */
const knownForMs = 60 * 60_000;
/** A SID without a name may be that of a deleted user, or its domain cannot be reached now. */
const unknownForMs = 10 * 60_000;

/**
 * Asking a domain that is away may take seconds, in which nothing else runs. After one such answer
 * nobody is asked for a while, so that a machine on the road is not held up user by user.
 */
const slowMs = 500;
const pauseMs = 60_000;

export interface AccountCalls {
  LookupAccountSidW(
    systemName: null,
    sid: Uint8Array,
    name: Uint8Array,
    nameLength: Uint8Array,
    domain: Uint8Array,
    domainLength: Uint8Array,
    use: Uint8Array,
  ): number;
}

export function loadAccountCalls(): Promise<AccountCalls> {
  return openLibrary('advapi32.dll', {
    LookupAccountSidW: {
      arguments: ['pointer', 'pointer', 'pointer', 'pointer', 'pointer', 'pointer', 'pointer'],
      return: 'int32',
    },
  });
}

/**
 * `DOMAIN\user`, or undefined when the SID has no name, or its domain cannot be asked.
 * https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-lookupaccountsidw
 */
function readAccountName(calls: AccountCalls, sid: Uint8Array): string | undefined {
  const byteLength = nameCharacters * 2;
  const [name, domain] = [Buffer.alloc(byteLength), Buffer.alloc(byteLength)] as const;
  const [nameLength, domainLength] = [Buffer.alloc(4), Buffer.alloc(4)] as const;
  nameLength.writeUInt32LE(nameCharacters, 0);
  domainLength.writeUInt32LE(nameCharacters, 0);
  const use = Buffer.alloc(4);
  if (calls.LookupAccountSidW(null, sid, name, nameLength, domain, domainLength, use) === 0) {
    return undefined;
  }
  const domainText = createNativeMemory('domain name', domain).textToNul(0, byteLength);
  const nameText = createNativeMemory('account name', name).textToNul(0, byteLength);
  return domainText === '' ? nameText : `${domainText}\\${nameText}`;
}

/** Names that are kept at once; a terminal server makes new SIDs with every session. */
const namesMax = 1000;

export interface AccountNames {
  /**
   * `DOMAIN\user`; the SID's own text where it has no name or none can be had now, as a Unix system
   * shows the number of a user without one. Throws MALFORMED.
   */
  nameOf(sid: Sid): string;
}

interface Remembered {
  readonly name: string | undefined;
  readonly expiresAtMs: number;
}

export function createAccountNames(calls: AccountCalls, clock: Clock): AccountNames {
  const names = new Map<string, Remembered>();
  let pausedUntilMs = Number.NEGATIVE_INFINITY;

  function ask(sid: Sid, before: Remembered | undefined): string | undefined {
    const startedMs = clock.monotonicMs();
    const found = readAccountName(calls, sid.bytes);
    const endedMs = clock.monotonicMs();
    if (endedMs - startedMs >= slowMs) pausedUntilMs = endedMs + pauseMs;
    // Who had a name does not lose it because the domain is away.
    const name = found ?? before?.name;
    const lifetimeMs = found === undefined ? unknownForMs : knownForMs;
    if (names.size >= namesMax) names.clear();
    names.set(sid.text, { name, expiresAtMs: endedMs + lifetimeMs });
    return name;
  }

  return {
    nameOf: (sid) => {
      const remembered = names.get(sid.text);
      const nowMs = clock.monotonicMs();
      const isFresh = remembered !== undefined && nowMs < remembered.expiresAtMs;
      const name = isFresh || nowMs < pausedUntilMs ? remembered?.name : ask(sid, remembered);
      return name ?? sid.text;
    },
  };
}
