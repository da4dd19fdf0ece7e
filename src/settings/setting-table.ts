/**
 * What help, messages and documentation say of each setting. It stands apart from the schema
 * (settings.ts), so that printing a help text need not load zod; the compiler keeps the two at the
 * same keys. A key is its name in the file; its environment variable is SYSTEM_MONITOR_<KEY>, its
 * flag --<key-with-dashes>.
 */
export interface SettingDescription {
  /** The heading it stands under in help and documentation. */
  readonly group: SettingGroup;
  /** Which piece of the background process is made of it. */
  readonly piece: SettingPiece;
  readonly description: string;
  /** A value that would be accepted, as it is typed at a command line. */
  readonly example: string;
}

export const settingGroups = ['Reporting', 'Delivery', 'Keeping', 'Collecting', 'Log'] as const;
export type SettingGroup = (typeof settingGroups)[number];

/**
 * The pieces of the background process that are made of settings, and when a change of those is
 * taken over: at once, by making the piece anew while the process runs, or at its next start.
 */
export const settingPieces = {
  /** What a report says of itself, and the schedule. */
  report: 'at once',
  transport: 'at once',
  collectors: 'at once',
  /** How fast a backlog is sent. */
  pacing: 'at the next start',
  spool: 'at the next start',
  log: 'at the next start',
} as const;
export type SettingPiece = keyof typeof settingPieces;

export const settingTable = {
  system_id: {
    group: 'Reporting',
    piece: 'report',
    description:
      'Names this machine to the server. Generated and saved at the first start when missing.',
    example: 'Linux-0123456789abcdef0123456789abcdef',
  },
  url: {
    group: 'Reporting',
    piece: 'transport',
    description: 'Where the reports go: your own server.',
    example: 'https://monitor.example.com/',
  },
  interval: {
    group: 'Reporting',
    piece: 'report',
    description: 'Seconds from one report to the next.',
    example: '60',
  },
  tls_ca_file: {
    group: 'Delivery',
    piece: 'transport',
    description:
      'PEM file of your own authority. Given, only servers whose certificate it signed are trusted. It is read again when it changes, as are the other files here.',
    example: '/etc/system-monitor/ca.pem',
  },
  tls_certificate_file: {
    group: 'Delivery',
    piece: 'transport',
    description: 'PEM file of the certificate that this machine shows to the server.',
    example: '/etc/system-monitor/client.pem',
  },
  tls_key_file: {
    group: 'Delivery',
    piece: 'transport',
    description: 'PEM file of the key of tls_certificate_file.',
    example: '/etc/system-monitor/client.key',
  },
  token_file: {
    group: 'Delivery',
    piece: 'transport',
    description: 'File whose first line is sent as "Authorization: Bearer".',
    example: '/etc/system-monitor/token',
  },
  headers: {
    group: 'Delivery',
    piece: 'transport',
    description: 'More headers for every request, as a JSON object.',
    example: '{"X-Tenant": "north"}',
  },
  proxy: {
    group: 'Delivery',
    piece: 'transport',
    description:
      "A proxy's address, or none for never. When empty, HTTP_PROXY, HTTPS_PROXY and NO_PROXY hold.",
    example: 'http://proxy.example.com:3128',
  },
  compression: {
    group: 'Delivery',
    piece: 'transport',
    description:
      'How reports are compressed: none (what every receiver takes), gzip or zstd, for receivers that take it.',
    example: 'gzip',
  },
  backlog_rate: {
    group: 'Delivery',
    piece: 'pacing',
    description:
      'How many reports a second are sent of what gathered while the server was away, so that a fleet does not flood it.',
    example: '20',
  },
  spool_max_mib: {
    group: 'Keeping',
    piece: 'spool',
    description: 'Unsent reports take at most this much disk, in MiB; then the oldest go.',
    example: '512',
  },
  spool_max_days: {
    group: 'Keeping',
    piece: 'spool',
    description: 'Unsent reports older than this are dropped.',
    example: '30',
  },
  spool_min_free_mib: {
    group: 'Keeping',
    piece: 'spool',
    description:
      'While the disk has less free than this, in MiB (or than 5 % of itself), a new report takes the place of the oldest.',
    example: '256',
  },
  processes_detail: {
    group: 'Collecting',
    piece: 'collectors',
    description:
      'How much is said of each process: full (pid, name, username), names (no username), count (their number alone) or off.',
    example: 'full',
  },
  processes_include: {
    group: 'Collecting',
    piece: 'collectors',
    description: 'Process names to report; all when empty.',
    example: 'nginx,postgres*',
  },
  processes_exclude: {
    group: 'Collecting',
    piece: 'collectors',
    description: 'Process names to leave out.',
    example: 'kworker*',
  },
  disks_include: {
    group: 'Collecting',
    piece: 'collectors',
    description: 'Devices or mount points to report; all local disks when empty.',
    example: '/,/dev/sd*',
  },
  disks_exclude: {
    group: 'Collecting',
    piece: 'collectors',
    description: 'Devices or mount points to leave out.',
    example: '/snap/**',
  },
  network_include: {
    group: 'Collecting',
    piece: 'collectors',
    description: 'Interfaces to report; all that have an IPv4 address when empty.',
    example: 'eth*',
  },
  network_exclude: {
    group: 'Collecting',
    piece: 'collectors',
    description: 'Interfaces to leave out.',
    example: 'veth*,docker*',
  },
  scope: {
    group: 'Collecting',
    piece: 'collectors',
    description:
      "Whose CPU and memory are meant: the machine's (host), or the limits of the container that this runs in.",
    example: 'host',
  },
  host_root: {
    group: 'Collecting',
    piece: 'collectors',
    description:
      'Folder under which the host of a container is mounted, so that the container reports its host.',
    example: '/host',
  },
  log_level: {
    group: 'Log',
    piece: 'log',
    description: 'The least important kind of line in the log: debug, info, warn or error.',
    example: 'info',
  },
  log_file: {
    group: 'Log',
    piece: 'log',
    description:
      'File for the log in place of standard error: for systems where nothing keeps that. At 5 MiB it moves to <name>.1, and the older ones on; three are kept.',
    example: '/var/log/system-monitor.log',
  },
} as const satisfies Record<string, SettingDescription>;

export type SettingKey = keyof typeof settingTable;

export function isSettingKey(text: string): text is SettingKey {
  return Object.hasOwn(settingTable, text);
}

/** In the table's order. */
export const settingKeys: readonly SettingKey[] = Object.keys(settingTable).filter(isSettingKey);

export function describeSetting(key: SettingKey): SettingDescription {
  return settingTable[key];
}

export function environmentName(key: SettingKey): string {
  return `SYSTEM_MONITOR_${key.toUpperCase()}`;
}

export function flagName(key: SettingKey): string {
  return `--${key.replaceAll('_', '-')}`;
}
