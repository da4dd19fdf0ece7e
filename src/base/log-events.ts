/**
 * Every event that the log can hold, with what it tells. The compiler knows no other: a line's
 * `event` is one of these names, its fields are in snake_case. docs/log.md is made from this table.
 */
export const logEvents = {
  'agent.started': 'The background process has started, with these settings.',
  'agent.stopped': 'It has stopped; `waiting` reports are kept for the next start.',
  'agent.failed':
    'A bug: the process ends with exit code 70, so that the service manager starts it again.',
  'agent.once': '`background --once` is done.',
  'report.collected': 'A report is on disk.',
  'report.failed':
    'No report could be made: cpu or memory is missing. Logged again every hour while it lasts.',
  'report.recovered': 'Reports are made again.',
  'report.cut':
    'Reports are larger than they may be (report_max_kib); names are cut and entries left out.',
  'schedule.skipped':
    '`ticks` ticks were missed: the machine was asleep, or collecting took too long.',
  'collector.failed':
    'A part of the report cannot be read and is sent empty. Logged again every hour while it lasts.',
  'collector.recovered': 'That part is read again.',
  'collector.fallback': 'This part is read in another way, for the `reason` that is given.',
  'descriptors.scarce':
    'This process may open too few files (RLIMIT_NOFILE); it makes do without keeping any open.',
  'figures.absent': 'The system does not tell a figure, and it is left out of the report.',
  'figures.clamped':
    'A figure of the system cannot be right; the nearest possible one is reported.',
  'remarks.more': 'There are so many remarks of one kind that the others are only counted.',
  'remark.ended': 'What an earlier line said about `subject` no longer applies.',
  'disks.hidden': 'The figures of a disk cannot be read, and it is left out.',
  'disks.skipped': 'A mount is left out because it is not a disk of this machine.',
  'mount.stuck':
    'A mount or drive does not answer (its server may be gone); the others are reported.',
  'mount.recovered': 'That mount answers again.',
  'mount.error': 'A mount answers with an error.',
  'mount.skipped': 'A mount that has not answered yet is not tried again.',
  'mount.probe_failed': 'The program that looks at a mount cannot be started.',
  'network.addresses_unknown':
    'It cannot be determined which interfaces have some addresses; they are left out.',
  'network.interfaces_refused': 'The system refuses to list its interfaces.',
  'names.cut': 'Names of processes, users, disks or interfaces exceed 255 bytes; they are cut.',
  'processes.hidden': 'The system shows only some of its processes to this user.',
  'users.lookup_failed': 'The names of some users cannot be looked up; their numbers are reported.',
  'delivery.failed':
    'A report could not be sent, and is waiting. Logged at most every 10 minutes for each reason.',
  'delivery.recovered': 'The server accepts reports again.',
  'delivery.rejected': 'The server will never accept this report; it is put aside.',
  'delivery.duplicate_system_id': 'Another machine reports under this system id.',
  'delivery.compression_refused': 'The server refuses compressed reports; they are sent plain.',
  'delivery.credentials_reloaded':
    'A token or certificate was read again, because its file has changed.',
  'delivery.credentials_refused':
    'A token or certificate has changed and cannot be used; the old one stays in use.',
  'spool.damaged': 'A file in the spool is not a whole report; it is put aside.',
  'spool.dropped': 'An unsent report was dropped to stay within the limits.',
  'spool.lost':
    'The process ended while reports were only in memory, because the disk refused them.',
  'spool.disk_refused': 'The disk refuses reports; the newest are kept in memory.',
  'spool.disk_recovered': 'The disk accepts reports again.',
  'spool.folder_replaced': 'The spool folder was deleted or replaced; it is created again.',
  'config.reloaded': 'Changed settings are in force.',
  'config.refused': 'Changed settings are invalid; the old ones stay in force.',
  'config.missing':
    'The configuration file has disappeared; the settings in force stay. Logged again every hour.',
  'config.url_missing': 'No URL has been set; reports are kept until there is one.',
  'config.url_default': 'No URL has been set; reports go to the default address.',
  'destination.not_kept':
    'The state folder cannot store where reports go. If the configuration file is missing after a restart, they wait.',
  'config.unknown_keys': 'The configuration file has keys that are not settings; they are ignored.',
  'config.restart_needed': 'These settings take effect at the next start.',
  'status.write_failed': 'The status file cannot be written. Logged once.',
} as const satisfies Record<string, string>;

export type LogEvent = keyof typeof logEvents;
