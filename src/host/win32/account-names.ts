/** Names of users by their SIDs, asked once and remembered. */
import type { Clock } from '../../base/clock.ts';
import { openLibrary } from './native-library.ts';
import { createNativeMemory } from './native-memory.ts';
import type { Sid } from './sid.ts';

/**
 * UNLEN is 256 and a domain's name at most 255 characters (lmcons.h, DNLEN and the DNS limit), each
 * with its NUL.
 */
const nameCharacters = 257;

/** A renamed user appears under the new name after this long. */
const knownForMs = 60 * 60_000;
/**
 * A SID without a name may be that of a deleted user, or its domain cannot be reached now; asking a
 * domain that is away may take seconds, in which nothing else runs.
 */
const unknownForMs = 10 * 60_000;

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
   * `DOMAIN\user`; the SID's own text where it has no name, as a Unix system shows the number of a
   * user without one. Throws MALFORMED.
   */
  nameOf(sid: Sid): string;
}

export function createAccountNames(calls: AccountCalls, clock: Clock): AccountNames {
  const names = new Map<string, { readonly name: string; readonly expiresAtMs: number }>();
  return {
    nameOf: ({ bytes, text }) => {
      const nowMs = clock.monotonicMs();
      const remembered = names.get(text);
      if (remembered !== undefined && nowMs < remembered.expiresAtMs) return remembered.name;
      const found = readAccountName(calls, bytes);
      const name = found ?? text;
      const lifetimeMs = found === undefined ? unknownForMs : knownForMs;
      if (names.size >= namesMax) names.clear();
      names.set(text, { name, expiresAtMs: nowMs + lifetimeMs });
      return name;
    },
  };
}
