import { expect, test } from '@jest/globals';
import { createQuietLog } from '../../../server-example/quiet-log.ts';

test('a line that repeats is said once a minute, with the number of those left out', () => {
  const lines: string[] = [];
  let seconds = 1000;
  const log = createQuietLog({ log: (line) => lines.push(line), now: () => seconds });
  for (let at = 0; at < 50; at += 1) log('disk full');
  log('other');
  seconds += 59;
  log('disk full');
  expect(lines).toEqual(['disk full', 'other']);
  seconds += 1;
  log('disk full');
  seconds += 60;
  log('disk full');
  expect(lines.slice(2)).toEqual(['disk full (and 50 more times)', 'disk full']);
});
