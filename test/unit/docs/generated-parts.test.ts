import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { expect, test } from '@jest/globals';
import { pages } from '../../../scripts/write-docs.ts';

test.each(pages.map((page) => ({ ...page, name: basename(page.path) })))(
  '$name has its tables as the code has them',
  ({ path, current }) => {
    const page = readFileSync(path, 'utf8');
    expect(page).toBe(current(page));
  },
);
