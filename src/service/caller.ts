/** Who it is that calls as root: the person behind sudo, pkexec or doas, whose settings are meant. */
import type { RunCommand } from '../host/run-command.ts';
import { ask } from './ask.ts';

export interface Caller {
  readonly name: string;
  readonly homeFolder: string;
}

export interface CallerOptions {
  readonly platform: NodeJS.Platform;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The effective user's. */
  readonly userId: number | undefined;
  readonly runCommand: RunCommand;
}

/** sudo(8), pkexec(1), doas(1): the first two give a number, the last one a name. */
const variables = ['SUDO_UID', 'PKEXEC_UID', 'DOAS_USER'] as const;

/**
 * Undefined where root calls by itself, where this is not root, and for a user whom the system does
 * not know. The home is that of the list of users: sudo changes HOME, or leaves it, as it is set up.
 */
export async function findCaller(options: CallerOptions): Promise<Caller | undefined> {
  const { platform, environment, userId, runCommand } = options;
  const user = variables.map((name) => environment[name]).find((value) => isUser(value));
  if (userId !== 0 || user === undefined) return undefined;
  const isMac = platform === 'darwin';
  const { exitCode, stdout } = isMac
    ? await ask(runCommand, 'id', ['-P', user])
    : await ask(runCommand, 'getent', ['passwd', user]);
  const fields = stdout.trim().split(':');
  // passwd(5); macOS prints master.passwd(5), with three more fields before the name for people.
  const [name, homeFolder] = [fields[0], fields.at(-2)];
  const isEntry = exitCode === 0 && fields.length === (isMac ? 10 : 7);
  if (!isEntry || name === undefined || homeFolder?.startsWith('/') !== true) return undefined;
  return { name, homeFolder };
}

function isUser(value: string | undefined): boolean {
  return value !== undefined && /^[^-:\s][^:\s]*$/.test(value) && value !== '0' && value !== 'root';
}
