/**
 * What help, messages and documentation say of each setting. It stands apart from the schema
 * (settings.ts), so that printing a help text need not load zod; the compiler keeps the two at the
 * same keys. A key is its name in the file; its environment variable is SYSTEM_MONITOR_<KEY>, its
 * flag --<key-with-dashes>.
 */
export interface SettingDescription {
  /** The heading it stands under in help and documentation. */
  readonly group: SettingGroup;
  readonly description: string;
  /** A value that would be accepted, as it is typed at a command line. */
  readonly example: string;
}

export const settingGroups = ['Reporting', 'Collecting', 'Log'] as const;
export type SettingGroup = (typeof settingGroups)[number];

export const settingTable = {
  system_id: {
    group: 'Reporting',
    description:
      'Names this machine to the server. Generated and saved at the first start when missing.',
    example: 'Linux-0123456789abcdef0123456789abcdef',
  },
  url: {
    group: 'Reporting',
    description: 'Where the reports go: your own server.',
    example: 'https://monitor.example.com/',
  },
  interval: {
    group: 'Reporting',
    description: 'Seconds from one report to the next.',
    example: '60',
  },
  processes_detail: {
    group: 'Collecting',
    description:
      'How much is said of each process: full (pid, name, username), names (no username), count (their number alone) or off.',
    example: 'full',
  },
  processes_include: {
    group: 'Collecting',
    description: 'Process names to report; all when empty.',
    example: 'nginx,postgres*',
  },
  processes_exclude: {
    group: 'Collecting',
    description: 'Process names to leave out.',
    example: 'kworker*',
  },
  disks_include: {
    group: 'Collecting',
    description: 'Devices or mount points to report; all local disks when empty.',
    example: '/,/dev/sd*',
  },
  disks_exclude: {
    group: 'Collecting',
    description: 'Devices or mount points to leave out.',
    example: '/snap/**',
  },
  network_include: {
    group: 'Collecting',
    description: 'Interfaces to report; all that have an IPv4 address when empty.',
    example: 'eth*',
  },
  network_exclude: {
    group: 'Collecting',
    description: 'Interfaces to leave out.',
    example: 'veth*,docker*',
  },
  scope: {
    group: 'Collecting',
    description:
      "Whose CPU and memory are meant: the machine's (host), or the limits of the container that this runs in.",
    example: 'host',
  },
  host_root: {
    group: 'Collecting',
    description:
      'Folder under which the host of a container is mounted, so that the container reports its host.',
    example: '/host',
  },
  log_level: {
    group: 'Log',
    description: 'The least important kind of line in the log: debug, info, warn or error.',
    example: 'info',
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
