import { expect, test } from '@jest/globals';
import { mutantsOf, mutate } from '../../../scripts/mutate/operators.ts';
import { createProject, textFile } from '../../../scripts/tidy/source.ts';

/** Each mutant as its operator and the source that it leaves. */
function mutants(text: string): string[] {
  const [file] = createProject([textFile('src/a.ts', text)]).sources;
  if (file === undefined) throw new Error('no source');
  return mutantsOf(file).map((mutant) => `${mutant.operator}: ${mutate(text, mutant)}`);
}

test.each([
  ['socket.close();', 'drop-call: ;'],
  ['await file?.sync();', 'drop-call: ;'],
  ['void run();', 'drop-call: ;'],
  ['if (late) x = 1;', 'negate: if (!(late)) x = 1;'],
  ['x = late ? 1 : 2;', 'negate: x = !(late) ? 1 : 2;'],
  ['x = a < b;', 'boundary: x = a <= b;'],
  ['x = a >= b;', 'boundary: x = a > b;'],
  ['x = a === b;', 'equality: x = a !== b;'],
  ['x = a && b;', 'logic: x = a || b;'],
  ['x = a - b;', 'arithmetic: x = a + b;'],
  ['x = true;', 'boolean: x = false;'],
  ['x = { hint: `late` };', "say-nothing: x = { hint: '' };"],
  ["x = { reason: 'full' };", "say-nothing: x = { reason: '' };"],
  ['x = () => { y = 1; };', 'empty-function: x = () => {};'],
  ['try { x = 1; } finally { y = 1; }', 'empty-recovery: try { x = 1; } finally {}'],
  ['try { x = 1; } catch { y = 1; }', 'empty-recovery: try { x = 1; } catch {}'],
])('%s', (text, mutant) => {
  expect(mutants(text)).toEqual([mutant]);
});

test.each([
  'type A = true extends false ? 1 : 2; interface B { hint: "x" }',
  'const x = a + b; const y = { name: `a`, hint };',
  'const f = () => a; function g() { return a; } const h = () => {};',
  'x = 1;',
])('%s stays as it is', (text) => {
  expect(mutants(text)).toEqual([]);
});

test('each mutant of a line is one of its own', () => {
  expect(mutants('if (a && !b) { c(); }')).toEqual([
    'negate: if (!(a && !b)) { c(); }',
    'logic: if (a || !b) { c(); }',
    'drop-call: if (a && !b) { ; }',
  ]);
});
