/**
 * Where reports go, and as whom. Only a person's word counts: a flag, a variable or a readable file
 * that names it. For want of one, a machine stays who it was and reports nowhere else.
 */
import { join } from 'node:path';
import { makeFolder, writeFileDurably } from '../base/atomic-file.ts';
import type { Disk } from '../base/disk.ts';
import { checkSettings } from '../settings/check.ts';
import { parseServerUrl } from '../settings/server-url.ts';
import type { Settings } from '../settings/settings.ts';
import { showSetting } from '../settings/show.ts';
import type { Configuration } from './configuration.ts';
import type { LoadedSettings } from './load.ts';
import { type LocationOptions, systemPaths } from './locations.ts';
import { parseJson } from './text-of.ts';

/** What the background process reported to last, without secrets. */
export interface RememberedDestination {
  readonly system_id: string;
  readonly url: string;
}

export interface Destination {
  /** Those of the settings, with another url where it must not be used. */
  readonly settings: Settings;
  /** Why reports are kept and not sent; undefined where they are sent. */
  readonly waitsBecause: string | undefined;
}

/** `isService`: it never reports to an address that nobody chose. */
export function destinationOf(
  { settings, sources, file }: LoadedSettings,
  remembered: RememberedDestination | undefined,
  isService: boolean,
): Destination {
  if (sources.has('url')) return { settings, waitsBecause: undefined };
  const isOther = remembered !== undefined && originOf(remembered.url) !== originOf(settings.url);
  if (!isService && !isOther) return { settings, waitsBecause: undefined };
  const absence =
    file === undefined ? 'there is no configuration file, and no URL is set' : 'no URL is set';
  const before = remembered === undefined ? '' : ` (reports went to ${remembered.url} before)`;
  return {
    settings: isOther ? { ...settings, url: remembered.url } : settings,
    waitsBecause: `${absence}${before}. Set one: system-monitor config set url URL`,
  };
}

/**
 * Why the background process that has this configuration would keep its reports; undefined where it
 * would send them. Throws as `loadGood`.
 */
export function waitsBecause(
  options: LocationOptions,
  { loadGood, locations }: Pick<Configuration, 'loadGood' | 'locations'>,
): string | undefined {
  const isService = locations.configuration.path === systemPaths(options).configurationFile;
  const remembered = readDestination(options.disk, locations.state.path);
  return destinationOf(loadGood(), remembered, isService).waitsBecause;
}

/** Undefined where nothing was remembered, or where it cannot be read. */
export function readDestination(
  disk: Disk,
  stateFolder: string,
): RememberedDestination | undefined {
  try {
    const parsed = parseJson(disk.read(fileIn(stateFolder)).toString('utf8'));
    if ('fault' in parsed || typeof parsed.value !== 'object' || parsed.value === null)
      return undefined;
    const { system_id, url } = checkSettings({ ...parsed.value }).settings;
    return system_id === undefined || url === undefined ? undefined : { system_id, url };
  } catch {
    return undefined;
  }
}

/** Writes only what changed. Throws a MonitorError where the disk refuses. */
export function rememberDestination(
  disk: Disk,
  stateFolder: string,
  destination: RememberedDestination,
): void {
  const { system_id } = destination;
  const url = showSetting('url', destination.url);
  const known = readDestination(disk, stateFolder);
  if (known?.system_id === system_id && known.url === url) return;
  makeFolder(disk, stateFolder);
  writeFileDurably(disk, fileIn(stateFolder), `${JSON.stringify({ system_id, url })}\n`);
}

function originOf(url: string): string | undefined {
  return parseServerUrl(url)?.request.origin;
}

function fileIn(stateFolder: string): string {
  return join(stateFolder, 'reported-to.json');
}
