import { expect, test } from '@jest/globals';
import { MonitorError } from '../../../src/base/errors.ts';
import { asRoot, butOlderRuns } from '../../../src/service/ask.ts';

test('who is not root is told the command that this system has for it', () => {
  const on = (...paths: readonly string[]) => asRoot('do it', (path) => paths.includes(path));
  expect(on('/usr/bin/sudo', '/usr/bin/doas')).toBe('sudo do it');
  expect(on('/usr/local/bin/doas')).toBe('doas do it');
  expect(on('/usr/bin/run0')).toBe('run0 do it');
  expect(on()).toBe('sudo do it');
});

test('after an upgrade that failed, what runs is said before what helps', () => {
  const cause = new MonitorError({
    ...{ code: 'UNAVAILABLE', operation: 'install', reason: 'it ended', hint: 'See the log.' },
  });
  expect(butOlderRuns(cause, true)).toMatchObject({
    ...{ code: 'UNAVAILABLE', operation: 'install', reason: 'it ended' },
    hint: 'The older version was put back, and runs again. See the log.',
  });
  expect(butOlderRuns(cause, false)).toMatchObject({
    hint: 'The older version was put back, but does not run either. See the log.',
  });
  const bug = new TypeError('a bug');
  expect(butOlderRuns(bug, true)).toBe(bug);
});
