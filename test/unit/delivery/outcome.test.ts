import { expect, test } from '@jest/globals';
import { classify, parseRetryAfter } from '../../../src/delivery/outcome.ts';
import type { Outcome } from '../../../src/delivery/transport.ts';
import { answerOf } from '../../support/delivery-arbitraries.ts';

const now = { epochMs: Date.parse('2026-11-23T04:00:00Z') };

/** `accepted`, `rejected`, or how it is tried again. */
function kindOf(outcome: Outcome): string {
  if (outcome.kind !== 'retryable') return outcome.kind;
  return `${outcome.slow ? 'slow' : 'soon'} ${outcome.scope}`;
}

test('every status has the outcome of the specification', () => {
  const table: Record<string, number[]> = {
    accepted: [200],
    rejected: [201, 202, 204, 206, 299, 400, 402, 405, 406, 409, 410, 411, 413, 415, 418, 422, 451],
    'slow server': [300, 301, 302, 303, 304, 307, 308, 401, 403, 404, 407],
    'soon server': [408, 425, 429, 502, 503, 504],
    'soon report': [500, 501, 505, 507, 508, 511, 520, 599],
  };
  for (const [kind, statuses] of Object.entries(table)) {
    for (const status of statuses) {
      expect([status, kindOf(classify(answerOf(status), now))]).toEqual([status, kind]);
    }
  }
});

test('only 200 is ever accepted', () => {
  for (let status = 201; status < 600; status += 1) {
    expect([status, classify(answerOf(status), now).kind]).not.toEqual([status, 'accepted']);
  }
});

test('a failure before the connection is the server’s, one after it may be the report’s', () => {
  const failure = { kind: 'failure', code: 'ECONNREFUSED', reason: 'refused' } as const;
  expect(kindOf(classify({ ...failure, connected: false }, now))).toBe('soon server');
  expect(kindOf(classify({ ...failure, connected: true }, now))).toBe('soon report');
});

test('Retry-After is read in both forms and capped at an hour', () => {
  expect(parseRetryAfter('120', now)).toBe(120_000);
  expect(parseRetryAfter(' 0 ', now)).toBe(0);
  expect(parseRetryAfter('86400', now)).toBe(3_600_000);
  expect(parseRetryAfter('9'.repeat(400), now)).toBe(3_600_000);
  expect(parseRetryAfter('Mon, 23 Nov 2026 04:02:00 GMT', now)).toBe(120_000);
  expect(parseRetryAfter('Mon, 23 Nov 2026 03:00:00 GMT', now)).toBe(0);
  expect(parseRetryAfter('Tue, 24 Nov 2037 04:02:00 GMT', now)).toBe(3_600_000);
});

test('a Retry-After that is neither form is ignored', () => {
  for (const value of [undefined, '', 'soon', '-1', '1.5', '12 Nov', 'Infinity', 'NaN']) {
    expect(parseRetryAfter(value, now)).toBeUndefined();
  }
});

test('Retry-After is measured against the server’s own clock where it tells it', () => {
  const outcome = classify(
    answerOf(503, {
      retryAfter: 'Sun, 22 Nov 2026 10:00:30 GMT',
      date: 'Sun, 22 Nov 2026 10:00:00 GMT',
    }),
    now,
  );
  expect(outcome).toMatchObject({ kind: 'retryable', retryAfterMs: 30_000 });
});

test('a reason is one printable line, and a redirect tells where to without its secrets', () => {
  const html = classify(answerOf(500, { body: '<h1>\u001b[31mOops\n\n\u0000</h1>' }), now);
  expect(html).toMatchObject({ reason: 'status 500: <h1> [31mOops </h1>' });
  const long = classify(answerOf(500, { body: 'x'.repeat(70_000) }), now);
  expect(long).toMatchObject({ reason: `status 500: ${'x'.repeat(200)}` });
  const redirect = classify(
    answerOf(301, { location: 'https://me:secret@example.com/in?token=secret#secret' }),
    now,
  );
  expect(redirect).toMatchObject({
    reason:
      'status 301: the server redirects to https://example.com/in; if that is right, set it as the url',
  });
});
