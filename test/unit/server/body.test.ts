import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { expect, test } from '@jest/globals';
import { createBodyReader } from '../../../server-example/body.ts';

/** A request whose body the test sends piece by piece. */
function arriving(): IncomingMessage {
  return new IncomingMessage(new Socket());
}

function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

test('bodies on their way share a bound, and make room when they have arrived or broken off', async () => {
  const bodies = createBodyReader({ arrivingBytesMax: 100 });
  const [slow, broken] = [arriving(), arriving()];
  const slowText = bodies.readText(slow, 80, 'slow');
  const brokenText = bodies.readText(broken, 80, 'broken');
  slow.push('a'.repeat(60));
  broken.push('b'.repeat(30));
  await settle();

  const refused = arriving();
  const refusedText = bodies.readText(refused, 80, 'refused');
  refused.push('c'.repeat(30));
  await expect(refusedText).rejects.toMatchObject({
    status: 503,
    headers: { 'retry-after': '10' },
  });

  broken.destroy();
  await expect(brokenText).rejects.toMatchObject({ status: 400 });
  const next = arriving();
  const nextText = bodies.readText(next, 80, 'next');
  next.push('d'.repeat(30));
  next.push(null);
  expect(await nextText).toBe('d'.repeat(30));

  slow.push(null);
  expect(await slowText).toBe('a'.repeat(60));
  const last = arriving();
  const lastText = bodies.readText(last, 80, 'last');
  last.push('e'.repeat(80));
  last.push(null);
  expect(await lastText).toBe('e'.repeat(80));
});

test('a slow sender may hold his share and no more, and others have theirs', async () => {
  const bodies = createBodyReader({ arrivingBytesMax: 100, arrivingBytesOfSenderMax: 50 });
  const [slow, more, other] = [arriving(), arriving(), arriving()];
  const slowText = bodies.readText(slow, 80, 'slow');
  slow.push('a'.repeat(40));
  await settle();
  const moreText = bodies.readText(more, 80, 'slow');
  more.push('b'.repeat(20));
  await expect(moreText).rejects.toMatchObject({ status: 503 });
  const otherText = bodies.readText(other, 80, 'other');
  other.push('c'.repeat(40));
  other.push(null);
  expect(await otherText).toBe('c'.repeat(40));
  slow.push(null);
  expect(await slowText).toBe('a'.repeat(40));
});
