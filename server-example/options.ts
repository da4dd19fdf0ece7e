/** The command line of `npm run server`. */
import { parseArgs } from 'node:util';
import { systemIdSchema } from './report.ts';

export interface ServerOptions {
  readonly port: number;
  readonly host: string;
  readonly dataFolder: string;
  readonly register: readonly string[];
  readonly registration: 'open' | 'closed';
  readonly help: boolean;
}

/** The words are wrong; the message says which, and what is expected. */
export class UsageError extends Error {}

export const usage = `Usage: npm run server -- [options]

Receives the reports of system-monitor agents, keeps them in SQLite and shows them on a page.

  --port N              port to listen on; 0 takes a free one (5000)
  --host H              address to listen on (127.0.0.1: this machine alone)
  --data DIR            folder of the database (the user's own state folder)
  --register ID         register a system id and go on; may be given more than once
  --registration MODE   open: the first report of an id registers it (default)
                        closed: reports of ids that are not registered are refused
  --help                show this
`;

/**
 * Reads the flags. `environment` gives the default data folder: $XDG_STATE_HOME or ~/.local/state
 * (https://specifications.freedesktop.org/basedir-spec/), %LOCALAPPDATA% on Windows.
 * Throws UsageError.
 */
export function parseOptions(
  words: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): ServerOptions {
  const { values } = parseWords(words);
  return {
    port: parsePort(values.port ?? '5000'),
    host: values.host ?? '127.0.0.1',
    dataFolder: values.data ?? defaultDataFolder(environment),
    register: (values.register ?? []).map(parseSystemId),
    registration: parseRegistration(values.registration ?? 'open'),
    help: values.help ?? false,
  };
}

function parseWords(words: readonly string[]) {
  try {
    return parseArgs({
      args: [...words],
      strict: true,
      allowPositionals: false,
      options: {
        port: { type: 'string' },
        host: { type: 'string' },
        data: { type: 'string' },
        register: { type: 'string', multiple: true },
        registration: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) {
    throw new UsageError(`--port ${text}: must be a whole number from 0 to 65535, such as 5000`);
  }
  return port;
}

function parseSystemId(text: string): string {
  const parsed = systemIdSchema.safeParse(text);
  if (!parsed.success) {
    throw new UsageError(`--register ${JSON.stringify(text)}: must be a system id`);
  }
  return parsed.data;
}

function parseRegistration(text: string): 'open' | 'closed' {
  if (text === 'open' || text === 'closed') return text;
  throw new UsageError(`--registration ${text}: must be open or closed`);
}

function defaultDataFolder(environment: Readonly<Record<string, string | undefined>>): string {
  const state = environment.XDG_STATE_HOME || environment.LOCALAPPDATA;
  const base = state || `${environment.HOME || '.'}/.local/state`;
  return `${base}/system-monitor-server`;
}
