import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { configurationPage, withCurrentSettings } from '../../../scripts/write-docs.ts';

test('docs/configuration.md has the settings as the code has them', () => {
  const page = readFileSync(configurationPage, 'utf8');
  expect(page).toBe(withCurrentSettings(page));
});
