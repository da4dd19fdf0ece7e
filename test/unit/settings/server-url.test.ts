import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseServerUrl, serverUrlOf } from '../../../src/settings/server-url.ts';

describe('what is shown, and what a report says', () => {
  test.each([
    ['http://127.0.0.1:5000', 'http://127.0.0.1:5000', 'http://127.0.0.1:5000'],
    ['https://example.com/', 'https://example.com/', 'https://example.com/'],
    ['https://ann:pw@example.com', 'https://example.com', 'https://example.com'],
    ['https://ann:pw@example.com/in/', 'https://example.com/in/', 'https://example.com/in/'],
    ['http://user:S3@CRET@h:81/', 'http://h:81/', 'http://h:81/'],
    ['http://user:S3"CR ET@h/', 'http://h/', 'http://h/'],
    ['http:\\\\u:p@h\\in', 'http://h/in', 'http://h/in'],
    ['http:/u:p@h/', 'http://h/', 'http://h/'],
    ['http:u:p@h/', 'http://h/', 'http://h/'],
    ['http://h/hook?token=S3CRET', 'http://h/hook?token=***', 'http://h/hook?token=S3CRET'],
    ['http://h?a=1&b=&S3CRET&=x', 'http://h/?a=***&b=&***&=***', 'http://h?a=1&b=&S3CRET&=x'],
    ['http://u@h/?a=1#S3CRET', 'http://h/?a=***', 'http://h/?a=1#S3CRET'],
    ['http://h/a@b', 'http://h/a@b', 'http://h/a@b'],
  ])('%s', (text, shown, sent) => {
    expect(parseServerUrl(text)).toMatchObject({ shown, sent });
  });

  test('nothing of user, password and values stands in it, whatever they are', () => {
    const secret = fc
      .string({ unit: 'binary', minLength: 3, maxLength: 12 })
      .map((text) => `S3${encodeURIComponent(text.toWellFormed())}CRET`);
    fc.assert(
      fc.property(
        fc.constantFrom('http://', 'https:/', 'http:\\\\', 'http:', ' HTTPS://'),
        ...([secret, secret, secret] as const),
        (scheme, user, password, value) => {
          const url = serverUrlOf(`${scheme}${user}:${password}@example.com/in?key=${value}`);
          expect(url.shown).toMatch(/^https?:\/\/example\.com\/in\?key=\*\*\*$/);
          expect(url.sent).toMatch(/^https?:\/\/example\.com\/in\?key=S3.*CRET$/);
          expect(url.request.href).toBe(url.sent);
          const [user64 = '', ...password64] = Buffer.from(
            url.authorization?.slice('Basic '.length) ?? '',
            'base64',
          )
            .toString()
            .split(':');
          expect(user64).toBe(decodeURIComponent(user));
          expect(password64.join(':')).toBe(decodeURIComponent(password));
        },
      ),
    );
  });

  test('what is no address of a server is none', () => {
    for (const text of ['', 'none', 'ftp://h/', 'h:80', 'http://', 'http://h:99999/']) {
      expect(parseServerUrl(text)).toBeUndefined();
    }
  });
});
