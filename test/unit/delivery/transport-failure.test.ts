import { expect, test } from '@jest/globals';
import { failureOf, TransportEnd } from '../../../src/delivery/transport-failure.ts';

test('of a name with several addresses it is told what became of each', () => {
  const refusals = ['::1', '127.0.0.1'].map((address) =>
    Object.assign(new Error(`connect ECONNREFUSED ${address}:1`), { code: 'ECONNREFUSED' }),
  );
  // As node:net makes it: an empty text, and the code of the first.
  const error = Object.assign(new AggregateError(refusals), { code: 'ECONNREFUSED' });
  expect(failureOf(error)).toEqual({
    kind: 'failure',
    code: 'ECONNREFUSED',
    reason: 'connect ECONNREFUSED ::1:1; connect ECONNREFUSED 127.0.0.1:1',
    connected: false,
  });
});

test('what has no text is told by its code', () => {
  const error = Object.assign(new Error(''), { code: 'EPIPE' });
  expect(failureOf(error)).toMatchObject({ code: 'EPIPE', reason: 'EPIPE', connected: true });
});

test.each([
  ['REQUEST_TIMEOUT', true],
  ['UND_ERR_HEADERS_TIMEOUT', true],
  ['ABORTED', true],
  ['ECONNRESET', true],
  ['UND_ERR_CONNECT_TIMEOUT', false],
  ['CERT_HAS_EXPIRED', false],
])('%s: whether the report may have left this machine is %s', (code, connected) => {
  expect(failureOf(new TransportEnd(code, 'why'))).toMatchObject({ code, connected });
});
