/**
 * Every event that the log can hold, with what it tells. The compiler knows no other: a line's
 * `event` is one of these names, its fields are in snake_case. docs/log.md is made from this table.
 */
export const logEvents = {
  'agent.started': 'The background process runs, with these settings.',
  'agent.stopped': 'It has ended in good order; `waiting` reports are kept for the next start.',
  'agent.failed':
    'A bug: the process ends with exit code 70, for the service manager to start it anew.',
  'agent.once': '`background --once` has done what it could.',
  'report.collected': 'A report is on disk.',
  'report.failed':
    'No report could be made: cpu or memory is missing. Said again every hour while it lasts.',
  'report.recovered': 'Reports are made again.',
  'schedule.skipped':
    'So many ticks passed unused: the machine slept, or collecting took too long.',
  'collector.failed':
    'A part of the report cannot be read and is sent empty. Said again every hour while it lasts.',
  'collector.recovered': 'That part is read again.',
  'collector.fallback': 'Windows refuses to be asked directly; another way is taken for this part.',
  'figures.clamped':
    'A figure of the system cannot be right; what can be is reported in its place.',
  'remark.ended': 'What an earlier line said of `subject` does not hold any more.',
  'disks.hidden': 'A disk cannot be asked for its figures and is left out.',
  'disks.skipped': 'A mount is left out because it is no disk of this machine.',
  'disks.slow': 'A drive took long to answer and is left alone for a while.',
  'mount.stuck': 'A mount does not answer (a dead server, say); the others are reported.',
  'mount.recovered': 'That mount answers again.',
  'mount.error': 'A mount answers with an error.',
  'mount.skipped': 'A mount that has not answered is not asked again yet.',
  'mount.probe_failed': 'The program that asks one mount cannot be started.',
  'network.addresses_unknown': 'An interface has an address that no source explains.',
  'network.interfaces_refused': 'The system refuses to list its interfaces.',
  'processes.hidden': 'The system shows only some of its processes to this user.',
  'users.lookup_failed': 'The names of some users cannot be found; their numbers are reported.',
  'delivery.failed':
    'A report could not be sent and waits. Said at most every 10 minutes a reason.',
  'delivery.recovered': 'The server accepts reports again.',
  'delivery.rejected': 'The server will never accept this report; it is put aside.',
  'delivery.duplicate_system_id': 'Another machine reports under this system id.',
  'delivery.compression_refused': 'The server refuses compressed reports; they are sent plain.',
  'delivery.credentials_reloaded':
    'A token or certificate was read again because its file changed.',
  'delivery.credentials_refused':
    'A changed token or certificate is unusable; the old one is kept.',
  'spool.damaged': 'A file in the spool is no whole report; it is put aside.',
  'spool.dropped': 'An unsent report was deleted to stay within the limits.',
  'spool.lost': 'The process ended while the disk refused reports that memory held.',
  'spool.disk_refused': 'The disk refuses reports; the newest are kept in memory.',
  'spool.disk_recovered': 'The disk takes reports again.',
  'spool.folder_replaced': 'The spool folder was deleted or replaced; it is made again.',
  'config.reloaded': 'Changed settings are in force.',
  'config.refused': 'Changed settings are invalid; the old ones stay in force.',
  'config.restart_needed': 'These settings take effect at the next start.',
  'status.write_failed': 'The status file cannot be written. Said once.',
} as const satisfies Record<string, string>;

export type LogEvent = keyof typeof logEvents;
