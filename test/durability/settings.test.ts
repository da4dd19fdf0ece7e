/**
 * The settings file, what is put aside of it and the system id, on a disk that forgets whatever was
 * not synced: the power goes before every single call, and what is left is read as a next start would.
 */
import { dirname } from 'node:path';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { makeFolder } from '../../src/base/atomic-file.ts';
import { type Configuration, openConfiguration } from '../../src/config/configuration.ts';
import type { StageSettings } from '../../src/config/stage-settings.ts';
import type { SettingsFile } from '../../src/settings/settings.ts';
import { type CrashDisk, createCrashDisk } from '../support/crash-disk.ts';

const path = '/home/ann/.config/system-monitor/config.json';
const remainders = 64;

/** Writes as `conf` does, but syncs nothing: no promise rests on what a package does inside. */
const stage: StageSettings = async (disk, staged, settings) => {
  const temporary = `${staged}.tmp-1`;
  const file = disk.create(temporary, 0o600);
  disk.write(file, Buffer.from(JSON.stringify(settings, undefined, '\t')));
  disk.close(file);
  disk.rename(temporary, staged);
};

function open(disk: CrashDisk, configFlag = path): Configuration {
  const clock = { epochMs: () => 1_800_000_000_000, monotonicMs: () => 0, sleep: async () => {} };
  const options = { platform: 'linux', environment: {}, homeFolder: '/home/ann' } as const;
  return openConfiguration({ disk, ...options, configFlag }, clock, {}, stage);
}

/** The file's own content, as the next start reads it; undefined where there is none. */
function readBack(disk: CrashDisk): SettingsFile | undefined {
  return open(disk).load().file;
}

/** A disk that holds the file, for certain. */
function diskWith(content: string): CrashDisk {
  const disk = createCrashDisk();
  makeFolder(disk, dirname(path));
  const file = disk.create(path, 0o600);
  disk.write(file, Buffer.from(content));
  disk.sync(file);
  disk.syncFolder(dirname(path));
  disk.takePictures();
  return disk;
}

test('a file that is saved is the old one or the new one, whole, and the new one once that is said', async () => {
  const intervals = fc.array(fc.integer({ min: 1, max: 3600 }), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(intervals, async (saved) => {
      const disk = createCrashDisk();
      let before: SettingsFile | undefined;
      for (const interval of saved) {
        await open(disk).save({ interval });
        const after = { interval };
        const pictures = disk.takePictures();
        for (const [at, picture] of pictures.entries()) {
          const isSaid = at === pictures.length - 1;
          for (const left of picture.remainders(remainders)) {
            const found = readBack(left.open());
            if (isSaid) expect(found).toEqual(after);
            else expect([before, after]).toContainEqual(found);
          }
        }
        before = after;
      }
    }),
    { numRuns: 8 },
  );
});

test('a damaged file is there, whole, at every moment of its repair, and its copy afterwards', async () => {
  const damaged = '{"interval": 5, and more that a person wrote';
  const disk = diskWith(damaged);
  const { keptAs = '' } = await open(disk).repair();
  const pictures = disk.takePictures();
  for (const [at, picture] of pictures.entries()) {
    for (const left of picture.remainders(remainders)) {
      const files = left.open().files();
      const kept = [files.get(path), files.get(keptAs)];
      expect(kept).toContain(damaged);
      if (at === pictures.length - 1) {
        expect(kept[1]).toBe(damaged);
        expect(readBack(left.open())).toEqual({ interval: 5 });
      }
    }
  }
});

const stateFolder = '/home/ann/.local/state/system-monitor';
const bytesOf = (value: number) => (size: number) => new Uint8Array(size).fill(value);

/** What the system refuses of the settings file, and whether the id is kept elsewhere for it. */
const refusals: readonly (readonly [string, CrashDisk['refuse'], boolean])[] = [
  ['is kept in the settings file', () => undefined, false],
  [
    'is kept with the reports where that file cannot be written',
    (call, where) =>
      where.startsWith(dirname(path)) && /create|makeFolder/.test(call) ? 'EROFS' : undefined,
    true,
  ],
  [
    'is kept with the reports where nobody knows whether that file was written',
    (call, where) => (call === 'syncFolder' && where === dirname(path) ? 'EIO' : undefined),
    true,
  ],
];

test.each(refusals)(
  'an id that was made %s, and is never another one',
  async (_, refuse, isAside) => {
    const disk = createCrashDisk();
    disk.refuse = refuse;
    const first = await open(disk).loadWithSystemId(bytesOf(0x11));
    expect(first.isNewId).toBe(true);
    expect(disk.files().has(`${stateFolder}/system-id`)).toBe(isAside);
    for (const left of disk.takePictures().at(-1)?.remainders(remainders) ?? []) {
      const next = await open(left.open()).loadWithSystemId(bytesOf(0x22));
      expect(next).toMatchObject({ systemId: first.systemId, isNewId: false });
    }
  },
);
