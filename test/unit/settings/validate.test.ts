/** What is said of settings that are none, and how texts become values. */
import { expect, test } from '@jest/globals';
import { knownKey, parseSetting, settingsObject } from '../../../src/settings/validate.ts';
import { errorOf } from '../../support/error-of.ts';

test.each([[[1]], ['text'], [null], [3]])('%j is no object of settings', (value) => {
  expect(errorOf(() => settingsObject(value, 'config.json'))).toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringContaining('the content is not a JSON object of settings'),
    hint: expect.stringContaining('It looks like {"url": "https://…", "interval": 60}.'),
  });
});

test('a key that is no setting is named with its neighbour', () => {
  expect(knownKey('interval')).toBe('interval');
  expect(errorOf(() => knownKey('intervall'))).toMatchObject({
    ...{ code: 'USAGE', operation: 'find setting "intervall"', reason: 'there is no such setting' },
    hint: expect.stringContaining('interval'),
  });
});

test('a text that is no JSON is no object of headers, and is told as it was typed', () => {
  expect(parseSetting('headers', '{"X-A": "1"}', 'the test')).toEqual({ headers: { 'X-A': '1' } });
  expect(errorOf(() => parseSetting('headers', 'X-A: 1', 'the test'))).toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringContaining('headers'),
  });
});
