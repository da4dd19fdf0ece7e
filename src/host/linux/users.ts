/**
 * Names of users by uid: /etc/passwd, read again when it changes (passwd(5)), and for those whom it
 * does not hold (LDAP, SSSD, systemd's dynamic users) what getent(1) answers.
 */
import { statSync } from 'node:fs';
import type { Clock } from '../../base/clock.ts';
import { errorMessage, systemErrorCode, wrapSystemError } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import type { RunCommand } from '../run-command.ts';
import { readKernelFile } from './files.ts';
import { createNameService } from './name-service.ts';
import { parsePasswd } from './passwd.ts';

export interface UserNames {
  /**
   * Notices a changed /etc/passwd: one stat. Where it cannot be read, the names stay what they were,
   * and the answer says why: a name only adorns its number.
   */
  refresh(): string | undefined;
  /**
   * Makes the names of these uids known where that needs a question. Waits half a second at
   * most and never throws; what is answered later is known the next time. The answer says why some of
   * them have no name, where that is not because there is none.
   */
  lookUp(uids: Iterable<number>): Promise<string | undefined>;
  /** Undefined when nobody has that uid, or nobody has answered yet. */
  nameOf(uid: number): string | undefined;
}

export interface UserNamesOptions {
  /** `/etc`, or the one below a host root. */
  readonly etc: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Undefined for another system than this one: getent would tell of our users, not of its. */
  readonly runCommand: RunCommand | undefined;
}

export function createUserNames({ etc, clock, logger, runCommand }: UserNamesOptions): UserNames {
  const path = `${etc}/passwd`;
  const service =
    runCommand === undefined ? undefined : createNameService({ clock, logger, runCommand });
  let version: string | undefined;
  let names: ReadonlyMap<number, string> = new Map();

  return {
    refresh() {
      try {
        const current = versionOf(path);
        if (current === version) return undefined;
        names = current === 'absent' ? new Map() : parsePasswd(readKernelFile(path));
        version = current;
        return undefined;
      } catch (error) {
        return errorMessage(error);
      }
    },
    async lookUp(uids) {
      const unknown = [...uids].filter((uid) => !names.has(uid));
      return await service?.lookUp(unknown);
    },
    nameOf: (uid) => names.get(uid) ?? service?.nameOf(uid),
  };
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
