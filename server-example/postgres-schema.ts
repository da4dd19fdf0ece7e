/**
 * The tables of the PostgreSQL store, and its larger statements. They keep to what the databases
 * that speak PostgreSQL's protocol share (Citus, YugabyteDB, CockroachDB): plain SQL, and keys that
 * begin with the system, by which such a database spreads its rows.
 *
 * A report's JSON stands in its row: PostgreSQL moves long values out of the way by itself
 * (https://www.postgresql.org/docs/current/storage-toast.html).
 */

/** `copy` numbers the different reports of one system and second, from 0. */
export const schema = `
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
    copy BIGINT NOT NULL DEFAULT 0,
    received_at BIGINT NOT NULL,
    cpu_percent DOUBLE PRECISION NOT NULL,
    memory_percent DOUBLE PRECISION NOT NULL,
    disks TEXT NOT NULL,
    network TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (system_id, epoch, copy)
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

/** Whether the tables are of the first version, which kept one report of a second. */
export const isFirstVersion = `
  SELECT count(*) = 0 AS first FROM information_schema.columns
  WHERE table_schema = current_schema() AND table_name = 'reports' AND column_name = 'copy'`;

/**
 * In one transaction, and with the same end when two receivers do it one after the other. A receiver
 * of the first version can store nothing from then on and answers 503 until it is replaced.
 */
export const upgradeFirstVersion = `
  ALTER TABLE reports ADD COLUMN IF NOT EXISTS copy BIGINT NOT NULL DEFAULT 0;
  ALTER TABLE reports DROP CONSTRAINT reports_pkey, ADD PRIMARY KEY (system_id, epoch, copy);
`;

/** A column for each parameter, so that a batch of any size is one statement of one text. */
export const insertReports = `
  INSERT INTO reports
    (system_id, epoch, copy, received_at, cpu_percent, memory_percent, disks, network, body)
  SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::float8[],
                       $6::float8[], $7::text[], $8::text[], $9::text[])
  ON CONFLICT (system_id, epoch, copy) DO NOTHING
  RETURNING system_id, epoch`;

/** The last copy of each report's second, and whether one of them is the report itself. */
export const copiesAt = `
  SELECT sent.at, max(reports.copy) AS last, bool_or(reports.body = sent.body) AS same
  FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::text[])
       AS sent (at, system_id, epoch, body)
  JOIN reports ON reports.system_id = sent.system_id AND reports.epoch = sent.epoch
  GROUP BY sent.at`;

/** A report of the backlog is older than what is shown and must not replace it. */
export const upsertSystems = `
  INSERT INTO systems
    (id, registered_at, received_at, moment, epoch, interval, url, cpu_count, cpu_frequency,
     cpu_percent, memory_total, memory_used, memory_percent, process_count, disks, network)
  SELECT * FROM unnest($1::text[], $2::bigint[], $2::bigint[], $3::bigint[], $4::bigint[],
                       $5::bigint[], $6::text[], $7::bigint[], $8::float8[], $9::float8[],
                       $10::bigint[], $11::bigint[], $12::float8[], $13::bigint[], $14::text[],
                       $15::text[])
  ON CONFLICT (id) DO UPDATE SET
    before_epoch = systems.epoch, before_network = systems.network,
    moment = excluded.moment, epoch = excluded.epoch, interval = excluded.interval,
    url = excluded.url, cpu_count = excluded.cpu_count, cpu_frequency = excluded.cpu_frequency,
    cpu_percent = excluded.cpu_percent, memory_total = excluded.memory_total,
    memory_used = excluded.memory_used, memory_percent = excluded.memory_percent,
    process_count = excluded.process_count, disks = excluded.disks, network = excluded.network
  WHERE systems.moment IS NULL OR excluded.moment >= systems.moment`;

export const touchSystems = `
  UPDATE systems SET received_at = greatest(coalesce(systems.received_at, 0), heard.at)
  FROM unnest($1::text[], $2::bigint[]) AS heard (id, at)
  WHERE systems.id = heard.id`;

export const newestBody = `
  SELECT body FROM systems JOIN reports ON reports.system_id = systems.id
                                       AND reports.epoch = systems.epoch
  WHERE systems.id = $1
  ORDER BY copy DESC LIMIT 1`;

/** $1 system, $2 from, $3 to, $4 bucket. Counters and disks are levels: the last report's count. */
export const history = `
  WITH points AS (
    SELECT max(last_epoch) AS epoch, sum(reports)::bigint AS reports,
           sum(cpu_sum) / sum(reports)::float8 AS cpu_average, max(cpu_max) AS cpu_max,
           sum(memory_sum) / sum(reports)::float8 AS memory_average,
           max(memory_max) AS memory_max
    FROM (
      SELECT epoch AS last_epoch, 1 AS reports, cpu_percent AS cpu_sum, cpu_percent AS cpu_max,
             memory_percent AS memory_sum, memory_percent AS memory_max
      FROM reports WHERE system_id = $1 AND epoch BETWEEN $2 AND $3
      UNION ALL
      SELECT last_epoch, reports, cpu_sum, cpu_max, memory_sum, memory_max
      FROM hourly
      WHERE system_id = $1 AND last_epoch BETWEEN $2 AND $3
        AND hour BETWEEN $2::bigint / 3600 AND $3::bigint / 3600
    ) AS parts
    GROUP BY last_epoch / $4::bigint
  )
  SELECT points.*, coalesce(reports.disks, hourly.disks) AS disks,
         coalesce(reports.network, hourly.network) AS network
  FROM points
  LEFT JOIN reports ON reports.system_id = $1 AND reports.epoch = points.epoch
    AND reports.copy = (SELECT max(copy) FROM reports AS copies
                        WHERE copies.system_id = $1 AND copies.epoch = points.epoch)
  LEFT JOIN hourly ON hourly.system_id = $1 AND hourly.hour = points.epoch / 3600
                  AND hourly.last_epoch = points.epoch
  ORDER BY points.epoch`;

/**
 * One statement, so that a report is either whole or part of its hour whatever happens; receivers
 * that share the database skip what another is folding. A second is folded as a whole: a copy that
 * stayed alone would not be known again when it is sent again.
 */
export const foldReports = `
  WITH old AS (
    DELETE FROM reports WHERE (system_id, epoch, copy) IN (
      SELECT system_id, epoch, copy FROM reports
      WHERE received_at < $1 AND NOT EXISTS (
        SELECT 1 FROM systems WHERE systems.id = reports.system_id
                                AND systems.epoch = reports.epoch)
      AND NOT EXISTS (
        SELECT 1 FROM reports AS copies
        WHERE copies.system_id = reports.system_id AND copies.epoch = reports.epoch
          AND copies.received_at >= $1)
      ORDER BY received_at LIMIT $2 FOR UPDATE SKIP LOCKED
    )
    RETURNING system_id, epoch, copy, cpu_percent, memory_percent, disks, network
  ), folded AS (
    INSERT INTO hourly (system_id, hour, reports, cpu_sum, cpu_max, memory_sum, memory_max,
                        last_epoch, disks, network)
    SELECT system_id, epoch / 3600, count(*), sum(cpu_percent), max(cpu_percent),
           sum(memory_percent), max(memory_percent), max(epoch),
           (array_agg(disks ORDER BY epoch DESC, copy DESC))[1],
           (array_agg(network ORDER BY epoch DESC, copy DESC))[1]
    FROM old GROUP BY system_id, epoch / 3600
    ORDER BY 1, 2
    ON CONFLICT (system_id, hour) DO UPDATE SET
      reports = hourly.reports + excluded.reports,
      cpu_sum = hourly.cpu_sum + excluded.cpu_sum,
      cpu_max = greatest(hourly.cpu_max, excluded.cpu_max),
      memory_sum = hourly.memory_sum + excluded.memory_sum,
      memory_max = greatest(hourly.memory_max, excluded.memory_max),
      disks = CASE WHEN excluded.last_epoch > hourly.last_epoch
                   THEN excluded.disks ELSE hourly.disks END,
      network = CASE WHEN excluded.last_epoch > hourly.last_epoch
                     THEN excluded.network ELSE hourly.network END,
      last_epoch = greatest(hourly.last_epoch, excluded.last_epoch)
  )
  SELECT count(*) AS reports FROM old`;
