import { describe, expect, test } from '@jest/globals';
import { schemaOf } from '../../../src/settings/schema.ts';
import type { SettingRow } from '../../../src/settings/setting-row.ts';
import { settingKeys, settingRow } from '../../../src/settings/setting-table.ts';
import { defaultSettings } from '../../../src/settings/settings.ts';
import { parseSetting } from '../../../src/settings/validate.ts';

describe('each row', () => {
  test.each(settingKeys)('%s takes its own default and its own example', (key) => {
    const row = settingRow(key);
    const fallback = defaultSettings[key];
    expect(fallback).toEqual(row.default);
    if (fallback !== undefined) expect(schemaOf(row).safeParse(fallback).success).toBe(true);
    expect(Object.keys(parseSetting(key, row.example, 'a test'))).toEqual([key]);
  });

  test.each(settingKeys)('%s is explained in whole sentences', (key) => {
    expect(settingRow(key).description).toMatch(/^[A-Z].*\.$/);
  });
});

const common = {
  group: 'Log',
  piece: 'log',
  description: 'A row that is not in the table.',
  example: 'x',
} as const;

const count = { kind: 'integer', min: 1, max: 5, unit: ['apple', 'apples'], default: 2 } as const;
const share = { kind: 'number', min: 0.5, max: 1, unit: ['part', 'parts'], default: 1 } as const;

describe('what a row of each kind refuses, and in which words', () => {
  const rows: readonly (readonly [SettingRow, unknown, string | undefined])[] = [
    [{ ...common, ...count }, 5, undefined],
    [{ ...common, ...count }, 0, 'must be at least 1 apple'],
    [{ ...common, ...count }, 6, 'must be at most 5 apples'],
    [{ ...common, ...count }, 1.5, 'must be a whole number of apples'],
    [{ ...common, ...count }, 1e300, 'must be at most 5 apples'],
    [{ ...common, ...count }, '5', 'must be a whole number of apples, not text'],
    [{ ...common, ...count }, Number.NaN, 'must be a whole number of apples, not NaN'],
    [{ ...common, ...share }, 0.75, undefined],
    [{ ...common, ...share }, 0.25, 'must be at least 0.5 parts'],
    [{ ...common, ...share }, null, 'must be a number of parts, not null'],
    [{ ...common, kind: 'boolean', default: false }, true, undefined],
    [{ ...common, kind: 'boolean', default: false }, 'yes', 'must be true or false, not text'],
    [{ ...common, kind: 'boolean', default: false }, 1, 'must be true or false, not a number'],
    [{ ...common, kind: 'text', pattern: /^a+$/, form: 'some a' }, 'aa', undefined],
    [{ ...common, kind: 'text', pattern: /^a+$/, form: 'some a' }, 'b', 'must be some a'],
    [
      { ...common, kind: 'text', pattern: /^a+$/, form: 'some a' },
      {},
      'must be text, not an object',
    ],
    [{ ...common, kind: 'path', names: 'folder', default: '' }, '', undefined],
    [
      { ...common, kind: 'path', names: 'folder', default: '' },
      [],
      'must be the path of a folder, not a list',
    ],
    [
      { ...common, kind: 'path', names: 'folder', default: '' },
      'x'.repeat(4097),
      'must be a path of at most 4096 characters',
    ],
    [{ ...common, kind: 'url', words: ['off'], secret: true, default: '' }, 'off', undefined],
    [
      { ...common, kind: 'url', words: ['off'], secret: true, default: '' },
      'x',
      'must be an http:// or https:// address, or off',
    ],
    [{ ...common, kind: 'choice', choices: { a: 'one', b: 'two' }, default: 'a' }, 'b', undefined],
    [
      { ...common, kind: 'choice', choices: { a: 'one', b: 'two' }, default: 'a' },
      'c',
      'must be one of a, b',
    ],
    [
      { ...common, kind: 'choice', choices: { a: 'one', b: 'two' }, default: 'a' },
      'toString',
      'must be one of a, b',
    ],
    [{ ...common, kind: 'patterns', default: [] }, ['a', 'b'], undefined],
    [{ ...common, kind: 'patterns', default: [] }, 'a', 'must be a list of patterns, not text'],
    [{ ...common, kind: 'patterns', default: [] }, [3], 'must be patterns of 1 to 256 characters'],
    [{ ...common, kind: 'patterns', default: [] }, [''], 'must be patterns of 1 to 256 characters'],
    [{ ...common, kind: 'headers', secret: true, default: {} }, { 'X-A': 'b' }, undefined],
    [
      { ...common, kind: 'headers', secret: true, default: {} },
      ['a'],
      'must be an object of names and values, not a list',
    ],
    [{ ...common, kind: 'headers', secret: true, default: {} }, { 'X-A': 3 }, 'must be text'],
    [
      { ...common, kind: 'headers', secret: true, default: {} },
      { 'X-A': 'b\r\nX-C: d' },
      'must not contain control characters',
    ],
  ];

  test.each(rows)('%#: %j', (row, value, reason) => {
    const { error } = schemaOf(row).safeParse(value);
    expect(error?.issues[0]?.message).toBe(reason);
  });
});
