import { describe, expect, test } from '@jest/globals';
import type { Disk } from '../../../src/base/disk.ts';
import { findLocations, type LocationOptions } from '../../../src/config/locations.ts';
import { realDisk } from '../../support/real-disk.ts';

/** A disk on which those files are there that `exists` says. */
function diskWhere(exists: (path: string) => boolean): Disk {
  const file = { isFile: true, sizeBytes: 1, fileNumber: 1, modifiedMs: 0, changedMs: 0 };
  return { ...realDisk, stat: (path) => (exists(path) ? file : undefined) };
}

const nobodyInstalled: LocationOptions = {
  disk: diskWhere(() => false),
  platform: 'linux',
  environment: {},
  homeFolder: '/home/ann',
};

describe('without a service', () => {
  test.each<[NodeJS.Platform, Record<string, string>, string, string]>([
    [
      'linux',
      {},
      '/home/ann/.config/system-monitor/config.json',
      '/home/ann/.local/state/system-monitor',
    ],
    [
      'linux',
      { XDG_CONFIG_HOME: '/x/c', XDG_STATE_HOME: '/x/s' },
      '/x/c/system-monitor/config.json',
      '/x/s/system-monitor',
    ],
    [
      'linux',
      { XDG_CONFIG_HOME: 'relative' },
      '/home/ann/.config/system-monitor/config.json',
      '/home/ann/.local/state/system-monitor',
    ],
    [
      'darwin',
      {},
      '/home/ann/Library/Application Support/System Monitor/config.json',
      '/home/ann/Library/Application Support/System Monitor/state',
    ],
    [
      'win32',
      { APPDATA: 'C:\\R', LOCALAPPDATA: 'C:\\L' },
      'C:\\R\\System Monitor\\config.json',
      'C:\\L\\System Monitor\\state',
    ],
  ])("on %s with %j the user's own are in force", (platform, environment, file, state) => {
    const locations = findLocations({ ...nobodyInstalled, platform, environment });
    expect(locations.configuration.path).toBe(file);
    expect(locations.state.path).toBe(state);
  });
});

test('where a service is installed its file is in force for everybody', () => {
  const disk = diskWhere((path) => path === '/etc/system-monitor/config.json');
  const locations = findLocations({ ...nobodyInstalled, disk });
  expect(locations.configuration.path).toBe('/etc/system-monitor/config.json');
  expect(locations.configuration.why).toContain('service');
  expect(locations.state.path).toBe('/var/lib/system-monitor');
});

test('a folder of a service that may not be entered is one all the same', () => {
  const refusing = (code: string): Disk => ({
    ...realDisk,
    stat: () => {
      throw Object.assign(new Error(code), { code });
    },
  });
  const found = (code: string) =>
    findLocations({ ...nobodyInstalled, disk: refusing(code) }).configuration.path;
  expect(found('EACCES')).toBe('/etc/system-monitor/config.json');
  expect(found('ENOTDIR')).toBe('/home/ann/.config/system-monitor/config.json');
});

test('--config goes before SYSTEM_MONITOR_CONFIG, which goes before the service', () => {
  const installed = { ...nobodyInstalled, disk: diskWhere(() => true) };
  const environment = { SYSTEM_MONITOR_CONFIG: '/by/environment' };
  expect(findLocations({ ...installed, environment }).configuration.path).toBe('/by/environment');
  const flagged = { ...installed, environment, configFlag: '/by/flag' };
  expect(findLocations(flagged).configuration.path).toBe('/by/flag');
});

test("a configuration named by hand does not share the service's reports", () => {
  const installed = { ...nobodyInstalled, disk: diskWhere(() => true), configFlag: '/by/flag' };
  expect(findLocations(installed).state.path).toBe('/home/ann/.local/state/system-monitor');
});
