import { expect, test } from '@jest/globals';
import { runWords } from '../../support/run-cli.ts';

test('the published schema says of every value what it is; counters have no bound that JSON lacks', async () => {
  const { stdout } = await runWords(['schema']);
  const schema: unknown = JSON.parse(stdout);
  expect(emptyIn(schema, 'schema')).toEqual([]);
  expect(stdout).toContain('"bytes_sent": {');
  expect(JSON.stringify(schema)).toContain('"bytes_sent":{"type":"integer","minimum":0}');
});

/** Where the schema allows anything at all. */
function emptyIn(value: unknown, path: string): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return Array.isArray(value) ? value.flatMap((one, at) => emptyIn(one, `${path}.${at}`)) : [];
  }
  const entries = Object.entries(value);
  if (entries.length === 0) return [path];
  return entries.flatMap(([key, inner]) => emptyIn(inner, `${path}.${key}`));
}
