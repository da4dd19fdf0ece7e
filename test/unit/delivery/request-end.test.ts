import { expect, test } from '@jest/globals';
import { createRequestEnd } from '../../../src/delivery/request-end.ts';
import type { TransportEnd } from '../../../src/delivery/transport-failure.ts';
import { systemClock } from '../../support/clocks.ts';

function begin(timeoutMs: number, signal?: AbortSignal) {
  const reasons: TransportEnd[] = [];
  const end = createRequestEnd({ timeoutMs, signal, onEnd: (reason) => reasons.push(reason) });
  return { end, reasons };
}

test('a request ends at its deadline, with a reason for whoever holds the connection', async () => {
  const { end, reasons } = begin(20);
  await systemClock.sleep(60);
  expect(end.signal.reason).toMatchObject({ code: 'REQUEST_TIMEOUT' });
  expect(reasons).toEqual([end.signal.reason]);
});

test('a caller that wants no more of it is heard at once, and also one that never did', () => {
  const controller = new AbortController();
  const later = begin(60_000, controller.signal);
  controller.abort();
  const never = begin(60_000, AbortSignal.abort());
  for (const { end, reasons } of [later, never]) {
    end.release();
    expect(end.signal.reason).toMatchObject({ code: 'ABORTED' });
    expect(reasons).toHaveLength(1);
  }
});

test('after its release neither the deadline nor the caller reaches a request', async () => {
  const controller = new AbortController();
  const { end, reasons } = begin(20, controller.signal);
  end.release();
  controller.abort();
  await systemClock.sleep(60);
  expect(end.signal.aborted).toBe(false);
  expect(reasons).toEqual([]);
});
