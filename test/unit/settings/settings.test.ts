import { describe, expect, test } from '@jest/globals';
import {
  environmentName,
  flagName,
  settingKeys,
  settingRow,
} from '../../../src/settings/setting-table.ts';
import { formatSetting } from '../../../src/settings/show.ts';
import {
  knownKey,
  parseSetting,
  parseTypedSetting,
  validateSettings,
  validateSettingsFile,
} from '../../../src/settings/validate.ts';
import { errorOf } from '../../support/error-of.ts';

describe('defaults', () => {
  test('are those of the original', () => {
    const settings = validateSettings({}, 'nothing');
    expect(settings.url).toBe('http://127.0.0.1:5000');
    expect(settings.interval).toBe(60);
    expect(settings.system_id).toBeUndefined();
    expect(settings.processes_detail).toBe('full');
    expect(settings.scope).toBe('host');
  });

  test('are not written into a file that did not have them', () => {
    expect(validateSettingsFile({ interval: 5 }, 'a file')).toEqual({ interval: 5 });
  });
});

describe('a wrong value', () => {
  test.each([
    [{ interval: 0 }, 'interval = 0: must be at least 1 second', 'interval = 60'],
    [{ interval: 1.5 }, 'interval = 1.5: must be a whole number', 'interval = 60'],
    [{ interval: '60' }, 'interval = "60": must be a', 'interval = 60'],
    [{ interval: 86_401 }, 'must be at most 86400 seconds', 'interval = 60'],
    [{ url: 'ftp://example.com' }, 'must be an http:// or https:// address', 'url = https://'],
    [{ url: 'monitor.example.com' }, 'must be an http:// or https:// address', 'url = https://'],
    [{ system_id: 'Linux\n1' }, 'must be 1 to 200 characters', 'Linux-0123'],
    [{ log_level: 'loud' }, 'must be one of debug, info, warn, error', 'log_level = info'],
    [{ disks_include: '/' }, 'disks_include = "/": must be a', 'disks_include = /'],
  ])('%j is refused with its key, value, reason and an example', (values, reason, example) => {
    const error = errorOf(() => validateSettingsFile(values, '/etc/x.json'));
    expect(error.code).toBe('CONFIG_INVALID');
    expect(error.message).toContain('/etc/x.json');
    expect(error.message).toContain(reason);
    expect(error.hint).toContain(example);
  });

  test('does not hide the next one', () => {
    const error = errorOf(() => validateSettingsFile({ interval: 0, url: 'x' }, 'a file'));
    expect(error.message).toContain('interval = 0');
    expect(error.message).toContain('url = "x"');
  });

  test('is shown cut short when it is long', () => {
    const error = errorOf(() => validateSettingsFile({ url: 'x'.repeat(5000) }, 'a file'));
    expect(error.message.length).toBeLessThan(300);
  });

  test.each([[null], [[]], ['text'], [3]])('%j in place of an object is refused', (content) => {
    expect(errorOf(() => validateSettingsFile(content, 'a file')).code).toBe('CONFIG_INVALID');
  });
});

describe('a mistyped key', () => {
  test('is told its neighbour', () => {
    const error = errorOf(() => knownKey('intervall'));
    expect(error.message).toContain('intervall');
    expect(error.hint).toBe('Did you mean "interval"?');
    expect(errorOf(() => knownKey('systemid')).hint).toContain('system_id');
  });

  test('that is like none is sent to the list', () => {
    expect(errorOf(() => knownKey('colour')).hint).toContain('config list');
  });
});

describe('a value typed at a command line', () => {
  test.each([
    ['interval', '15', 15],
    ['url', 'https://example.com/x', 'https://example.com/x'],
    ['disks_exclude', '/snap/**, /boot', ['/snap/**', '/boot']],
    ['disks_exclude', '', []],
    ['scope', 'container', 'container'],
  ] as const)('%s %j becomes %j', (key, text, value) => {
    expect(parseSetting(key, text, 'a test')).toEqual({ [key]: value });
  });

  test.each([
    ['interval', ''],
    ['interval', '1e9'],
    ['interval', 'ten'],
    ['interval', '0x10z'],
    ['url', ''],
  ] as const)('%s %j is a wrong call', (key, text) => {
    expect(errorOf(() => parseTypedSetting(key, text, 'a test')).code).toBe('USAGE');
  });

  test('is shown so that it can be typed again', () => {
    for (const key of settingKeys) {
      const { example } = settingRow(key);
      const value = parseSetting(key, example, 'a test');
      expect(parseSetting(key, formatSetting(value[key]), 'a test')).toEqual(value);
    }
  });
});

test('every setting has an environment variable and a flag', () => {
  expect(environmentName('processes_detail')).toBe('SYSTEM_MONITOR_PROCESSES_DETAIL');
  expect(flagName('processes_detail')).toBe('--processes-detail');
});
