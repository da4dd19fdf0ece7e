import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { buildInfo, codeCacheState } from '../../../src/base/build-info.ts';

test('run from its source, the program names its version and claims neither commit nor target', () => {
  const { version } = JSON.parse(
    readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'),
  ) as { version: string };
  expect(buildInfo()).toEqual({ version, commit: 'source', target: 'source' });
  expect(codeCacheState()).toBe('absent');
});
