/**
 * The promise of docs/specs/0001-delivery.md, on a disk that forgets whatever was not synced: the power
 * goes before every single call of a story, and the next start must find what was promised by then.
 */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Step, tellSpoolStory } from '../support/spool-on-crash-disk.ts';

test('whatever moment the power goes at, no promise of the spool is broken', () => {
  const story: readonly Step[] = [
    { do: 'append', bytes: 10 },
    { do: 'append', bytes: 0 },
    { do: 'append', bytes: 20 },
    { do: 'reject', at: 0 },
    // A report that is written after it makes the folder durable that the rejected one has left.
    { do: 'append', bytes: 5 },
    { do: 'corrupt', at: 0 },
    { do: 'read' },
    { do: 'append', bytes: 5 },
    { do: 'retry', at: 0 },
    { do: 'maintain' },
    { do: 'acknowledge', at: 1 },
    { do: 'unlink' },
    { do: 'reject', at: 0 },
    { do: 'drop' },
    { do: 'foreign' },
    { do: 'kill' },
    { do: 'append', bytes: 5 },
    { do: 'stop' },
  ];
  tellSpoolStory(story, { remainders: 64 });
});

const at = fc.nat({ max: 7 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('append'), bytes: fc.nat({ max: 60 }) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom('acknowledge', 'reject', 'retry', 'corrupt', 'cut'),
      at,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom(
        ...(['read', 'maintain', 'unlink', 'stop', 'kill', 'drop', 'foreign'] as const),
        ...(['fill', 'free'] as const),
      ),
    }),
  },
);

test('nor does any other order of events break one, with full disks and further cuts in it', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 3, maxLength: 12 }), (story) => {
      tellSpoolStory(story, { remainders: 8 });
    }),
    { numRuns: 40 },
  );
  expect.assertions(0);
});

test('nor where the limits make it drop reports', () => {
  const limits = { maxBytes: 600, maxAsideBytes: 400, maxMemoryReports: 2 };
  fc.assert(
    fc.property(fc.array(step, { minLength: 6, maxLength: 16 }), (story) => {
      tellSpoolStory(story, { remainders: 4, limits });
    }),
    { numRuns: 20 },
  );
  expect.assertions(0);
});
