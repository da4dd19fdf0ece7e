/** The tables of the stores' first version, as it made them: databases in use may still have them. */

export const firstSqliteSchema = `
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
    received_at INTEGER NOT NULL,
    cpu_percent REAL NOT NULL,
    memory_percent REAL NOT NULL,
    disks TEXT NOT NULL,
    network TEXT NOT NULL,
    UNIQUE (system_id, epoch)
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
  PRAGMA user_version = 1;
`;

export const firstPostgresSchema = `
  CREATE TABLE IF NOT EXISTS systems (
    id TEXT PRIMARY KEY,
    name TEXT,
    registered_at BIGINT NOT NULL,
    received_at BIGINT,
    moment BIGINT,
    epoch BIGINT,
    interval BIGINT,
    url TEXT,
    cpu_count BIGINT,
    cpu_frequency DOUBLE PRECISION,
    cpu_percent DOUBLE PRECISION,
    memory_total BIGINT,
    memory_used BIGINT,
    memory_percent DOUBLE PRECISION,
    process_count BIGINT,
    disks TEXT,
    network TEXT,
    before_epoch BIGINT,
    before_network TEXT
  );

  CREATE TABLE IF NOT EXISTS reports (
    system_id TEXT NOT NULL,
    epoch BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    cpu_percent DOUBLE PRECISION NOT NULL,
    memory_percent DOUBLE PRECISION NOT NULL,
    disks TEXT NOT NULL,
    network TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (system_id, epoch)
  );
  CREATE INDEX IF NOT EXISTS reports_by_arrival ON reports (received_at);

  CREATE TABLE IF NOT EXISTS hourly (
    system_id TEXT NOT NULL,
    hour BIGINT NOT NULL,
    reports BIGINT NOT NULL,
    cpu_sum DOUBLE PRECISION NOT NULL,
    cpu_max DOUBLE PRECISION NOT NULL,
    memory_sum DOUBLE PRECISION NOT NULL,
    memory_max DOUBLE PRECISION NOT NULL,
    last_epoch BIGINT NOT NULL,
    disks TEXT NOT NULL,
    network TEXT NOT NULL,
    PRIMARY KEY (system_id, hour)
  );
`;
