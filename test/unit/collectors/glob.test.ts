import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import picomatch from 'picomatch';
import { compileGlob } from '../../../src/collectors/glob.ts';

test.each([
  ['a*c', ['ac', 'abc', 'a/\nc'], ['ab', 'abcd', '']],
  ['**', ['', 'a/b'], []],
  ['a?c', ['abc', 'a𝒳c'], ['ac', 'a/c', 'abbc']],
  ['[a-c]x', ['ax', 'cx'], ['dx', 'x']],
  ['[^a]x', ['bx'], ['ax', '/x']],
  ['[[:digit:]]', ['7'], ['a', '[']],
  ['[abc]', ['a', '[abc]'], ['ab']],
  ['{eth,wlan{0,1}}*', ['eth9', 'wlan1x'], ['wlan2']],
  ['x{a..c}', ['xa', 'xc'], ['xd', 'xa..c']],
  ['+(ab|c)', ['ab', 'cabc'], ['', 'abb']],
  ['*(a)b', ['b', 'aab'], ['a']],
  ['?(a)b', ['b', 'ab'], ['aab']],
  ['@(a|b)', ['a', 'b'], ['ab']],
  ['!a*', ['b'], ['a', 'ab']],
  ['\\*', ['*'], ['a']],
  ['"*"x', ['*x'], ['ax']],
  ['{a', ['{a'], ['a']],
  ['{a}', ['{a}'], ['a']],
  ['a}b)c,d|e', ['a}b)c,d|e'], ['a']],
  ['[z-a]', ['[z-a]'], ['b']],
  ['[', ['['], ['a']],
  ['a\\', ['a\\'], ['a']],
  ['C:\\\\*', ['C:\\x'], ['C:x']],
])('%s', (pattern, matching, others) => {
  const matches = compileGlob(pattern);
  expect(matching.filter((text) => !matches(text))).toEqual([]);
  expect(others.filter(matches)).toEqual([]);
});

test('a hostile name and a hostile pattern are answered at once', () => {
  const started = performance.now();
  const name = `${'javaserver'.repeat(6000)}!`;
  expect(compileGlob('*java*server*prod*')(name)).toBe(false);
  expect(compileGlob(`${'*a'.repeat(200)}*b`)('a'.repeat(2000))).toBe(false);
  expect(compileGlob(`${'+('.repeat(30)}a${')'.repeat(30)}b`)('a'.repeat(2000))).toBe(false);
  expect(compileGlob(`${'{a,'.repeat(5000)}`)('a')).toBe(false);
  expect(compileGlob('('.repeat(5000))('('.repeat(5000))).toBe(true);
  expect(compileGlob(`[${'\\'.repeat(2000)}`)('a')).toBe(false);
  expect(performance.now() - started).toBeLessThan(2000);
});

test('ordinary patterns mean what they mean to picomatch', () => {
  const piece = fc.constantFrom(
    'a',
    'b',
    'ab',
    '-',
    '_',
    '*',
    '?',
    '[ab]',
    '[a-b]',
    '{a,b}',
    '{ab,b*}',
  );
  const name = fc.string({ unit: fc.constantFrom('a', 'b', '-', '_', '0', '\n'), minLength: 1 });
  fc.assert(
    fc.property(fc.array(piece, { minLength: 1, maxLength: 6 }), name, (pieces, text) => {
      const pattern = pieces.join('');
      const theirs = picomatch(pattern, { bash: true, flags: 's', dot: true, windows: false });
      expect(compileGlob(pattern)(text)).toBe(theirs(text));
    }),
    { numRuns: 3000 },
  );
});

test('whatever the pattern and the text, there is an answer, and spelled text is matched', () => {
  const unit = fc.constantFrom(...'ab*?[]{}()|,.!^\\"-:@+\n𝒳');
  fc.assert(
    fc.property(fc.string({ unit }), fc.string({ unit }), (pattern, text) => {
      expect(typeof compileGlob(pattern)(text)).toBe('boolean');
      const spelled = [...text].map((one) => `\\${one}`).join('');
      expect(compileGlob(spelled)(text)).toBe(true);
    }),
  );
});
