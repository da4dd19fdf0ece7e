import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { boundName, createNameBound } from '../../../src/collectors/name-bound.ts';
import { collectorContext } from '../../support/collector-context.ts';

test('a name of 255 bytes stays, and a longer one ends with a whole character', () => {
  expect(boundName('a'.repeat(255))).toHaveLength(255);
  expect(boundName('a'.repeat(100_000))).toBe('a'.repeat(255));
  expect(boundName(`${'a'.repeat(254)}é`)).toBe('a'.repeat(254));
  expect(boundName(`${'a'.repeat(252)}𝒳𝒳`)).toBe('a'.repeat(252));
  expect(boundName('é'.repeat(128))).toBe('é'.repeat(127));
});

test('a NUL ends a name, and half a letter becomes U+FFFD', () => {
  expect(boundName('name\0--token=secret')).toBe('name');
  expect(boundName('a\ud800b')).toBe('a\ufffdb');
});

test('whatever the text: the start of it, well-formed, without NUL, 255 bytes at most', () => {
  const unit = fc.constantFrom('a', 'é', '€', '𝒳', '\0', '\ud800', '\udc00');
  fc.assert(
    fc.property(
      fc.string({ unit, maxLength: 400 }),
      fc.integer({ min: 0, max: 300 }),
      (text, n) => {
        const whole = `${'x'.repeat(n)}${text}`;
        const name = boundName(whole);
        expect(name.isWellFormed()).toBe(true);
        expect(name).not.toContain('\0');
        expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
        expect(whole.toWellFormed().startsWith(name)).toBe(true);
        // Nothing is lost without need: one more character would be too much, or is a NUL.
        const next = [...whole.toWellFormed().slice(name.length)][0] ?? '';
        const isNeedless = next !== '' && next !== '\0' && Buffer.byteLength(name + next) <= 255;
        expect(isNeedless).toBe(false);
      },
    ),
  );
});

test('health says how many names are cut, and when none is any more', () => {
  const { remarks } = collectorContext();
  const names = createNameBound(remarks, 'processes');
  names.bound('short');
  names.bound('x'.repeat(256));
  names.bound('y'.repeat(300));
  names.endSample();
  expect(remarks.current()).toMatchObject([
    { kind: 'names.cut', subject: 'processes', reason: '2 longer than 255 bytes' },
  ]);
  names.bound('x'.repeat(255));
  names.endSample();
  expect(remarks.current()).toEqual([]);
});
