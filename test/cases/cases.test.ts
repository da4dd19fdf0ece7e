import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { toJson } from '../../src/base/json.ts';
import { isSent } from '../../src/collectors/index.ts';
import { statsSchema } from '../../src/wire/stats.ts';
import { listCases, runCase } from '../support/captured-case.ts';

const isUpdate = (process.env['UPDATE_CASES'] ?? '') !== '';
const cases = listCases();

test.each(cases)('$part of $name: $why', async (captured) => {
  const outcomes = await runCase(captured);
  const collected = outcomes.map((outcome) => outcome.collected);
  const path = join(captured.folder, 'expected.json');
  // As text, because JSON.parse would lose digits of a number beyond 2^53.
  const text = `${toJson(collected, 2)}\n`;
  if (isUpdate) writeFileSync(path, text);
  expect(text).toBe(readFileSync(path, 'utf8'));

  if (!isSent(captured.part)) return;
  const schema = statsSchema.shape[captured.part];
  for (const { sent } of outcomes) {
    if (sent !== undefined) expect(schema.parse(sent)).toEqual(sent);
  }
});

test('there are at least forty captured systems, each with one line that says why', () => {
  expect(cases.length).toBeGreaterThanOrEqual(40);
  expect(cases.filter((one) => one.why === '' || one.why.includes('\n'))).toEqual([]);
});
