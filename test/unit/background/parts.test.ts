import { describe, expect, test } from '@jest/globals';
import { compareSettings } from '../../../src/background/parts.ts';
import { validateSettings } from '../../../src/settings/validate.ts';

const before = validateSettings({}, 'nothing');

describe('a change of settings', () => {
  test.each([
    [{ interval: 5 }, ['report']],
    [{ url: 'http://127.0.0.1:1/' }, ['transport']],
    [{ headers: { 'X-Tenant': 'north' } }, ['transport']],
    [{ disks_exclude: ['/boot'] }, ['collectors']],
    [{ scope: 'container', proxy: 'none' }, ['transport', 'collectors']],
  ])('%j is taken over at once by %j', (changed, pieces) => {
    const changes = compareSettings(before, validateSettings(changed, 'a test'));
    expect([...changes.keys].sort()).toEqual(Object.keys(changed).sort());
    expect([...changes.pieces].sort()).toEqual([...pieces].sort());
    expect(changes.needRestart).toEqual([]);
  });

  test.each([
    { spool_max_mib: 1 },
    { log_level: 'debug' },
    { log_file: '/x' },
    { backlog_rate: 1 },
  ])('%j waits for the next start', (changed) => {
    const changes = compareSettings(before, validateSettings(changed, 'a test'));
    expect(changes).toEqual({
      keys: Object.keys(changed),
      pieces: new Set(),
      needRestart: Object.keys(changed),
    });
  });

  test('that is none is told as none', () => {
    const same = compareSettings(before, validateSettings({ disks_exclude: [] }, 'a test'));
    expect(same).toEqual({ keys: [], pieces: new Set(), needRestart: [] });
  });
});
