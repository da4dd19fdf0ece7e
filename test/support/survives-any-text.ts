/** Feeds a parser of text everything that no kernel wrote. */
import fc from 'fast-check';
import { MonitorError } from '../../src/base/errors.ts';

/** A parser may refuse with MALFORMED; otherwise every number in its answer must be one. */
export function survives(parse: (text: string) => unknown, text: string): void {
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    if (error instanceof MonitorError && error.code === 'MALFORMED') return;
    throw error;
  }
  const wrong = findNonNumber(value, 'answer');
  if (wrong !== undefined) throw new Error(`${wrong} for ${JSON.stringify(text.slice(0, 200))}`);
}

function findNonNumber(value: unknown, path: string): string | undefined {
  if (typeof value === 'number') {
    return Number.isFinite(value) && value >= 0 ? undefined : `${path} is ${value}`;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const entries =
    value instanceof Map || Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  for (const [key, inner] of entries) {
    const wrong = findNonNumber(inner, `${path}.${String(key)}`);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

/**
 * Arbitrary text and bytes; every truncation of a real file; the file with characters replaced,
 * lines doubled, swapped and left out, numbers made negative, huge, fractional or no number; and
 * the file repeated until it is enormous.
 */
export function survivesAnyText(parse: (text: string) => unknown, real: string): void {
  for (let length = 0; length <= Math.min(real.length, 3000); length += 1) {
    survives(parse, real.slice(0, length));
  }
  survives(parse, real.repeat(Math.ceil(4_000_000 / Math.max(1, real.length))));
  survives(parse, '9'.repeat(1_000_000));
  survives(parse, `${real.split('\n')[0] ?? ''}${' 1'.repeat(500_000)}`);

  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 500 }), (text) => survives(parse, text)),
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) =>
      survives(parse, Buffer.from(bytes).toString('utf8')),
    ),
  );
  fc.assert(
    fc.property(damages, (damage) => survives(parse, applyDamage(real, damage))),
    { numRuns: 500 },
  );
}

const oddNumbers = [
  '-1',
  '1e400',
  '0x10',
  '18446744073709551616',
  '99999999999999999999999999',
  '1.5',
  'NaN',
  'Infinity',
  '',
  '-',
  '--5',
  '१२',
  '00',
  '+7',
];

const damages = fc.array(
  fc.record({
    kind: fc.constantFrom('character', 'number', 'drop line', 'double line', 'swap lines', 'cut'),
    at: fc.nat(),
    character: fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
    number: fc.constantFrom(...oddNumbers),
  }),
  { minLength: 1, maxLength: 8 },
);

function applyDamage(
  real: string,
  damage: typeof damages extends fc.Arbitrary<infer D> ? D : never,
): string {
  let text = real;
  for (const { kind, at, character, number } of damage) {
    const position = at % (text.length + 1);
    const lines = text.split('\n');
    const line = at % lines.length;
    switch (kind) {
      case 'character':
        text = text.slice(0, position) + character + text.slice(position + 1);
        break;
      case 'number':
        text = replaceNumber(text, at, number);
        break;
      case 'drop line':
        text = lines.toSpliced(line, 1).join('\n');
        break;
      case 'double line':
        text = lines.toSpliced(line, 0, lines[line] ?? '').join('\n');
        break;
      case 'swap lines':
        text = lines
          .toSpliced(line, 1)
          .concat(lines[line] ?? '')
          .join('\n');
        break;
      case 'cut':
        text = text.slice(0, position);
        break;
    }
  }
  return text;
}

function replaceNumber(text: string, at: number, replacement: string): string {
  const numbers = [...text.matchAll(/\d+/g)];
  const chosen = numbers[at % Math.max(1, numbers.length)];
  if (chosen === undefined) return text;
  return text.slice(0, chosen.index) + replacement + text.slice(chosen.index + chosen[0].length);
}
