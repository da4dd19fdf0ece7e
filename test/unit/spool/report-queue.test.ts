import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createReportQueue } from '../../../src/spool/report-queue.ts';

test('whatever is added and removed, it stays sorted and counts right', () => {
  const step = fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 30 }), fc.nat(100));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const queue = createReportQueue();
      const model = new Map<string, number>();
      for (const [adds, number, sizeBytes] of steps) {
        const key = `${String(number).padStart(3, '0')}`;
        if (adds) {
          queue.add({ key, epoch: number, sizeBytes, durable: true });
          model.set(key, sizeBytes);
        } else {
          expect(queue.remove(key)).toBe(model.delete(key));
        }
      }
      const keys = [...model.keys()].sort();
      expect(queue.snapshot().map((entry) => entry.key)).toEqual(keys);
      expect(queue.size).toBe(keys.length);
      expect(queue.bytes).toBe([...model.values()].reduce((a, b) => a + b, 0));
      expect(queue.oldest()?.key).toBe(keys[0]);
      expect(queue.newest()?.key).toBe(keys.at(-1));
    }),
  );
});
