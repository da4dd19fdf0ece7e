/**
 * The one table of exit codes: sysexits.h, so that scripts and service managers can tell. Help, the
 * manual page, README.md and docs/exit-codes.md are made from it.
 *
 * The same fault gives the same code, whichever command meets it. The first that is true of a fault
 * names its code:
 *
 *   usage          the words of this call are wrong, whatever the machine is like
 *   configuration  the file or the environment holds something wrong, or names a file that is
 *   permission     the system refuses for lack of rights
 *   cannotWrite    the system refuses to write for any other reason
 *   tryLater       it is in somebody else's hands, and will pass by itself
 *   unavailable    what was asked for is not there, or does not answer as it should
 *   bug            anything else: nobody foresaw it
 *
 * A configuration file that is missing is no fault: the defaults hold. Only where the file itself is
 * what was asked for is it unavailable. A command that examines says what it found (`says`), and the
 * code of a fault only where it could not look.
 */
import type { ErrorCode } from './errors.ts';

export interface ExitCodeRow {
  readonly code: number;
  /** For people, in few words. */
  readonly meaning: string;
  /** For people: the faults that give it. */
  readonly when: string;
  /** What it means at the end of these commands, by their words, where there is more to say. */
  readonly says: Readonly<Record<string, string>>;
}

export const exitCodeTable = {
  ok: {
    code: 0,
    meaning: 'done',
    when: 'The command has done what it was asked to. Ctrl-C is the normal end of "background", of "--watch" and of "service logs --follow".',
    says: {
      background: 'it was told to stop, or with --once: everything was sent',
      check: 'all is well',
      doctor: 'nothing failed',
      status: 'it is running',
      'service status': 'it is running',
      'spool verify': 'every report is whole',
    },
  },
  notRunning: {
    code: 3,
    meaning: 'not running',
    when: 'Only "service status" says this, as "systemctl status" does.',
    says: { 'service status': 'it is not running' },
  },
  usage: {
    code: 64,
    meaning: 'wrong command line',
    when: 'There is no such command, flag or setting, a flag or setting does not accept that value, or the words do not go together. Nothing was done.',
    says: {},
  },
  unavailable: {
    code: 69,
    meaning: 'not there or no answer',
    when: 'The server does not answer as it should, a report or file that was named does not exist or is damaged, a figure cannot be read, the service is not installed, or this system has no supported service manager.',
    says: {
      background: 'with --once: no report could be made',
      check: 'no connection, or a test failed',
      doctor: 'something failed',
      status: 'it is not running',
      'spool verify': 'a report is damaged',
    },
  },
  bug: {
    code: 70,
    meaning: 'a bug',
    when: 'Something unforeseen happened. Please report it, with what was printed.',
    says: {},
  },
  cannotWrite: {
    code: 73,
    meaning: 'cannot write',
    when: 'The disk is full or read-only, something else is in the place of the file or folder, or the output itself cannot be written.',
    says: { background: 'with --once: a report was lost, because the disk did not accept it' },
  },
  tryLater: {
    code: 75,
    meaning: 'try again later',
    when: 'Another process is using what this one needs, reports are still waiting to be sent, or a health check has found something wrong.',
    says: {
      background:
        'with --once, reports are still waiting; or another background process is running',
      status: 'with --check: it is running, but something is wrong',
    },
  },
  permission: {
    code: 77,
    meaning: 'no permission',
    when: 'The operating system does not allow this user to read, write or do it. The message says who may.',
    says: {},
  },
  configuration: {
    code: 78,
    meaning: 'wrong configuration',
    when: 'The configuration file or an environment variable has an invalid value or names a file (a token, a certificate, a log) that cannot be used, or this system id is not registered at the server.',
    says: {
      check: 'the id is not registered, or the configuration is wrong',
      'config list': 'some values are wrong; the others were printed',
      'config repair': 'the file is JSON again, but some values are wrong',
    },
  },
  interrupted: {
    code: 130,
    meaning: 'interrupted',
    when: 'It was ended by Ctrl-C before it was done.',
    says: {},
  },
} as const satisfies Record<string, ExitCodeRow>;

type ExitCodeName = keyof typeof exitCodeTable;

export const exitCodeRows: readonly ExitCodeRow[] = Object.values(exitCodeTable);

export const exitCodes: { readonly [Name in ExitCodeName]: (typeof exitCodeTable)[Name]['code'] } =
  {
    ok: exitCodeTable.ok.code,
    notRunning: exitCodeTable.notRunning.code,
    usage: exitCodeTable.usage.code,
    unavailable: exitCodeTable.unavailable.code,
    bug: exitCodeTable.bug.code,
    cannotWrite: exitCodeTable.cannotWrite.code,
    tryLater: exitCodeTable.tryLater.code,
    permission: exitCodeTable.permission.code,
    configuration: exitCodeTable.configuration.code,
    interrupted: exitCodeTable.interrupted.code,
  };

export type ExitCode = (typeof exitCodes)[ExitCodeName];

const exitCodeByError: Readonly<Record<ErrorCode, ExitCode>> = {
  USAGE: exitCodes.usage,
  CONFIG_INVALID: exitCodes.configuration,
  NOT_AVAILABLE: exitCodes.unavailable,
  MALFORMED: exitCodes.unavailable,
  PERMISSION: exitCodes.permission,
  TIMEOUT: exitCodes.unavailable,
  UNAVAILABLE: exitCodes.unavailable,
  CANNOT_WRITE: exitCodes.cannotWrite,
  BUSY: exitCodes.tryLater,
  CANCELLED: exitCodes.interrupted,
  BUG: exitCodes.bug,
};

export function exitCodeOf(code: ErrorCode): ExitCode {
  return exitCodeByError[code];
}

/** What they say at the end of one command, by its words; the other commands have nothing to add. */
export function exitCodesOf(words: string): readonly (readonly [code: number, says: string])[] {
  return exitCodeRows.flatMap(({ code, says }) => {
    const said = says[words];
    return said === undefined ? [] : [[code, said] as const];
  });
}
