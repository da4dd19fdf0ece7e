/** The larger statements of the PostgreSQL store; those of its retention are in postgres-retention.ts. */

/** The last copy of each report's second, and whether one of them is the report itself. */
export const copiesAt = `
  SELECT sent.at, max(reports.copy) AS last, bool_or(reports.body = sent.body) AS same
  FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::text[])
       AS sent (at, system_id, epoch, body)
  JOIN reports ON reports.system_id = sent.system_id AND reports.epoch = sent.epoch
  GROUP BY sent.at`;

export const newestBody = `
  SELECT body FROM systems JOIN reports ON reports.system_id = systems.id
                                       AND reports.epoch = systems.epoch
  WHERE systems.id = $1
  ORDER BY copy DESC LIMIT 1`;

/** $1 system, $2 the latest moment of collection. */
export const bodyAt = `
  SELECT body FROM reports WHERE system_id = $1 AND epoch <= $2
  ORDER BY epoch DESC, copy DESC LIMIT 1`;

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
