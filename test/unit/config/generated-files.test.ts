/** A thousand settings files as people, editors and damage make them, through whatever reads them. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isForeseen } from '../../../src/base/errors.ts';
import { openConfiguration } from '../../../src/config/configuration.ts';
import { destinationOf, readDestination } from '../../../src/config/destination.ts';
import { readSettings } from '../../../src/config/file.ts';
import { salvage } from '../../../src/config/repair.ts';
import { settingKeys } from '../../../src/settings/setting-table.ts';
import { createManualClock } from '../../support/clocks.ts';
import { realDisk } from '../../support/real-disk.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const runs = 1000;

const key = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...settingKeys) },
  fc.constantFrom('intervall', 'version', '__proto__', 'constructor', ''),
  fc.string(),
);
const value = fc.oneof(
  fc.constantFrom<unknown>(
    'LINUX-1',
    'http://one.test/',
    'http://us%er:p@one.test/',
    60,
    'none',
    '',
  ),
  fc.constantFrom<unknown>(null, true, [], {}, ['/'], { 'X-A': 'b' }, -1, 1.5),
  fc.string({ unit: 'binary' }),
  fc.jsonValue({ maxDepth: 3 }),
);
const values = fc
  .array(fc.tuple(key, value), { maxLength: 6 })
  .map((pairs) => JSON.stringify(Object.fromEntries(pairs), undefined, 1));

const damage: fc.Arbitrary<(text: string) => string> = fc.oneof(
  fc.constant((text: string) => text),
  fc.nat(300).map((at) => (text: string) => text.slice(0, at)),
  fc.nat(300).map((at) => (text: string) => text.slice(0, at) + text.slice(at + 1)),
  fc
    .tuple(fc.nat(300), fc.constantFrom(',', '}', '{', '"', "'", '// x\n', '\\', '\n', '\u0000'))
    .map(
      ([at, more]) =>
        (text: string) =>
          text.slice(0, at) + more + text.slice(at),
    ),
);
const encode = fc.constantFrom<(text: string) => Buffer>(
  (text) => Buffer.from(text),
  (text) => Buffer.from(`\uFEFF${text}`),
  (text) => Buffer.from(`\uFEFF${text}`, 'utf16le'),
  (text) => Buffer.from(text, 'latin1'),
);
const file = fc.tuple(values, damage, encode).map(([text, harm, encoded]) => encoded(harm(text)));

let path = '';
let stateFlag = '';

beforeEach(() => {
  const folder = temporaryFolder();
  path = join(folder, 'config.json');
  stateFlag = join(folder, 'state');
});

function open() {
  const places = { configFlag: path, stateFlag, homeFolder: '/nowhere' };
  const where = { ...places, disk: realDisk, platform: 'linux', environment: {} } as const;
  return openConfiguration(where, createManualClock());
}

/** Undefined where it was refused in a foreseen way; anything else that is thrown fails the test. */
async function attempt<Value>(work: () => Value | Promise<Value>): Promise<Value | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!isForeseen(error)) throw error;
    return undefined;
  }
}

test('set and unset change one key and no other, or nothing at all', async () => {
  await fc.assert(
    fc.asyncProperty(file, async (bytes) => {
      writeFileSync(path, bytes);
      const before = await attempt(() => readSettings(realDisk, path));
      await attempt(() => open().save({ interval: 7 }));
      if (before === undefined) {
        expect(readFileSync(path)).toEqual(bytes);
        return;
      }
      const after = Object.entries(JSON.parse(readFileSync(path, 'utf8')));
      const others = Object.entries(before.values).filter(([one]) => one !== 'interval');
      expect(after.filter(([one]) => one !== 'interval')).toEqual(others);
      expect(Object.fromEntries(after)).toMatchObject({ interval: 7 });
      await attempt(() => open().save({ interval: undefined }));
      expect(Object.entries(JSON.parse(readFileSync(path, 'utf8')))).toEqual(others);
    }),
    { numRuns: runs },
  );
}, 60_000);

test('what is loaded is good, and a report goes to the URL of the file or to none', async () => {
  await fc.assert(
    fc.asyncProperty(file, async (bytes) => {
      writeFileSync(path, bytes);
      const good = await attempt(() => open().loadGood());
      const all = await attempt(() => open().load());
      if (good === undefined) expect(all).toBeUndefined();
      if (all === undefined) return;
      expect(all.problems).toEqual([]);
      const named = JSON.parse(readFileSync(path, 'utf8').replace(/^\uFEFF/, '')).url;
      const { settings, waitsBecause } = destinationOf(
        all,
        readDestination(realDisk, stateFlag),
        true,
      );
      if (waitsBecause === undefined) expect(settings.url).toBe(named);
      expect(readFileSync(path)).toEqual(bytes);
    }),
    { numRuns: runs },
  );
}, 60_000);

test('a text with any character that JSON takes as it is, is whole', () => {
  for (let code = 0x20; code < 0x300; code += 1) {
    const text = JSON.stringify({ system_id: `#${String.fromCodePoint(code)}#` });
    expect([code, salvage(Buffer.from(text)).isWhole]).toEqual([code, true]);
  }
});

test('what is whole is salvaged as it is, and no damage stops the salvage', () => {
  fc.assert(
    fc.property(values, damage, encode, (text, harm, encoded) => {
      const plain = JSON.parse(text);
      const whole = salvage(Buffer.from(text));
      expect(whole.isWhole).toBe(true);
      expect(Object.entries(whole.values)).toEqual(Object.entries(plain));
      // Whatever is wrong, it ends, and gives an object.
      expect(typeof salvage(encoded(harm(text))).values).toBe('object');
    }),
    { numRuns: runs },
  );
});
