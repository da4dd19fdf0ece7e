/**
 * The published contract, all of it: one address, three actions.
 *
 *   check_url        → 202
 *   check_system_id  → 200 registered, 204 not registered
 *   send_stats       → 200, once the report is on disk
 *
 * Everything else says why in JSON: 400 what the body lacks, 409 too many reports of one second, 413
 * too large, 415 not JSON, 503 with Retry-After when the report could not be stored. The agent keeps
 * what was not answered with 200.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  checkSystemIdRequestSchema,
  statusNotRegistered,
  statusReceived,
  statusRegistered,
  statusUrlOk,
} from '../src/wire/requests.ts';
import type { BodyReader } from './body.ts';
import { figuresOf } from './figures.ts';
import { HttpError, parseJson, sendEmpty, sendJson } from './http.ts';
import type { Intake } from './intake.ts';
import type { ReportOutcome } from './metrics.ts';
import { describeIssue, type Report, reportSchema } from './report.ts';
import { copiesMax, type IncomingReport, type Store } from './store.ts';

export interface ProtocolOptions {
  readonly store: Store;
  readonly intake: Intake;
  readonly bodies: BodyReader;
  /** Whole seconds since 1970. */
  readonly now: () => number;
  readonly bodyBytesMax: number;
  /** Whether the first report of an unknown id registers it. */
  readonly openRegistration: boolean;
  /** Told what came of each report. */
  readonly onReport: (outcome: ReportOutcome, systemId: string) => void;
}

export type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

export function createProtocol(options: ProtocolOptions): Handler {
  const { store, intake } = options;

  const checkSystemId = async (request: unknown, response: ServerResponse): Promise<void> => {
    const parsed = checkSystemIdRequestSchema.strip().safeParse(request);
    if (!parsed.success) throw new HttpError(400, describeIssue(parsed.error));
    const registered = await store.isRegistered(parsed.data.system_id);
    if (registered) sendJson(response, statusRegistered, { registered });
    else sendEmpty(response, statusNotRegistered);
  };

  const sendStats = async (
    request: unknown,
    body: string,
    response: ServerResponse,
  ): Promise<void> => {
    const parsed = reportSchema.safeParse(request);
    if (!parsed.success) {
      options.onReport('refused', '');
      throw new HttpError(400, describeIssue(parsed.error));
    }
    const report = parsed.data;
    const id = report.system_id;
    try {
      if (!options.openRegistration && !(await store.isRegistered(id))) {
        options.onReport('refused', id);
        // 403 and not 400: the agent keeps the report and tries again, so nothing is lost meanwhile.
        throw new HttpError(403, `${id} is not registered here`);
      }
      const outcome = await intake.add(toIncoming(report, body, options.now()));
      options.onReport(outcome, id);
      // The agent tells its user, who alone can mend it (docs/specs/0001-delivery.md).
      const notice = { 'system-monitor-notice': 'other-machine' };
      if (outcome === 'excess') {
        // Not 503: the agent would hold all others back for one that can never be stored.
        const reason = `${copiesMax} other reports of this second are stored under ${id}`;
        throw new HttpError(409, reason, notice);
      }
      const received = { received: true, duplicate: outcome === 'duplicate' };
      sendJson(response, statusReceived, received, outcome === 'conflict' ? notice : {});
    } catch (error) {
      if (!(error instanceof HttpError)) options.onReport('unavailable', id);
      throw error;
    }
  };

  return async (request, response) => {
    requireJson(request);
    const body = await options.bodies.readText(request, options.bodyBytesMax);
    const parsed = parseObject(body);
    switch (parsed.action) {
      case 'check_url':
        sendJson(response, statusUrlOk, { ok: true });
        return;
      case 'check_system_id':
        await checkSystemId(parsed, response);
        return;
      case 'send_stats':
        await sendStats(parsed, body, response);
        return;
      default:
        throw new HttpError(400, 'action: must be "check_url", "check_system_id" or "send_stats"');
    }
  };
}

function toIncoming(report: Report, body: string, receivedAt: number): IncomingReport {
  return {
    systemId: report.system_id,
    epoch: report.epoch,
    receivedAt,
    intervalSeconds: report.interval,
    url: withoutCredentials(report.url),
    body,
    copiesMax,
    ...figuresOf(report.stats),
  };
}

/**
 * A page of some other site can make a browser POST text or a form here without asking, but not
 * JSON (https://fetch.spec.whatwg.org/#cors-safelisted-request-header).
 */
function requireJson(request: IncomingMessage): void {
  const type = (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (type !== 'application/json' && !type.endsWith('+json')) {
    throw new HttpError(415, 'content-type must be application/json');
  }
}

function parseObject(body: string): Record<string, unknown> {
  const value = parseJson(body);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new HttpError(400, 'the body must be a JSON object');
  }
  return { ...value };
}

/**
 * The agent removes them; another program's report may carry them, and the page shows the address.
 * A NUL is no text for PostgreSQL, and no part of an address.
 */
function withoutCredentials(url: string): string {
  return url.replaceAll('\0', '').replace(/^([a-z][a-z\d+.-]*:\/\/)[^/?#]*@/i, '$1');
}
