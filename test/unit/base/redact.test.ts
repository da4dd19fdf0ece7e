import { describe, expect, test } from '@jest/globals';
import { redactSecrets, redactText } from '../../../src/base/redact.ts';

describe('secrets', () => {
  test.each([
    ['http://ann:hunter2@example.com/x', 'http://example.com/x'],
    ['GET https://token@example.com failed', 'GET https://example.com failed'],
    ['"url":"http://a:b@h:1/"', '"url":"http://h:1/"'],
    ['two http://a:b@x/ and http://c:d@y/', 'two http://x/ and http://y/'],
    ['Authorization: Bearer abc.def-123', 'Authorization: Bearer [redacted]'],
    ['Proxy-Authorization: basic dXNlcjpwYXNz', 'Proxy-Authorization: basic [redacted]'],
  ])('%s becomes %s', (text, redacted) => expect(redactText(text)).toBe(redacted));

  test.each([
    ['http://example.com/a@b'],
    ['http://example.com/?mail=a@b.c'],
    ['ann@example.com'],
    ['connect ECONNREFUSED 127.0.0.1:9'],
  ])('%s is left as it is', (text) => expect(redactText(text)).toBe(text));

  test('are taken out of every text in an object, however it is nested', () => {
    const secret = 'http://a:b@x/';
    expect(
      redactSecrets({ url: secret, error: new Error(secret), list: [{ deep: secret }], n: 1 }),
    ).toEqual({ url: 'http://x/', error: 'http://x/', list: [{ deep: 'http://x/' }], n: 1 });
  });

  test('in an object that contains itself end the search', () => {
    const loop: Record<string, unknown> = {};
    loop.self = loop;
    expect(JSON.stringify(redactSecrets(loop))).toContain('[too deep]');
  });
});
