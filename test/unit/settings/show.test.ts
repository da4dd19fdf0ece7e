import { describe, expect, test } from '@jest/globals';
import { defaultSettings } from '../../../src/settings/settings.ts';
import { showSetting, showSettings, withoutSecrets } from '../../../src/settings/show.ts';
import { validateSettingsFile } from '../../../src/settings/validate.ts';
import { errorOf } from '../../support/error-of.ts';

const secret = 'S3CRET';

describe('a secret in a setting', () => {
  test.each([
    ['url', `http://ann:${secret}@example.com/x`, 'http://example.com/x'],
    ['url', `http://ann:a@${secret}"b@example.com/`, 'http://example.com/'],
    ['url', `http:\\\\ann:${secret}@example.com/`, 'http://example.com/'],
    ['url', `http:/ann:${secret}@example.com/`, 'http://example.com/'],
    ['proxy', `http://ann:${secret}@proxy:3128`, 'http://proxy:3128'],
    [
      'headers',
      { 'X-Key': secret, 'X-Other': secret },
      '{"X-Key":"[hidden]","X-Other":"[hidden]"}',
    ],
  ] as const)('%s %j is shown as %s', (key, value, shown) => {
    expect(showSetting(key, value)).toBe(shown);
  });

  test('is hidden where all settings are shown, and nothing else is', () => {
    const settings = { ...defaultSettings, headers: { 'X-Key': secret }, interval: 7 };
    expect(showSettings(settings)).toEqual({ ...settings, headers: { 'X-Key': '[hidden]' } });
  });

  test.each([
    [{ headers: { 'X-Key': `${secret}\n` } }],
    [{ headers: secret }],
    [{ headers: [secret] }],
    [{ headers: { host: secret } }],
    [{ url: `ftp://ann:${secret}@example.com/` }],
    [{ url: `ann:${secret}@example.com` }],
    [{ proxy: `socks://ann:${secret}@example.com` }],
    [{ proxy: { address: `http://ann:${secret}@example.com` } }],
  ])('is hidden in the message about a wrong value, too: %j', (values) => {
    const error = errorOf(() => validateSettingsFile(values, 'a file'));
    expect(`${error.message} ${error.hint}`).not.toContain(secret);
  });
});

test.each(['http://example.com/a@b', 'https://example.com', 'http://127.0.0.1:5000'])(
  '%s has none and stays as it is',
  (url) => expect(withoutSecrets('url', url)).toBe(url),
);
