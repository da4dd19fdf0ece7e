/** A zod schema for a row of the table: what a value must be, in words that a person understands. */
import { z } from 'zod';
import { plural } from '../base/units.ts';
import { parseServerUrl } from './server-url.ts';
import type { NumberRow, SettingRow, UrlRow } from './setting-row.ts';

const pathLengthMax = 4096;
const patternLengthMax = 256;
const headerLengthMax = 8192;

/** Ours are not to be replaced: the contract stands on them. */
const ownHeaders = new Set([
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  // undici refuses a request that has it, and the next two.
  'expect',
  'host',
  'idempotency-key',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
]);

/** RFC 9110, section 5.6.2: a token. */
const headerName = z
  .string()
  .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'must be the name of a header')
  .refine(
    (name) => !ownHeaders.has(name.toLowerCase()),
    'must not be a header that System Monitor sets itself',
  );
/** RFC 9110, section 5.5: no control characters, or a header could carry another one. */
const headerValue = z
  .string('must be text')
  .max(headerLengthMax, `must have at most ${headerLengthMax} characters`)
  .regex(/^[\t\x20-\x7e\x80-\xff]*$/, 'must not contain control characters');

/** Each issue's message says what the value must be. */
export function schemaOf(row: SettingRow): z.ZodType {
  switch (row.kind) {
    case 'text':
      return z.string(mustBe('text')).regex(row.pattern, `must be ${row.form}`);
    case 'path':
      return z
        .string(mustBe(`the path of a ${row.names}`))
        .max(pathLengthMax, `must be a path of at most ${pathLengthMax} characters`);
    case 'url':
      return urlSchema(row);
    case 'integer':
    case 'number':
      return numberSchema(row);
    case 'boolean':
      return z.boolean(mustBe('true or false'));
    case 'choice':
      return z.enum(
        Object.keys(row.choices),
        `must be one of ${Object.keys(row.choices).join(', ')}`,
      );
    case 'patterns': {
      const message = `must be patterns of 1 to ${patternLengthMax} characters`;
      const pattern = z.string(message).min(1, message).max(patternLengthMax, message);
      return z.array(pattern, mustBe('a list of patterns'));
    }
    case 'headers':
      return z.record(headerName, headerValue, mustBe('an object of names and values'));
  }
}

function urlSchema(row: UrlRow): z.ZodType {
  const words = row.words.filter((word) => word !== '').map((word) => `, or ${word}`);
  const expected = `an http:// or https:// address${words.join('')}`;
  return z
    .string(mustBe(expected))
    .refine(
      (text) => row.words.includes(text) || parseServerUrl(text) !== undefined,
      `must be ${expected}`,
    );
}

function numberSchema(row: NumberRow): z.ZodType {
  const { kind, min, max, unit } = row;
  const expected = `a ${kind === 'integer' ? 'whole number' : 'number'} of ${unit[1]}`;
  const amount = (value: number): string => plural(value, ...unit);
  return z
    .number(mustBe(expected))
    .refine((value) => kind === 'number' || Number.isInteger(value), `must be ${expected}`)
    .min(min, `must be at least ${amount(min)}`)
    .max(max, `must be at most ${amount(max)}`);
}

/** For a value of another type. */
function mustBe(expected: string): {
  readonly error: (issue: { readonly input?: unknown }) => string;
} {
  return { error: ({ input }) => `must be ${expected}, not ${typeInWords(input)}` };
}

function typeInWords(value: unknown): string {
  if (typeof value === 'string') return 'text';
  if (typeof value === 'number' && Number.isFinite(value)) return 'a number';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
