/**
 * The one table of exit codes: sysexits.h, so that scripts and service managers can tell. Help, the
 * manual page, README.md and docs/exit-codes.md are made from it; what those say at greater length is in
 * scripts/exit-code-reasons.ts, since no start is to read it.
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
  /** What it means at the end of these commands, by their words, where there is more to say. */
  readonly says: Readonly<Record<string, string>>;
}

export const exitCodeTable = {
  ok: {
    code: 0,
    meaning: 'done',
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
    says: { 'service status': 'it is not running' },
  },
  usage: {
    code: 64,
    meaning: 'wrong command line',
    says: {},
  },
  unavailable: {
    code: 69,
    meaning: 'not there or no answer',
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
    says: {},
  },
  cannotWrite: {
    code: 73,
    meaning: 'cannot write',
    says: { background: 'with --once: a report was lost, because the disk did not accept it' },
  },
  tryLater: {
    code: 75,
    meaning: 'try again later',
    says: {
      background:
        'with --once, reports are still waiting; or another background process is running',
      status: 'with --check: it is running, but something is wrong',
    },
  },
  permission: {
    code: 77,
    meaning: 'no permission',
    says: {},
  },
  configuration: {
    code: 78,
    meaning: 'wrong configuration',
    says: {
      check: 'the id is not registered, or the configuration is wrong',
      'service install': 'no URL is set, or the configuration is wrong',
      'config list': 'some values are wrong; the others were printed',
      'config repair': 'the file is JSON again, but some values are wrong',
    },
  },
  interrupted: {
    code: 130,
    meaning: 'interrupted',
    says: {},
  },
} as const satisfies Record<string, ExitCodeRow>;

export type ExitCodeName = keyof typeof exitCodeTable;

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
