import { expect, test } from '@jest/globals';
import { checkSettings } from '../../../src/settings/check.ts';

test('each key is judged by itself: what is good stays, the others are told one by one', () => {
  const { settings, problems } = checkSettings({
    interval: 'abc',
    url: 'http://127.0.0.1:1/',
    version: 3,
    headers: { 'Content-Type': 'x' },
    scope: 'container',
    log_level: undefined,
  });
  expect(settings).toEqual({ url: 'http://127.0.0.1:1/', scope: 'container' });
  expect(problems).toEqual([
    {
      key: 'interval',
      reason: 'interval = "abc": must be a whole number of seconds, not text',
      hint: 'For example: interval = 60',
    },
    {
      key: 'version',
      reason: 'version: there is no such setting',
      hint: expect.stringMatching('config list'),
    },
    {
      key: 'headers',
      reason:
        'headers = {"Content-Type":"[hidden]"}: must not be a header that System Monitor sets itself',
      hint: 'For example: headers = {"X-Tenant": "north"}',
    },
  ]);
});

test.each(['__proto__', 'constructor', 'toString'])('%s is no setting', (key) => {
  const values: Record<string, unknown> = JSON.parse(`{"${key}": "x"}`);
  expect(checkSettings(values).problems.map((problem) => problem.key)).toEqual([key]);
});
