/** From figures to the bytes that are spooled and sent, exactly as the published contract has them. */
import { MonitorError } from '../base/errors.ts';
import { toJson } from '../base/json.ts';
import { type SendStatsRequest, sendStatsRequestSchema } from '../wire/requests.ts';
import type { Stats } from '../wire/stats.ts';

export interface ReportHeader {
  readonly systemId: string;
  /** Where it was meant for. Whoever stores it must not store user and password with it. */
  readonly url: string;
  readonly intervalSeconds: number;
}

/**
 * One report as UTF-8 JSON. Throws MALFORMED where a figure does not fit the contract: such a report
 * would be refused by the server for ever, so it must not be spooled.
 */
export function encodeReport(header: ReportHeader, epoch: number, stats: Stats): Uint8Array {
  const report: SendStatsRequest = {
    action: 'send_stats',
    system_id: header.systemId,
    url: header.url,
    interval: header.intervalSeconds,
    epoch,
    stats,
  };
  const result = sendStatsRequestSchema.safeParse(report);
  if (!result.success) {
    const [issue] = result.error.issues;
    throw new MonitorError({
      code: 'MALFORMED',
      operation: 'make a report',
      reason: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'does not fit the contract'}`,
      cause: result.error,
    });
  }
  // The input is written, not zod's copy: it has the contract's order of keys.
  return Buffer.from(toJson(report));
}
