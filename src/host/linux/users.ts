/**
 * Names of users by uid: /etc/passwd, read again when it changes (passwd(5)).
 */
import { readFileSync, statSync } from 'node:fs';
import { systemErrorCode, wrapSystemError } from '../../base/errors.ts';

export interface UserNames {
  /** Notices a changed /etc/passwd. Cheap: one stat. Throws a MonitorError when it is unreadable. */
  refresh(): void;
  /** The first name of that uid, or undefined. */
  nameOf(uid: number): string | undefined;
}

export interface UserNamesOptions {
  /** `/etc`, or the one below a host root. */
  readonly etc: string;
}

export function createUserNames({ etc }: UserNamesOptions): UserNames {
  const path = `${etc}/passwd`;
  let version: string | undefined;
  let names: ReadonlyMap<number, string> = new Map();

  return {
    refresh() {
      const current = versionOf(path);
      if (current === version) return;
      names = current === 'absent' ? new Map() : parsePasswd(readPasswd(path));
      version = current;
    },
    nameOf: (uid) => names.get(uid),
  };
}

/**
 * uid → name. Of several users with one uid the first counts, as in getpwuid(3); lines that no
 * account has (comments, NIS's `+` and `-`, garbage) are passed over.
 */
export function parsePasswd(text: string): Map<number, string> {
  const names = new Map<number, string>();
  for (const line of text.split('\n')) {
    const [name = '', , uidText = ''] = line.split(':', 4);
    if (name === '' || /^[+\-#]/.test(name) || !/^\d{1,10}$/.test(uidText)) continue;
    const uid = Number(uidText);
    if (!names.has(uid)) names.set(uid, name);
  }
  return names;
}

/** Tools replace the file by a rename: the inode tells that even within one tick of the clock. */
function versionOf(path: string): string {
  try {
    const { ino, size, mtimeMs, ctimeMs } = statSync(path);
    return `${ino} ${size} ${mtimeMs} ${ctimeMs}`;
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return 'absent';
    throw wrapSystemError(`stat ${path}`, error);
  }
}

function readPasswd(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw wrapSystemError(`read ${path}`, error);
  }
}
