/** Every statement that the SQLite store runs, prepared once. The tables are in sqlite-schema.ts. */
import type { DatabaseSync } from 'node:sqlite';

export type Statements = ReturnType<typeof prepareStatements>;

export function prepareStatements(database: DatabaseSync) {
  return {
    ...insertStatements(database),
    ...systemStatements(database),
    ...historyStatements(database),
    ...pruneStatements(database),
  };
}

/** Reports that arrive. */
function insertStatements(database: DatabaseSync) {
  return {
    insertReport: database.prepare(`
      INSERT INTO reports
        (system_id, epoch, copy, received_at, cpu_percent, memory_percent, disks, network)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (system_id, epoch, copy) DO NOTHING
      RETURNING id`),
    copiesAt: database.prepare(`
      SELECT max(copy) AS last, max(body = ?) AS same
      FROM reports JOIN bodies ON report_id = id WHERE system_id = ? AND epoch = ?`),
    insertBody: database.prepare('INSERT INTO bodies (report_id, body) VALUES (?, ?)'),
    // A report of the backlog is older than what is shown and must not replace it.
    upsertSystem: database.prepare(`
      INSERT INTO systems
        (id, registered_at, received_at, moment, epoch, interval, url, cpu_count, cpu_frequency,
         cpu_percent, memory_total, memory_used, memory_percent, process_count, disks, network,
         newest_report)
      VALUES (?1, ?2, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)
      ON CONFLICT (id) DO UPDATE SET
        before_epoch = systems.epoch, before_network = systems.network,
        moment = excluded.moment, epoch = excluded.epoch, interval = excluded.interval,
        url = excluded.url, cpu_count = excluded.cpu_count, cpu_frequency = excluded.cpu_frequency,
        cpu_percent = excluded.cpu_percent, memory_total = excluded.memory_total,
        memory_used = excluded.memory_used, memory_percent = excluded.memory_percent,
        process_count = excluded.process_count, disks = excluded.disks,
        network = excluded.network, newest_report = excluded.newest_report
      WHERE systems.moment IS NULL OR excluded.moment >= systems.moment`),
    touchSystem: database.prepare(
      'UPDATE systems SET received_at = max(coalesce(received_at, 0), ?) WHERE id = ?',
    ),
  };
}

/** One system, and the list of them. */
function systemStatements(database: DatabaseSync) {
  return {
    isRegistered: database.prepare('SELECT 1 FROM systems WHERE id = ?'),
    register: database.prepare(
      'INSERT INTO systems (id, registered_at) VALUES (?, ?) ON CONFLICT DO NOTHING',
    ),
    rename: database.prepare('UPDATE systems SET name = ? WHERE id = ?'),
    reportsOf: database.prepare('SELECT id FROM reports WHERE system_id = ? LIMIT ?'),
    forgetHourly: database.prepare('DELETE FROM hourly WHERE system_id = ?'),
    forgetSystem: database.prepare('DELETE FROM systems WHERE id = ?'),
    systemIds: database.prepare('SELECT id FROM systems ORDER BY id'),
    allSystems: database.prepare('SELECT * FROM systems ORDER BY id'),
    oneSystem: database.prepare('SELECT * FROM systems WHERE id = ?'),
    newestBody: database.prepare(`
      SELECT body FROM systems JOIN bodies ON report_id = newest_report WHERE systems.id = ?`),
    bodyAt: database.prepare(`
      SELECT body FROM reports JOIN bodies ON report_id = id WHERE system_id = ? AND epoch <= ?
      ORDER BY epoch DESC, copy DESC LIMIT 1`),
  };
}

/** What the charts read. */
function historyStatements(database: DatabaseSync) {
  return {
    /** The epoch of the report that stands so many after the first of a span. */
    epochAfter: database.prepare(`
      SELECT epoch FROM reports WHERE system_id = ? AND epoch BETWEEN ? AND ?
      ORDER BY epoch LIMIT 1 OFFSET ?`),
    // A JavaScript number is bound as REAL, and dividing by one would give each report a bucket.
    // Counters and disks are levels, not amounts: a bucket shows them as its last report has them.
    history: database.prepare(`
      WITH points AS (
        SELECT max(last_epoch) AS epoch, sum(reports) AS reports,
               sum(cpu_sum) / sum(reports) AS cpu_average, max(cpu_max) AS cpu_max,
               sum(memory_sum) / sum(reports) AS memory_average, max(memory_max) AS memory_max
        FROM (
          SELECT epoch AS last_epoch, 1 AS reports, cpu_percent AS cpu_sum,
                 cpu_percent AS cpu_max, memory_percent AS memory_sum, memory_percent AS memory_max
          FROM reports WHERE system_id = :system AND epoch BETWEEN :from AND :to
          UNION ALL
          SELECT last_epoch, reports, cpu_sum, cpu_max, memory_sum, memory_max
          FROM hourly
          WHERE system_id = :system AND last_epoch BETWEEN :from AND :to
            AND hour BETWEEN CAST(:from AS INTEGER) / 3600 AND CAST(:to AS INTEGER) / 3600
        )
        GROUP BY last_epoch / CAST(:bucket AS INTEGER)
      )
      SELECT points.*, coalesce(reports.disks, hourly.disks) AS disks,
             coalesce(reports.network, hourly.network) AS network
      FROM points
      LEFT JOIN reports ON reports.system_id = :system AND reports.epoch = points.epoch
        AND reports.copy = (SELECT max(copy) FROM reports AS copies
                            WHERE copies.system_id = :system AND copies.epoch = points.epoch)
      LEFT JOIN hourly ON hourly.system_id = :system AND hourly.hour = points.epoch / 3600
                      AND hourly.last_epoch = points.epoch
      ORDER BY points.epoch`),
  };
}

/** Reports that were kept long enough become hours. */
function pruneStatements(database: DatabaseSync) {
  return {
    // A second is folded as a whole: a copy that stayed alone would not be known again when it is
    // sent again.
    oldReports: database.prepare(`
      SELECT id FROM reports
      WHERE received_at < ?1
        AND NOT EXISTS (
          SELECT 1 FROM systems
          WHERE systems.id = reports.system_id AND systems.epoch = reports.epoch)
        AND NOT EXISTS (
          SELECT 1 FROM reports AS copies
          WHERE copies.system_id = reports.system_id AND copies.epoch = reports.epoch
            AND copies.received_at >= ?1)
      ORDER BY received_at LIMIT ?2`),
    foldReports: database.prepare(`
      INSERT INTO hourly (system_id, hour, reports, cpu_sum, cpu_max, memory_sum, memory_max,
                          last_epoch, disks, network)
      SELECT hours.*, last.disks, last.network
      FROM (
        SELECT system_id, epoch / 3600, count(*), sum(cpu_percent), max(cpu_percent),
               sum(memory_percent), max(memory_percent), max(epoch) AS last_epoch
        FROM reports WHERE id IN (SELECT value FROM json_each(?))
        GROUP BY system_id, epoch / 3600
      ) AS hours
      JOIN reports AS last
        ON last.system_id = hours.system_id AND last.epoch = hours.last_epoch
        AND last.copy = (SELECT max(copy) FROM reports AS copies
                         WHERE copies.system_id = hours.system_id
                           AND copies.epoch = hours.last_epoch)
      WHERE true
      ON CONFLICT (system_id, hour) DO UPDATE SET
        reports = hourly.reports + excluded.reports,
        cpu_sum = hourly.cpu_sum + excluded.cpu_sum,
        cpu_max = max(hourly.cpu_max, excluded.cpu_max),
        memory_sum = hourly.memory_sum + excluded.memory_sum,
        memory_max = max(hourly.memory_max, excluded.memory_max),
        disks = iif(excluded.last_epoch > hourly.last_epoch, excluded.disks, hourly.disks),
        network = iif(excluded.last_epoch > hourly.last_epoch, excluded.network, hourly.network),
        last_epoch = max(hourly.last_epoch, excluded.last_epoch)`),
    deleteBodies: database.prepare(
      'DELETE FROM bodies WHERE report_id IN (SELECT value FROM json_each(?))',
    ),
    deleteReports: database.prepare(
      'DELETE FROM reports WHERE id IN (SELECT value FROM json_each(?))',
    ),
    // Naming the systems lets each look its own hours up by the primary key.
    deleteHours: database.prepare(`
      DELETE FROM hourly WHERE (system_id, hour) IN (
        SELECT system_id, hour FROM systems CROSS JOIN hourly ON system_id = id AND hour < ?
        LIMIT ?)`),
  };
}
