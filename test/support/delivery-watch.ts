/**
 * A server as the delivery meets it, with an eye on every request: whatever must never happen is
 * written down as a breach.
 */
import type { PostRequest, PostResult, Transport } from '../../src/delivery/transport.ts';
import type { SpoolEntry } from '../../src/spool/spool.ts';
import type { ManualClock } from './clocks.ts';
import { leastDraw, verdictOf } from './delivery-arbitraries.ts';

export interface Answer {
  readonly result: PostResult;
  readonly latencyMs: number;
}

export interface DeliveryWatch {
  readonly breaches: readonly string[];
  readonly inFlight: number;
  /** How each report was answered last, by key. */
  readonly verdicts: ReadonlyMap<string, ReturnType<typeof verdictOf>>;
  /** How many requests each report was sent in, by key. */
  readonly requests: ReadonlyMap<string, number>;
  /** Made and not closed yet. */
  readonly openConnections: number;
  /** These come next, and the last of them from then on. */
  answer(answers: readonly Answer[]): void;
  /** However the others are answered, these are answered so, by key. */
  answerTo(exceptions: ReadonlyMap<string, Answer>): void;
  /** A connection of its own to the server; only the latest is to be used. */
  createTransport(): Transport;
  noteAnnounced(entry: SpoolEntry): void;
  /** The disk has something to do with it: it need not be the next. */
  noteTrouble(entry: SpoolEntry): void;
  /** The waiting has been ended on purpose. */
  noteReset(): void;
  /** Another delivery begins, without memory; one that `drains` waits for nothing. */
  noteBegin(drains: boolean): void;
}

interface Attempts {
  failures: number;
  /** No attempt is right before. */
  notBeforeMs: number;
  backlogNotBeforeMs: number;
  highestKey: string;
  announced: string | undefined;
  /** The announced one may come later, because of the disk. */
  isExcused: boolean;
  drains: boolean;
  tried: Set<string>;
}

const ended: PostResult = { kind: 'failure', code: 'ABORTED', reason: 'ended', connected: true };

export function createDeliveryWatch(clock: ManualClock, perSecond: number): DeliveryWatch {
  const breaches: string[] = [];
  const bodies = new Map<string, string>();
  const verdicts = new Map<string, ReturnType<typeof verdictOf>>();
  const requests = new Map<string, number>();
  let answers: Answer[] = [];
  let exceptions: ReadonlyMap<string, Answer> = new Map();
  let openConnections = 0;
  let latest = 0;
  let inFlight = 0;
  let attempts = noAttempts(false);

  function noteStart(key: string, body: string, number: number, isClosed: boolean): void {
    const nowMs = clock.monotonicMs();
    const breach = (what: string) => breaches.push(`${key} at ${nowMs}: ${what}`);
    if (inFlight > 0) breach('a second request at once');
    if (isClosed) breach('over a closed connection');
    if (number !== latest) breach('over a connection that was replaced');
    if ((bodies.get(key) ?? body) !== body) breach('another body under this key');
    if ([...bodies].some(([other, sent]) => other !== key && sent === body))
      breach('another key for this body');
    bodies.set(key, body);
    const verdict = verdicts.get(key);
    if (verdict === 'accepted' || verdict === 'rejected') breach(`again, though ${verdict}`);
    if (attempts.drains && attempts.tried.has(key)) breach('twice in one round');
    if (!attempts.drains) {
      if (nowMs < attempts.notBeforeMs) breach('before its time');
      if ((attempts.announced ?? key) !== key && !attempts.isExcused)
        breach('before the report just collected');
      const isBacklog = key !== attempts.announced && key <= attempts.highestKey;
      if (isBacklog && nowMs < attempts.backlogNotBeforeMs) breach('faster than the pace');
      if (isBacklog) attempts.backlogNotBeforeMs = nowMs + 1000 / perSecond - 0.001;
    }
    attempts.tried.add(key);
    if (attempts.announced === key) attempts.announced = undefined;
    if (key > attempts.highestKey) attempts.highestKey = key;
  }

  function noteEnd(key: string, result: PostResult): void {
    const verdict = verdictOf(result);
    verdicts.set(key, verdict);
    if (verdict === 'accepted' || verdict === 'rejected') attempts.failures = 0;
    else attempts.failures += 1;
    const waitMs = attempts.failures === 0 ? 0 : leastWaitMs(result, attempts.failures);
    attempts.notBeforeMs = clock.monotonicMs() + waitMs;
  }

  function nextAnswer(): Answer {
    const [answer = { result: ended, latencyMs: 0 }] = answers;
    if (answers.length > 1) answers = answers.slice(1);
    return answer;
  }

  async function post(request: PostRequest): Promise<PostResult> {
    const key = request.idempotencyKey ?? '';
    requests.set(key, (requests.get(key) ?? 0) + 1);
    const answer = exceptions.get(key) ?? nextAnswer();
    if (answer.latencyMs > 0) await clock.sleep(answer.latencyMs, request.signal);
    return request.signal?.aborted === true ? ended : answer.result;
  }

  return {
    breaches,
    get inFlight() {
      return inFlight;
    },
    verdicts,
    requests,
    get openConnections() {
      return openConnections;
    },
    answer(next) {
      answers = [...next];
    },
    answerTo(next) {
      exceptions = next;
    },
    createTransport() {
      latest += 1;
      openConnections += 1;
      const number = latest;
      let isClosed = false;
      let current: PostRequest | undefined;
      return {
        async post(request) {
          const key = request.idempotencyKey ?? '';
          noteStart(key, Buffer.from(request.body).toString(), number, isClosed);
          const attempt = attempts;
          inFlight += 1;
          current = request;
          const result = await post(request);
          current = undefined;
          inFlight -= 1;
          if (attempt === attempts && result !== ended) noteEnd(key, result);
          return result;
        },
        async close() {
          if (current !== undefined && current.signal?.aborted !== true)
            breaches.push(`connection ${number} closed under its request`);
          if (!isClosed) openConnections -= 1;
          isClosed = true;
        },
      };
    },
    noteAnnounced(entry) {
      attempts.announced = entry.key;
      attempts.isExcused = false;
    },
    noteTrouble(entry) {
      if (attempts.announced === entry.key) attempts.isExcused = true;
    },
    noteReset() {
      attempts.notBeforeMs = 0;
    },
    noteBegin(drains) {
      attempts = noAttempts(drains);
    },
  };
}

function noAttempts(drains: boolean): Attempts {
  return {
    failures: 0,
    notBeforeMs: 0,
    backlogNotBeforeMs: 0,
    highestKey: '',
    announced: undefined,
    isExcused: false,
    drains,
    tried: new Set(),
  };
}

/** docs/specs/0001-delivery.md, for the least of draws; rounding may take a millisecond. */
function leastWaitMs(result: PostResult, failures: number): number {
  const status = result.kind === 'answer' ? result.status : 0;
  const isSlow = (status >= 300 && status < 400) || [401, 403, 404, 407].includes(status);
  const doubled = 2 ** (failures - 1);
  const ownMs = isSlow
    ? Math.min(900_000, 60_000 * doubled) / 2
    : Math.min(300_000, 1000 * doubled) * leastDraw;
  const wish = result.kind === 'answer' ? (result.retryAfter ?? '') : '';
  const wishMs = /^\d+$/.test(wish) ? Math.min(Number(wish) * 1000, 3_600_000) : 0;
  return Math.max(ownMs, wishMs) - 1;
}
