/**
 * The published contract, all of it: one address, three actions.
 *
 *   check_url        → 202
 *   check_system_id  → 200 registered, 204 not registered
 *   send_stats       → 200, once the report is on disk
 *
 * Everything else says why in JSON: 400 what the body lacks, 403 who may not, 409 too many reports of
 * one second, 413 too large, 415 not JSON, 429 too many of one hour, 503 with Retry-After when the
 * report could not be stored. The agent keeps what was not answered with 200.
 *
 * It stands below the framework, on Node's own request and response: this is what a fleet asks a
 * thousand times a second, and all that a framework could do here is take its time.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  statusNotRegistered,
  statusReceived,
  statusRegistered,
  statusUrlOk,
} from '../src/wire/requests.ts';
import type { Caller } from './access.ts';
import type { BodyReader } from './body.ts';
import { type Gate, senderOf } from './gate.ts';
import { HttpError, sendEmpty, sendJson } from './http.ts';
import type { Intake } from './intake.ts';
import type { ReportOutcome } from './metrics.ts';
import type { Quota } from './quota.ts';
import type { Reader } from './reader.ts';
import type { ReportClaim } from './reading.ts';
import type { Registry } from './registry.ts';
import type { SecondShares } from './second-share.ts';
import type { InsertOutcome, Store } from './store.ts';

export interface ProtocolOptions {
  readonly store: Pick<Store, 'isRegistered'>;
  readonly gate: Gate;
  readonly registry: Registry;
  readonly quota: Quota;
  readonly shares: SecondShares;
  readonly intake: Intake;
  readonly bodies: BodyReader;
  readonly reader: Reader;
  /** Whole seconds since 1970. */
  readonly now: () => number;
  readonly bodyBytesMax: number;
  /** Told what came of each report. */
  readonly onReport: (outcome: ReportOutcome, systemId: string) => void;
}

export type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** A report, and who sent it. */
interface Sent {
  readonly report: ReportClaim;
  readonly body: string;
  readonly caller: Caller;
  readonly sender: string;
}

export function createProtocol(options: ProtocolOptions): Handler {
  const { store, gate } = options;

  const checkSystemId = async (
    systemId: string,
    caller: Caller,
    response: ServerResponse,
  ): Promise<void> => {
    requireOwn(systemId, caller);
    const registered = await store.isRegistered(systemId);
    if (registered) sendJson(response, statusRegistered, { registered });
    else sendEmpty(response, statusNotRegistered);
  };

  const sendStats = async (sent: Sent, response: ServerResponse): Promise<void> => {
    const id = sent.report.systemId;
    let outcome: InsertOutcome;
    try {
      outcome = await storeReport(options, sent);
    } catch (error) {
      options.onReport(outcomeOf(error), id);
      throw error;
    }
    options.onReport(outcome, id);
    // The agent tells its user, who alone can mend it (docs/specs/0001-delivery.md).
    const notice = { 'system-monitor-notice': 'other-machine' };
    if (outcome === 'excess') {
      // Not 503: the agent would hold all others back for one that can never be stored.
      const reason = `too many other reports of this second are stored for ${id}`;
      throw new HttpError(409, reason, notice);
    }
    const received = { received: true, duplicate: outcome === 'duplicate' };
    sendJson(response, statusReceived, received, outcome === 'conflict' ? notice : {});
  };

  return async (request, response) => {
    const caller = await gate.admit(request, 'report');
    requireJson(request);
    const sender = senderOf(caller, request);
    const body = await options.bodies.readText(request, options.bodyBytesMax, sender);
    const reading = await options.reader.read(body, sender);
    switch (reading.action) {
      case 'check_url':
        sendJson(response, statusUrlOk, { ok: true });
        return;
      case 'check_system_id':
        await checkSystemId(reading.systemId, caller, response);
        return;
      case 'send_stats':
        await sendStats({ report: reading.report, body, caller, sender }, response);
        return;
      case 'refused':
        if (reading.ofReport) options.onReport('refused', '');
        throw new HttpError(400, reading.reason);
    }
  };
}

/** Past every bound that there is for one sender, and into the store. */
async function storeReport(
  options: ProtocolOptions,
  { report, body, caller, sender }: Sent,
): Promise<InsertOutcome> {
  const { systemId, epoch, intervalSeconds } = report;
  requireOwn(systemId, caller);
  await options.registry.admit(systemId, caller);
  const place = options.quota.take({ sender, systemId, epoch, intervalSeconds });
  if ('retryAfterSeconds' in place) {
    const reason = `${systemId} has sent more than ten times as many reports of one hour as its interval allows`;
    throw tooMany(reason, place.retryAfterSeconds);
  }
  const share = options.shares.take({ sender, systemId, epoch, bytes: body.length });
  let outcome: InsertOutcome | undefined;
  try {
    if (share === undefined)
      throw tooMany(`${systemId} is sending many reports of one second at once`, 1);
    const { copiesMax } = share;
    const receivedAt = options.now();
    outcome = await options.intake.add({ ...report, receivedAt, body, copiesMax });
    return outcome;
  } finally {
    share?.settle(outcome === 'conflict');
    if (outcome !== 'stored' && outcome !== 'conflict') place.giveBack();
  }
}

function tooMany(reason: string, retryAfterSeconds: number): HttpError {
  return new HttpError(429, reason, { 'retry-after': String(retryAfterSeconds) });
}

function outcomeOf(error: unknown): ReportOutcome {
  if (!(error instanceof HttpError)) return 'unavailable';
  return error.status === 429 ? 'limited' : 'refused';
}

function requireOwn(systemId: string, caller: Caller): void {
  if (caller.mayReportAs(systemId)) return;
  throw new HttpError(403, `this token may not report as ${systemId}`);
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
