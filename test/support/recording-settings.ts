/** Settings that remember which of them were read. */
import { isSettingKey, type SettingKey } from '../../src/settings/setting-table.ts';
import type { Settings } from '../../src/settings/settings.ts';

export interface RecordingSettings {
  readonly settings: Settings;
  readonly read: ReadonlySet<SettingKey>;
}

/** Whoever copies or lists them all would seem to read each one: that throws. */
export function createRecordingSettings(values: Settings): RecordingSettings {
  const read = new Set<SettingKey>();
  const refuse = (): never => {
    throw new Error('settings are read one by one, or it could not be told which are used');
  };
  const settings = new Proxy(values, {
    get(target, key) {
      if (typeof key === 'string' && isSettingKey(key)) read.add(key);
      return Reflect.get(target, key);
    },
    ownKeys: refuse,
    getOwnPropertyDescriptor: refuse,
  });
  return { settings, read };
}
