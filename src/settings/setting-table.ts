/**
 * The table of settings: one row for each, and everything that lists settings loops over it: their
 * types (settings.ts), checks (schema.ts), flags, environment variables, completion, the prompt,
 * docs/configuration.md and what a reload makes anew. A room takes those that it needs as
 * `Pick<Settings, …>`; a test fails for a row that no room reads.
 */
import { machineNameForm, machineNamePattern } from '../wire/machine-name.ts';
import { systemIdForm, systemIdPattern } from '../wire/system-id.ts';
import type { SettingRow } from './setting-row.ts';

/** What many rows begin with: their heading and the piece that is made of them. */
const reporting = { group: 'Reporting', piece: 'report' } as const;
const delivery = { group: 'Delivery', piece: 'transport' } as const;
const keeping = { group: 'Keeping', piece: 'spool' } as const;
const collecting = { group: 'Collecting', piece: 'collectors' } as const;
const logging = { group: 'Log', piece: 'log' } as const;

const file = { kind: 'path', names: 'file', default: '' } as const;
const patterns = { kind: 'patterns', default: [] } as const;
const mebibytes = ['MiB', 'MiB'] as const;

export const settingTable = {
  system_id: {
    ...reporting,
    kind: 'text',
    pattern: systemIdPattern,
    form: systemIdForm,
    description:
      'Identifies this machine to the server: any text of 1 to 200 visible characters. Generated and saved at the first start if there is none.',
    example: 'Linux-0123456789abcdef0123456789abcdef',
  },
  url: {
    group: 'Reporting',
    piece: 'transport',
    kind: 'url',
    words: [],
    secret: true,
    default: 'http://127.0.0.1:5000',
    description: 'Address of your server, where the reports go.',
    example: 'https://monitor.example.com/',
  },
  interval: {
    ...reporting,
    kind: 'integer',
    min: 1,
    max: 86_400,
    unit: ['second', 'seconds'],
    default: 60,
    description: 'Seconds between reports.',
    example: '60',
  },
  name: {
    group: 'Reporting',
    piece: 'transport',
    kind: 'text',
    pattern: machineNamePattern,
    form: machineNameForm,
    default: '',
    description:
      'Name of this machine for people. If set, it is sent as the header System-Monitor-Name, never in the JSON.',
    example: 'web-1',
  },
  report_max_kib: {
    ...reporting,
    kind: 'integer',
    min: 8,
    max: 8192,
    unit: ['KiB', 'KiB'],
    default: 1024,
    description:
      'Largest size of a report, whatever runs on this machine. Beyond it names are cut to 64 bytes, then entries are left out, the newest processes first; status says how many.',
    example: '1024',
  },
  tls_ca_file: {
    ...delivery,
    ...file,
    description:
      'PEM file of your own certificate authority. If set, only servers with a certificate signed by it are trusted. Like the other files here, it is read again when it changes.',
    example: '/etc/system-monitor/ca.pem',
  },
  tls_certificate_file: {
    ...delivery,
    ...file,
    description: 'PEM file of the client certificate of this machine.',
    example: '/etc/system-monitor/client.pem',
  },
  tls_key_file: {
    ...delivery,
    ...file,
    description: 'PEM file of the private key for tls_certificate_file.',
    example: '/etc/system-monitor/client.key',
  },
  token_file: {
    ...delivery,
    ...file,
    description: 'File whose first line is a token, sent as "Authorization: Bearer".',
    example: '/etc/system-monitor/token',
  },
  headers: {
    ...delivery,
    kind: 'headers',
    secret: true,
    default: {},
    description: 'Additional headers for every request.',
    example: '{"X-Tenant": "north"}',
  },
  proxy: {
    ...delivery,
    kind: 'url',
    words: ['', 'none'],
    secret: true,
    default: '',
    description:
      'Address of a proxy, or none to use no proxy. If empty, HTTP_PROXY, HTTPS_PROXY and NO_PROXY apply.',
    example: 'http://proxy.example.com:3128',
  },
  compression: {
    ...delivery,
    kind: 'choice',
    choices: {
      none: 'every receiver accepts this',
      gzip: 'if the receiver accepts it',
      zstd: 'if the receiver accepts it',
    },
    default: 'none',
    description: 'How reports are compressed.',
    example: 'gzip',
  },
  health_header: {
    group: 'Delivery',
    piece: 'report',
    kind: 'boolean',
    default: false,
    description:
      'Whether each report is sent with a header that says which parts could be read (System-Monitor-Health).',
    example: 'true',
  },
  backlog_rate: {
    group: 'Delivery',
    piece: 'pacing',
    kind: 'number',
    min: 0.1,
    max: 100_000,
    unit: ['report a second', 'reports a second'],
    default: 20,
    description:
      'How fast the backlog is sent after an outage, so that a fleet does not flood its server.',
    example: '20',
  },
  spool_max_mib: {
    ...keeping,
    kind: 'integer',
    min: 1,
    max: 1_048_576,
    unit: mebibytes,
    default: 512,
    description: 'Disk space for unsent reports. When it is used up, the oldest are dropped.',
    example: '512',
  },
  spool_max_days: {
    ...keeping,
    kind: 'number',
    min: 0.01,
    max: 3650,
    unit: ['day', 'days'],
    default: 30,
    description: 'Unsent reports older than this are dropped.',
    example: '30',
  },
  spool_min_free_mib: {
    ...keeping,
    kind: 'integer',
    min: 0,
    max: 1_048_576,
    unit: mebibytes,
    default: 256,
    description:
      'Free space to leave on the disk (5 % of the disk if that is less). Below it, each new report replaces the oldest.',
    example: '256',
  },
  processes_detail: {
    ...collecting,
    kind: 'choice',
    choices: {
      full: 'pid, name and user name, as published',
      names: 'without the user names',
      count: 'only how many there are',
      off: 'an empty list',
    },
    default: 'full',
    description: 'How much is sent about each process.',
    example: 'full',
  },
  processes_include: {
    ...collecting,
    ...patterns,
    description: 'Process names to report; all if empty.',
    example: 'nginx,postgres*',
  },
  processes_exclude: {
    ...collecting,
    ...patterns,
    description: 'Process names to leave out.',
    example: 'kworker*',
  },
  disks_include: {
    ...collecting,
    ...patterns,
    description: 'Devices or mount points to report; all local disks if empty.',
    example: '/,/dev/sd*',
  },
  disks_exclude: {
    ...collecting,
    ...patterns,
    description: 'Devices or mount points to leave out.',
    example: '/snap/**',
  },
  network_include: {
    ...collecting,
    ...patterns,
    description: 'Interfaces to report; all with an IPv4 address if empty.',
    example: 'eth*',
  },
  network_exclude: {
    ...collecting,
    ...patterns,
    description: 'Interfaces to leave out.',
    example: 'veth*,docker*',
  },
  scope: {
    ...collecting,
    kind: 'choice',
    choices: {
      host: "the machine's",
      container: 'the limits of the container that this runs in',
    },
    default: 'host',
    description: 'Whose CPU and memory to report.',
    example: 'host',
  },
  host_root: {
    ...collecting,
    kind: 'path',
    names: 'folder',
    default: '',
    description:
      'Folder in which the file system of the host is mounted into a container, so that the container reports on its host.',
    example: '/host',
  },
  darwin_native: {
    ...collecting,
    kind: 'boolean',
    default: false,
    description:
      'On macOS, read memory, processes and network by direct calls, if these pass a check first. Not tried on a Mac yet.',
    example: 'true',
  },
  log_level: {
    ...logging,
    kind: 'choice',
    choices: {
      debug: 'everything',
      info: 'what happens',
      warn: 'what may need attention',
      error: 'only failures',
    },
    default: 'info',
    description: 'Lowest level of importance to log.',
    example: 'info',
  },
  log_file: {
    ...logging,
    ...file,
    description:
      'Log file, for systems on which nothing keeps standard error. At 5 MiB it is renamed to <name>.1; the last three are kept.',
    example: '/var/log/system-monitor.log',
  },
} as const satisfies Readonly<Record<string, SettingRow>>;

export type SettingKey = keyof typeof settingTable;

export function isSettingKey(text: string): text is SettingKey {
  return Object.hasOwn(settingTable, text);
}

/** In the table's order. */
export const settingKeys: readonly SettingKey[] = Object.keys(settingTable).filter(isSettingKey);

export function settingRow(key: SettingKey): SettingRow {
  return settingTable[key];
}

export function environmentName(key: SettingKey): string {
  return `SYSTEM_MONITOR_${key.toUpperCase()}`;
}

export function flagName(key: SettingKey): string {
  return `--${key.replaceAll('_', '-')}`;
}
