/**
 * The tables of the SQLite store; sqlite-statements.ts has what it runs on them.
 *
 *   systems   one row for each id, with its newest figures: what the list reads
 *   reports   the figures of each report: what the charts read
 *   bodies    each report's JSON as it was sent: what the newest report is shown from
 *   hourly    what is left of reports that were kept long enough
 *
 * Bodies stand apart because they are a hundred times as large as the figures, and a chart that
 * walked over them would read a hundred times as much.
 */
export const schemaVersion = 2;

/**
 * From each earlier version to the one after it. A constraint of a table cannot be changed, so the
 * table is made anew (https://sqlite.org/lang_altertable.html#otheralter).
 */
export const upgrades: Readonly<Record<number, string>> = {
  // Until then a second report of one second was not kept.
  1: `
    CREATE TABLE reports_2 (
      id INTEGER PRIMARY KEY,
      system_id TEXT NOT NULL,
      epoch INTEGER NOT NULL,
      copy INTEGER NOT NULL,
      received_at INTEGER NOT NULL,
      cpu_percent REAL NOT NULL,
      memory_percent REAL NOT NULL,
      disks TEXT NOT NULL,
      network TEXT NOT NULL,
      UNIQUE (system_id, epoch, copy)
    ) STRICT;
    INSERT INTO reports_2
      SELECT id, system_id, epoch, 0, received_at, cpu_percent, memory_percent, disks, network
      FROM reports;
    DROP TABLE reports;
    ALTER TABLE reports_2 RENAME TO reports;
    CREATE INDEX reports_by_arrival ON reports (received_at);
  `,
};

/** `copy` numbers the different reports of one system and second, from 0. */
export const schema = `
  CREATE TABLE systems (
    id TEXT PRIMARY KEY,
    name TEXT,
    registered_at INTEGER NOT NULL,
    received_at INTEGER,
    moment INTEGER,
    epoch INTEGER,
    interval INTEGER,
    url TEXT,
    cpu_count INTEGER,
    cpu_frequency REAL,
    cpu_percent REAL,
    memory_total INTEGER,
    memory_used INTEGER,
    memory_percent REAL,
    process_count INTEGER,
    disks TEXT,
    network TEXT,
    before_epoch INTEGER,
    before_network TEXT,
    newest_report INTEGER
  ) STRICT;

  CREATE TABLE reports (
    id INTEGER PRIMARY KEY,
    system_id TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    copy INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    cpu_percent REAL NOT NULL,
    memory_percent REAL NOT NULL,
    disks TEXT NOT NULL,
    network TEXT NOT NULL,
    UNIQUE (system_id, epoch, copy)
  ) STRICT;
  CREATE INDEX reports_by_arrival ON reports (received_at);

  CREATE TABLE bodies (
    report_id INTEGER PRIMARY KEY,
    body TEXT NOT NULL
  ) STRICT;

  CREATE TABLE hourly (
    system_id TEXT NOT NULL,
    hour INTEGER NOT NULL,
    reports INTEGER NOT NULL,
    cpu_sum REAL NOT NULL,
    cpu_max REAL NOT NULL,
    memory_sum REAL NOT NULL,
    memory_max REAL NOT NULL,
    last_epoch INTEGER NOT NULL,
    disks TEXT NOT NULL,
    network TEXT NOT NULL,
    PRIMARY KEY (system_id, hour)
  ) STRICT, WITHOUT ROWID;
`;
