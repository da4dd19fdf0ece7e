/**
 * The table of settings: one row for each, and everything that lists settings loops over it: their
 * types (settings.ts), checks (schema.ts), flags, environment variables, completion, the prompt,
 * docs/configuration.md and what a reload makes anew. A room takes those that it needs as
 * `Pick<Settings, …>`; a test fails for a row that no room reads.
 */
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
    pattern: /^(?:Linux|Darwin|Windows)-[0-9a-f]{32}$/,
    form: '<Linux|Darwin|Windows>-<32 hex digits>',
    description:
      'Names this machine to the server. Generated and saved at the first start when missing.',
    example: 'Linux-0123456789abcdef0123456789abcdef',
  },
  url: {
    group: 'Reporting',
    piece: 'transport',
    kind: 'url',
    words: [],
    secret: true,
    default: 'http://127.0.0.1:5000',
    description: 'Where the reports go: your own server.',
    example: 'https://monitor.example.com/',
  },
  interval: {
    ...reporting,
    kind: 'integer',
    min: 1,
    max: 86_400,
    unit: ['second', 'seconds'],
    default: 60,
    description: 'Seconds from one report to the next.',
    example: '60',
  },
  tls_ca_file: {
    ...delivery,
    ...file,
    description:
      'PEM file of your own authority. Given, only servers whose certificate it signed are trusted. It is read again when it changes, as are the other files here.',
    example: '/etc/system-monitor/ca.pem',
  },
  tls_certificate_file: {
    ...delivery,
    ...file,
    description: 'PEM file of the certificate that this machine shows to the server.',
    example: '/etc/system-monitor/client.pem',
  },
  tls_key_file: {
    ...delivery,
    ...file,
    description: 'PEM file of the key of tls_certificate_file.',
    example: '/etc/system-monitor/client.key',
  },
  token_file: {
    ...delivery,
    ...file,
    description: 'File whose first line is sent as "Authorization: Bearer".',
    example: '/etc/system-monitor/token',
  },
  headers: {
    ...delivery,
    kind: 'headers',
    secret: true,
    default: {},
    description: 'More headers for every request.',
    example: '{"X-Tenant": "north"}',
  },
  proxy: {
    ...delivery,
    kind: 'url',
    words: ['', 'none'],
    secret: true,
    default: '',
    description:
      "A proxy's address, or none for never. When empty, HTTP_PROXY, HTTPS_PROXY and NO_PROXY hold.",
    example: 'http://proxy.example.com:3128',
  },
  compression: {
    ...delivery,
    kind: 'choice',
    choices: {
      none: 'what every receiver takes',
      gzip: 'where the receiver takes it',
      zstd: 'where the receiver takes it',
    },
    default: 'none',
    description: 'How reports are compressed.',
    example: 'gzip',
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
      'How many reports a second are sent of what gathered while the server was away, so that a fleet does not flood it.',
    example: '20',
  },
  spool_max_mib: {
    ...keeping,
    kind: 'integer',
    min: 1,
    max: 1_048_576,
    unit: mebibytes,
    default: 512,
    description: 'Unsent reports take at most this much disk; then the oldest go.',
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
      'While the disk has less free than this (or than 5 % of itself), a new report takes the place of the oldest.',
    example: '256',
  },
  processes_detail: {
    ...collecting,
    kind: 'choice',
    choices: {
      full: 'pid, name and user name, as published',
      names: 'without the user names',
      count: 'their number alone',
      off: 'an empty list',
    },
    default: 'full',
    description: 'How much is said of each process.',
    example: 'full',
  },
  processes_include: {
    ...collecting,
    ...patterns,
    description: 'Process names to report; all when empty.',
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
    description: 'Devices or mount points to report; all local disks when empty.',
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
    description: 'Interfaces to report; all that have an IPv4 address when empty.',
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
    description: 'Whose CPU and memory are meant.',
    example: 'host',
  },
  host_root: {
    ...collecting,
    kind: 'path',
    names: 'folder',
    default: '',
    description:
      'Folder under which the host of a container is mounted, so that the container reports its host.',
    example: '/host',
  },
  log_level: {
    ...logging,
    kind: 'choice',
    choices: {
      debug: 'everything',
      info: 'what happens',
      warn: 'what may need attention',
      error: 'failures alone',
    },
    default: 'info',
    description: 'The least important kind of line in the log.',
    example: 'info',
  },
  log_file: {
    ...logging,
    ...file,
    description:
      'File for the log in place of standard error: for systems where nothing keeps that. At 5 MiB it moves to <name>.1, and the older ones on; three are kept.',
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
