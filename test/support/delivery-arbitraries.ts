/** Whatever a server, a disk or a draw may do to a delivery, for fast-check. */
import fc from 'fast-check';
import type { PostAnswer, PostResult } from '../../src/delivery/transport.ts';
import type { SpoolEntry } from '../../src/spool/spool.ts';

export function answerOf(status: number, fields: Partial<PostAnswer> = {}): PostAnswer {
  return {
    kind: 'answer',
    status,
    retryAfter: undefined,
    date: undefined,
    location: undefined,
    notice: undefined,
    body: '',
    ...fields,
  };
}

/** The table of docs/specs/0001-delivery.md, written down once more and without the code's help. */
export function verdictOf(result: PostResult): 'accepted' | 'rejected' | 'server' | 'report' {
  if (result.kind === 'failure') return result.connected ? 'report' : 'server';
  const { status } = result;
  if (status === 200) return 'accepted';
  if (status >= 500) return [502, 503, 504].includes(status) ? 'server' : 'report';
  const waits = [401, 403, 404, 407, 408, 425, 429];
  return (status >= 300 && status < 400) || waits.includes(status) ? 'server' : 'rejected';
}

const failures: fc.Arbitrary<PostResult> = fc
  .constantFrom(
    { code: 'ECONNREFUSED', connected: false },
    { code: 'ENOTFOUND', connected: false },
    { code: 'CERT_HAS_EXPIRED', connected: false },
    { code: 'ECONNRESET', connected: true },
    { code: 'REQUEST_TIMEOUT', connected: true },
  )
  .map((failure) => ({ kind: 'failure', reason: failure.code, ...failure }));

const retryAfters = fc.constantFrom(undefined, '0', '7', '600', '999999', 'soon', '-1');

const refusals: fc.Arbitrary<PostResult> = fc
  .record({
    status: fc.constantFrom(204, 302, 400, 401, 403, 404, 409, 422, 429, 500, 501, 502, 503, 504),
    retryAfter: retryAfters,
  })
  .map(({ status, retryAfter }) => answerOf(status, { retryAfter }));

/** Good and bad in equal parts, now and then with the notice of another machine. */
export const anyResult: fc.Arbitrary<PostResult> = fc.oneof(
  { weight: 3, arbitrary: fc.constant(answerOf(200)) },
  { weight: 1, arbitrary: fc.constant(answerOf(200, { notice: 'other-machine' })) },
  { weight: 2, arbitrary: refusals },
  { weight: 2, arbitrary: failures },
);

/**
 * Draws of full jitter. Zero for ever would be no chance but a broken generator, and no bound of
 * attempts holds for it.
 */
export const leastDraw = 1 / 16;
export const anyDraw = fc.double({ min: leastDraw, max: 1, maxExcluded: true, noNaN: true });

/** Few of them, so that the same come again. */
export const anyEntry: fc.Arbitrary<SpoolEntry> = fc.integer({ min: 0, max: 5 }).map(entryOf);

export function entryOf(number: number): SpoolEntry {
  const epoch = 1_800_000_000 + number;
  const key = `${String(epoch).padStart(12, '0')}-${'0'.repeat(16)}`;
  return { key, epoch, sizeBytes: 100, durable: true };
}
