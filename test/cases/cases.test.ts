import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { statsSchema } from '../../src/wire/stats.ts';
import { listCases, runCase } from '../support/captured-case.ts';

const isUpdate = (process.env['UPDATE_CASES'] ?? '') !== '';
const cases = listCases();

test.each(cases)('$part of $name: $why', async (captured) => {
  const outcomes = await runCase(captured);
  const path = join(captured.folder, 'expected.json');
  if (isUpdate) writeFileSync(path, `${JSON.stringify(outcomes, null, 2)}\n`);
  expect(outcomes).toEqual(JSON.parse(readFileSync(path, 'utf8')));

  const schema = statsSchema.shape[captured.part];
  for (const outcome of outcomes) {
    if (!isFailure(outcome)) expect(schema.parse(outcome)).toEqual(outcome);
  }
});

test('there are at least forty captured systems, each with one line that says why', () => {
  expect(cases.length).toBeGreaterThanOrEqual(40);
  expect(cases.filter((one) => one.why === '' || one.why.includes('\n'))).toEqual([]);
});

function isFailure(outcome: unknown): boolean {
  return typeof outcome === 'object' && outcome !== null && 'error' in outcome;
}
