import { expect, test } from '@jest/globals';
import { MonitorError } from '../../../src/base/errors.ts';
import { asRoot, putBack } from '../../../src/service/ask.ts';

test('who is not root is told the command that this system has for it', () => {
  const on = (...paths: readonly string[]) => asRoot('do it', (path) => paths.includes(path));
  expect(on('/usr/bin/sudo', '/usr/bin/doas')).toBe('sudo do it');
  expect(on('/usr/local/bin/doas')).toBe('doas do it');
  expect(on('/usr/bin/run0')).toBe('run0 do it');
  expect(on()).toBe('sudo do it');
});

test('after an upgrade that failed, every step is taken, and what runs is said', async () => {
  const cause = new MonitorError({
    ...{ code: 'UNAVAILABLE', operation: 'install', reason: 'it ended', hint: 'See the log.' },
  });
  const steps: string[] = [];
  const step =
    (name: string, fails = false) =>
    async () => {
      steps.push(name);
      if (fails) throw new Error(`${name} failed`);
    };
  expect(await putBack(cause, step('undo'), step('start'))).toMatchObject({
    ...{ code: 'UNAVAILABLE', operation: 'install', reason: 'it ended' },
    hint: 'The older version was put back, and runs again. See the log.',
  });
  expect(await putBack(cause, step('undo'), step('start', true))).toMatchObject({
    hint: 'The older version was put back, but does not run either. See the log.',
  });
  // What was not put back is not said to be.
  expect(await putBack(cause, step('undo', true), step('start'))).toBe(cause);
  expect(steps).toEqual(['undo', 'start', 'undo', 'start', 'undo', 'start']);
  const bug = new TypeError('a bug');
  expect(await putBack(bug, step('undo'), step('start'))).toBe(bug);
});
