/**
 * For docs/exit-codes.md and the manual page: the faults that give each exit code. They stand beside
 * the table (src/base/exit-codes.ts), which every start reads.
 */
import { type ExitCodeName, type ExitCodeRow, exitCodeTable } from '../src/base/exit-codes.ts';

const reasons: Readonly<Record<ExitCodeName, string>> = {
  ok: 'The command has done what it was asked to. Ctrl-C is the normal end of "background", of "--watch" and of "service logs --follow".',
  notRunning: 'Only "service status" says this, as "systemctl status" does.',
  usage:
    'There is no such command, flag or setting, a flag or setting does not accept that value, or the words do not go together. Nothing was done.',
  unavailable:
    'The server does not answer as it should, a report or file that was named does not exist or is damaged, a figure cannot be read, the service is not installed, or this system has no supported service manager.',
  bug: 'Something unforeseen happened. Please report it, with what was printed.',
  cannotWrite:
    'The disk is full or read-only, something else is in the place of the file or folder, or the output itself cannot be written.',
  tryLater:
    'Another process is using what this one needs, reports are still waiting to be sent, or a health check has found something wrong.',
  permission:
    'The operating system does not allow this user to read, write or do it. The message says who may.',
  configuration:
    'The configuration file or an environment variable has an invalid value or names a file (a token, a certificate, a log) that cannot be used, this system id is not registered at the server, or no URL is set where one is needed.',
  interrupted: 'It was ended by Ctrl-C before it was done, or the answer to its question was no.',
};

export interface ExplainedExitCode extends ExitCodeRow {
  readonly when: string;
}

/** In the table's order. */
export const explainedExitCodes: readonly ExplainedExitCode[] = (
  Object.keys(exitCodeTable) as ExitCodeName[]
).map((name) => ({ ...exitCodeTable[name], when: reasons[name] }));
