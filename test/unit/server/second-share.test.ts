import { expect, test } from '@jest/globals';
import { copiesBytesOfSenderMax, copiesOfSenderMax } from '../../../server-example/limits.ts';
import { createSecondShares } from '../../../server-example/second-share.ts';
import { copiesMax } from '../../../server-example/store.ts';

const report = { sender: 'stranger', systemId: 'a', epoch: 5, bytes: 1000 };

test('a sender who had his share of a second stands beside nobody any more, and others still do', () => {
  const shares = createSecondShares();
  for (let at = 1; at < copiesOfSenderMax; at += 1) {
    const place = shares.take(report);
    expect(place?.copiesMax).toBe(copiesMax);
    place?.settle(true);
  }
  expect(shares.take(report)?.copiesMax).toBe(1);
  expect(shares.take({ ...report, sender: 'machine' })?.copiesMax).toBe(copiesMax);
  expect(shares.take({ ...report, epoch: 6 })?.copiesMax).toBe(copiesMax);
});

test('what did not come to stand beside others does not count', () => {
  const shares = createSecondShares();
  for (let at = 0; at < 3 * copiesOfSenderMax; at += 1) shares.take(report)?.settle(false);
  expect(shares.take(report)?.copiesMax).toBe(copiesMax);
});

test('while it cannot be told, one is to come again', () => {
  const shares = createSecondShares();
  const places = Array.from({ length: copiesOfSenderMax - 1 }, () => shares.take(report));
  expect(shares.take(report)).toBeUndefined();
  for (const place of places) place?.settle(false);
  expect(shares.take(report)?.copiesMax).toBe(copiesMax);
});

test('few large reports are a share too', () => {
  const shares = createSecondShares();
  const large = { ...report, bytes: copiesBytesOfSenderMax / 2 };
  shares.take(large)?.settle(true);
  shares.take(large)?.settle(true);
  expect(shares.take(large)?.copiesMax).toBe(1);
});
