/** Whether other users could put something else in the place of our files. */
import type { Disk } from '../base/disk.ts';
import { errorMessage, systemErrorCode } from '../base/errors.ts';
import { exposedAt } from '../base/way.ts';
import type { Configuration } from '../config/configuration.ts';
import { settingKeys, settingRow } from '../settings/setting-table.ts';
import type { Settings } from '../settings/settings.ts';
import type { Finding } from './finding.ts';

/** One finding for each place; one that is well, where all of them are. None on Windows. */
export function examineRights(
  { locations }: Pick<Configuration, 'locations'>,
  settings: Settings,
  disk: Disk,
): readonly Finding[] {
  if (disk.userId === undefined) return [];
  const places = new Map<string, string[]>();
  const found: Finding[] = [];
  for (const [what, path] of filesOf(locations, settings)) {
    try {
      const exposed = exposedAt(disk, path);
      if (exposed !== undefined) places.set(exposed, [...(places.get(exposed) ?? []), what]);
    } catch (error) {
      if (systemErrorCode(error) === undefined) throw error;
      found.push({ step: 'rights', state: 'warning', detail: `${what}: ${errorMessage(error)}` });
    }
  }
  for (const [place, whats] of places) {
    found.push({
      step: 'rights',
      state: 'warning',
      detail: `other users can change what is found there (${whats.join(', ')}): ${place}`,
      remedy: `Let nobody else write there (chmod o-w '${place}'), or move them to a folder of your own.`,
    });
  }
  if (found.length > 0) return found;
  return [{ step: 'rights', state: 'ok', detail: 'other users cannot replace our files' }];
}

function filesOf(
  { configuration, state }: Configuration['locations'],
  settings: Settings,
): readonly (readonly [what: string, path: string])[] {
  const named = settingKeys.flatMap((key) => {
    const row = settingRow(key);
    const value = settings[key];
    const isFile = row.kind === 'path' && row.names === 'file' && typeof value === 'string';
    return isFile && value !== '' ? [[key, value] as const] : [];
  });
  return [
    ['the configuration file', configuration.path],
    ['the state folder', state.path],
    ...named,
  ];
}
