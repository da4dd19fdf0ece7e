import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { boundKeys, boundName, createNameBound } from '../../../src/collectors/name-bound.ts';
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
  const names = createNameBound({ remarks }, 'processes');
  names.bound('short');
  names.bound('x'.repeat(256));
  names.bound('y'.repeat(300));
  names.tell();
  expect(remarks.current()).toMatchObject([
    { kind: 'names.cut', subject: 'processes', reason: '2 longer than 255 bytes' },
  ]);
  const next = createNameBound({ remarks }, 'processes');
  next.bound('x'.repeat(255));
  next.tell();
  expect(remarks.current()).toEqual([]);
});

test('what was cut is named to whoever marks it, and what was only mended is not', () => {
  const cutNames = new Set<string>();
  const names = createNameBound({ ...collectorContext(), cutNames }, 'disks');
  names.bound(`${'x'.repeat(300)}`);
  names.bound('half a letter \ud800');
  names.boundKeys(['short', 'y'.repeat(300)]);
  expect([...cutNames]).toEqual(['x'.repeat(255), 'y'.repeat(255)]);
});

test('keys with a common start of 255 bytes stay different, and those that fit stay as they are', () => {
  const long = 'd'.repeat(255);
  expect(boundKeys([`${long}1`, long, `${long}2`, 'short', `${long}3`])).toEqual([
    `${'d'.repeat(253)}~2`,
    long,
    `${'d'.repeat(253)}~3`,
    'short',
    `${'d'.repeat(253)}~4`,
  ]);
});

test('whatever the keys: as many, all different, and each within the bound', () => {
  const unit = fc.constantFrom('a', 'é', '𝒳', '~', '2');
  const keys = fc.uniqueArray(fc.string({ unit, maxLength: 12 }), { maxLength: 200 });
  fc.assert(
    fc.property(keys, fc.integer({ min: 8, max: 20 }), (given, bytesMax) => {
      const sent = boundKeys(given, bytesMax);
      expect(sent).toHaveLength(given.length);
      expect(new Set(sent).size).toBe(given.length);
      for (const [index, key] of sent.entries()) {
        expect(Buffer.byteLength(key)).toBeLessThanOrEqual(bytesMax);
        if (Buffer.byteLength(given[index] ?? '') <= bytesMax) expect(key).toBe(given[index]);
      }
    }),
  );
});

test('thousands of keys that the bound makes one are told apart at once', () => {
  const keys = Array.from({ length: 20_000 }, (_, n) => `${'d'.repeat(300)}${n}`);
  const startedMs = performance.now();
  expect(new Set(boundKeys(keys)).size).toBe(keys.length);
  expect(performance.now() - startedMs).toBeLessThan(2000);
});
