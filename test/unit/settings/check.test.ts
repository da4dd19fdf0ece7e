import { describe, expect, test } from '@jest/globals';
import { checkSettings } from '../../../src/settings/check.ts';

test('each key is judged by itself: what is good stays, the others are told one by one', () => {
  const { settings, problems, unknown } = checkSettings({
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
      key: 'headers',
      reason:
        'headers = {"Content-Type":"[hidden]"}: must not be a header that System Monitor sets itself',
      hint: 'For example: headers = {"X-Tenant": "north"}',
    },
  ]);
  expect(unknown).toEqual([
    {
      key: 'version',
      reason: 'version: there is no such setting',
      hint: expect.stringMatching('config list'),
    },
  ]);
});

test.each(['__proto__', 'constructor', 'toString'])('%s is no setting', (key) => {
  const values: Record<string, unknown> = JSON.parse(`{"${key}": "x"}`);
  expect(checkSettings(values).unknown.map((problem) => problem.key)).toEqual([key]);
});

describe('a system id', () => {
  test.each([
    ...['WIN-1', 'LINUX-1', 'web server 1', 'büro-3', ' ', '.', '..', 'a/b?c#d%e', '"\\\'<b>'],
    ...['e\u0301', '🦊'.repeat(200), 'Linux-0123456789abcdef0123456789abcdef', '-x'],
  ])('%j is one, and stays as it was given', (id) => {
    expect(checkSettings({ system_id: id }).settings).toEqual({ system_id: id });
  });

  test.each([
    '',
    'a\nb',
    '\u0000',
    'a\u200bb',
    '\u202e',
    '\u2028',
    '\ud83e',
    'x'.repeat(201),
    7,
    null,
  ])('%j is none', (id) => {
    expect(checkSettings({ system_id: id }).problems).toHaveLength(1);
  });
});
