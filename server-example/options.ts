/** The command line of `npm run server`. */
import { parseArgs } from 'node:util';
import { systemsMaxDefault } from './limits.ts';
import { keepHourlyDaysDefault, keepReportsDaysDefault } from './receiver.ts';
import { systemIdSchema } from './report.ts';
import type { TlsFiles } from './tls.ts';

export interface ServerOptions {
  readonly port: number;
  readonly host: string;
  readonly dataFolder: string;
  /** The address of a database in place of the data folder. */
  readonly storeUrl: string | undefined;
  readonly register: readonly string[];
  readonly registration: 'open' | 'closed';
  readonly keepReportsDays: number;
  readonly keepHourlyDays: number;
  readonly tokenFile: string | undefined;
  readonly tls: TlsFiles | undefined;
  readonly systemsMax: number;
  readonly allowedHosts: readonly string[];
  readonly help: boolean;
}

/** The words are wrong; the message says which, and what is expected. */
export class UsageError extends Error {}

export const usage = `Usage: npm run server -- [options]

Receives the reports of system-monitor agents, keeps them in SQLite and shows them on a page.

  --port N              port to listen on; 0 picks a free one (5000)
  --host H              address to listen on (127.0.0.1: only this machine)
  --data DIR            folder of the database (the user's own state folder)
  --store URL           use PostgreSQL instead: postgres://USER@HOST/DATABASE, with the password
                        in PGPASSWORD or ~/.pgpass; several receivers can share one

  --register ID         register a system id; can be repeated
  --registration MODE   open: the first report of an id registers it (default)
                        closed: reports of ids that are not registered are refused
  --max-systems N       how many systems can be registered (${systemsMaxDefault})
  --token-file FILE     require bearer tokens; each line is [report] [view] [manage] TOKEN, and a
                        token that may report can be bound to ids: report id=web-* TOKEN
  --tls-certificate FILE, --tls-key FILE
                        use https with these files (PEM); they are read again when they change
  --allow-host NAME     a name by which browsers may reach this receiver on the loopback, such
                        as the name of a proxy in front of it; can be repeated

  --keep-reports DAYS   keep whole reports this long (${keepReportsDaysDefault}), then hourly averages
  --keep-hourly DAYS    keep hourly averages this long (${keepHourlyDaysDefault})

  --help                show this help
`;

const flags = {
  port: { type: 'string' },
  host: { type: 'string' },
  data: { type: 'string' },
  store: { type: 'string' },
  register: { type: 'string', multiple: true },
  registration: { type: 'string' },
  'max-systems': { type: 'string' },
  'token-file': { type: 'string' },
  'tls-certificate': { type: 'string' },
  'tls-key': { type: 'string' },
  'allow-host': { type: 'string', multiple: true },
  'keep-reports': { type: 'string' },
  'keep-hourly': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

/**
 * Reads the flags. `environment` gives the default data folder: $XDG_STATE_HOME or ~/.local/state
 * (https://specifications.freedesktop.org/basedir-spec/), %LOCALAPPDATA% on Windows.
 * Throws UsageError.
 */
export function parseOptions(
  words: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): ServerOptions {
  const values = parseWords(words);
  return {
    port: wholeNumber('port', values.port ?? '5000', 0, 65_535),
    host: values.host ?? '127.0.0.1',
    dataFolder: values.data ?? defaultDataFolder(environment),
    storeUrl: values.store === undefined ? undefined : storeUrl(values.store),
    register: (values.register ?? []).map(systemId),
    registration: registrationMode(values.registration ?? 'open'),
    keepReportsDays: days('keep-reports', values['keep-reports'], keepReportsDaysDefault),
    keepHourlyDays: days('keep-hourly', values['keep-hourly'], keepHourlyDaysDefault),
    tokenFile: values['token-file'],
    tls: tlsFiles(values['tls-certificate'], values['tls-key']),
    systemsMax: wholeNumber(
      'max-systems',
      values['max-systems'] ?? String(systemsMaxDefault),
      1,
      10_000_000,
    ),
    allowedHosts: values['allow-host'] ?? [],
    help: values.help ?? false,
  };
}

function parseWords(words: readonly string[]) {
  try {
    return parseArgs({ args: [...words], strict: true, allowPositionals: false, options: flags })
      .values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function wholeNumber(flag: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < min || value > max) {
    throw new UsageError(`--${flag} ${text}: must be a whole number from ${min} to ${max}`);
  }
  return value;
}

function days(flag: string, text: string | undefined, otherwise: number): number {
  return text === undefined ? otherwise : wholeNumber(flag, text, 1, 36_500);
}

function systemId(text: string): string {
  const parsed = systemIdSchema.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new UsageError(
    `--register ${JSON.stringify(text)}: must be a system id of 1 to 200 visible characters, such as Linux-0123456789abcdef0123456789abcdef`,
  );
}

function storeUrl(text: string): string {
  if (/^postgres(ql)?:\/\//.test(text)) return text;
  // The text may hold a password, so it is not repeated.
  throw new UsageError('--store: must be an address such as postgres://user@host/database');
}

function tlsFiles(certificate: string | undefined, key: string | undefined): TlsFiles | undefined {
  if (certificate === undefined && key === undefined) return undefined;
  if (certificate === undefined || key === undefined) {
    throw new UsageError('--tls-certificate and --tls-key must be given together');
  }
  return { certificate, key };
}

function registrationMode(text: string): 'open' | 'closed' {
  if (text === 'open' || text === 'closed') return text;
  throw new UsageError(`--registration ${text}: must be open or closed`);
}

function defaultDataFolder(environment: Readonly<Record<string, string | undefined>>): string {
  const { XDG_STATE_HOME, LOCALAPPDATA, HOME } = environment;
  const base = XDG_STATE_HOME || LOCALAPPDATA || `${HOME || '.'}/.local/state`;
  return `${base}/system-monitor-server`;
}
