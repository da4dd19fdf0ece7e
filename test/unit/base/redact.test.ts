import { describe, expect, test } from '@jest/globals';
import { keepSecrets, redactSecrets, redactText } from '../../../src/base/redact.ts';
import { keepSecretsOf } from '../../../src/settings/secrets.ts';

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

describe('a secret that is known', () => {
  test.each([
    ['as it was typed', 'p@ss"wörd'],
    ['as an address has it', 'p%40ss%22w%C3%B6rd'],
    ['as JSON has it', JSON.stringify({ got: 'p@ss"wörd' })],
    ['with its user', 'ann:p@ss"wörd'],
    ['as a header has it', Buffer.from('ann:p@ss"wörd').toString('base64')],
    ['in a query', 'https://other/?x=S3CR%20ET', 'in words: S3CR ET'],
  ])('is taken out of any text: %s', (_, ...texts) => {
    const url = 'https://ann:p@ss"wörd@example.com/?key=S3CR%20ET';
    keepSecretsOf({ url, proxy: '', headers: {} });
    for (const text of texts) {
      expect(redactText(`before ${text} after`)).toMatch(/^before .*\*\*\*.* after$/);
      expect(redactText(text)).not.toMatch(/w(ö|%C3%B6)rd|S3CR|cEBzcyJ3/);
    }
  });

  test('the longer one first, where one is a part of another', () => {
    keepSecrets(['tokenish', 'tokenish-and-more']);
    expect(redactText('got tokenish-and-more and tokenish')).toBe('got *** and ***');
  });

  test('is not looked for where it would be found everywhere', () => {
    keepSecrets(['a', '', 'abc']);
    expect(redactText('an abc')).toBe('an abc');
  });

  test('of headers, and not the id of this machine', () => {
    keepSecretsOf({
      ...{ url: 'http://h/?id=WEB-0815', proxy: 'none', headers: { 'X-Key': 'header-4711' } },
      system_id: 'WEB-0815',
    });
    expect(redactText('WEB-0815 sent header-4711')).toBe('WEB-0815 sent ***');
  });

  test('is forgotten when very many came after it', () => {
    keepSecrets(['the-oldest-one']);
    keepSecrets(Array.from({ length: 600 }, (_, at) => `renewed-${at}`));
    expect(redactText('the-oldest-one renewed-599')).toBe('the-oldest-one ***');
  });
});
