/** What is read of texts that are nearly JSON, and where they begin not to be JSON. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readTolerantly } from '../../../src/config/tolerant-json.ts';

function read(text: string) {
  const { values, ...rest } = readTolerantly(text);
  return { ...rest, values: Object.fromEntries(values) };
}

const whole = { unreadable: [], isCut: false };

test('JSON is read as JSON.parse reads it, without a fault', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.string({ minLength: 1 }), fc.jsonValue({ maxDepth: 5 })),
      fc.constantFrom(undefined, 1, '\t'),
      (value, indent) => {
        // -0 is 0 in JSON.
        const text = JSON.stringify(value, undefined, indent);
        const plain: unknown = JSON.parse(text);
        expect(read(` \n${text}\n`)).toEqual({ ...whole, faultAt: undefined, values: plain });
      },
    ),
    { numRuns: 300 },
  );
});

/** Each is read as {"a":1,"b":2}, and ends to be JSON at the character under the mark. */
test.each([
  ['braces that are missing', '"a":1,"b":2 ', '^', true],
  ['an equals sign', '{"a"=1,"b":2}', '    ^', false],
  ['an equals sign after a blank', '{"a" =1,"b":2}', '     ^', false],
  ['a comma before the first', '{,"a":1,"b":2}', ' ^', false],
  ['two commas between', '{"a":1,,"b":2}', '       ^', false],
  ['two commas with a line between', '{"a":1,\n,"b":2}', '        ^', false],
  ['a comma after the last', '{"a":1,"b":2,}', '             ^', false],
  ['no comma between', '{"a":1 "b":2}', '       ^', false],
  ['a bare key', '{a:1,"b":2}', ' ^', false],
  ['a second bare key', '{"a":1,b:2}', '       ^', false],
  ['single quotes', `{'a':1,"b":2}`, ' ^', false],
  ['a comment at the top', '# x\n{"a":1,"b":2}', '^', false],
  ['a comment between key and colon', '{"a"/*x*/:1,"b":2}', '    ^', false],
  ['a comment after the colon', '{"a"://x\n1,"b":2}', '     ^', false],
  ['a comment at the end', '{"a":1,"b":2} // x', '              ^', false],
  ['something after the end', '{"a":1,"b":2}}', '             ^', false],
  ['a key that is none', '{"a":1,%,"b":2}', '       ^', false],
  ['a key that is none, of several words', '{"a":1,%x y:3,"b":2}', '       ^', false],
  ['a brace that is no key', '{"a":1,{,"b":2}', '       ^', false],
])('%s', (_, text, mark, isCut) => {
  expect(read(text)).toEqual({
    ...{ values: { a: 1, b: 2 }, unreadable: [], isCut },
    faultAt: mark.indexOf('^'),
  });
});

/** The key `a` is told as unreadable, and what follows is read. */
test.each([
  ['a word', '{"a":abc,"b":2}', '     ^'],
  ['a number with something after it', '{"a":1x,"b":2}', '     ^'],
  ['no value', '{"a":,"b":2}', '     ^'],
  ['no colon', '{"a" 1,"b":2}', '     ^'],
  ['no colon, over the end of a line', '{"a"\n"b":2}', '     ^'],
  ['a text without its end', '{"a":"x\n"b":2}', '       ^'],
  ['a list with a word', '{"a":[1,x],"b":2}', '        ^'],
  ['a list that has no end', '{"a":[1}', '       ^'],
])('a value that cannot be read: %s', (what, text, mark) => {
  const { unreadable, values, faultAt } = read(text);
  expect({ what, unreadable, faultAt }).toEqual({
    ...{ what, unreadable: ['a'] },
    faultAt: mark.indexOf('^'),
  });
  expect(values.a).toBeUndefined();
});

describe('texts', () => {
  test.each([
    ['"C:\\Program Files"', 'C:\\Program Files', 8],
    [`"it\\'s"`, "it's", 8],
    [`"it's"`, "it's", undefined],
    ['"a\tb"', 'a\tb', 7],
    ['"a"b"', 'a', 8],
    ['"\\u00e9\\n\\/"', 'é\n/', undefined],
    [`'say "x"'`, 'say "x"', 5],
  ])('%s', (written, value, faultAt) => {
    expect(read(`{"a":${written}}`)).toMatchObject({ values: { a: value }, faultAt });
  });
});

test('a list that lost its end gives the next key back', () => {
  expect(read('{"a":["x","b":2}')).toMatchObject({ values: { b: 2 }, unreadable: ['a'] });
});

test('nesting without an end is refused and takes no more than its text', () => {
  const { unreadable } = read(`{"a":${'['.repeat(100_000)}`);
  expect(unreadable).toEqual(['a']);
});

test('any text ends to be read', () => {
  const piece = fc.constantFrom(
    ...'{}[]":,=#/\\\'\n\t ab1',
    '//',
    '/*',
    '*/',
    '\\u00',
    '"a":',
    '\u0000',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
      const text = pieces.join('');
      const { faultAt } = read(text);
      let isJson = false;
      try {
        const value: unknown = JSON.parse(text);
        isJson = typeof value === 'object' && value !== null && !Array.isArray(value);
      } catch {}
      expect(faultAt === undefined).toBe(isJson);
    }),
    { numRuns: 2000 },
  );
});
