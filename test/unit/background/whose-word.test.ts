/** Whatever becomes of the settings file: reports go where a person said, from whom a person said. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Background, composeBackground } from '../../../src/background/compose.ts';
import { isForeseen } from '../../../src/base/errors.ts';
import { openConfiguration } from '../../../src/config/configuration.ts';
import { destinationOf, readDestination } from '../../../src/config/destination.ts';
import { createRuntime } from '../../../src/main.ts';
import { readStatus } from '../../../src/status/status-file.ts';
import { createMemorySpool } from '../../support/background-scene.ts';
import { createManualClock } from '../../support/clocks.ts';
import { realDisk } from '../../support/real-disk.ts';
import { createRecordingLogger } from '../../support/recording-logger.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const contents = {
  whole: '{"system_id": "A", "url": "http://one.test/"}',
  moved: '{"system_id": "B", "url": "http://two.test/"}',
  'without its id': '{"url": "http://one.test/"}',
  'without its url': '{"system_id": "A", "interval": 5}',
  empty: '',
  'an empty object': '{}',
  damaged: '{"system_id": "A", "url": "http://one.test/",}',
  cut: '{"system_id": "A", "ur',
  'a wrong url': '{"system_id": "A", "url": "one.test"}',
  'two wrong values': '{"system_id": "A", "interval": "soon", "scope": "moon"}',
  absent: undefined,
} as const;

type Content = keyof typeof contents;
type Step = { readonly file: Content } | { readonly act: 'reload' | 'restart' };

function createMachine(isService: boolean) {
  const folder = temporaryFolder();
  const file = join(folder, 'config.json');
  const state = join(folder, 'state');
  mkdirSync(state);
  const clock = createManualClock();
  const logger = createRecordingLogger();
  const used = { urls: new Set<string>(), ids: new Set<string>() };
  let drawn = 0;
  let background: Background | undefined;

  async function start(): Promise<void> {
    const places = { configFlag: file, stateFlag: state, homeFolder: '/nowhere' };
    const where = { ...places, disk: realDisk, platform: 'linux', environment: {} } as const;
    const configuration = openConfiguration(where, clock);
    drawn += 1;
    const loaded = await configuration.loadWithSystemId((size) => new Uint8Array(size).fill(drawn));
    const { systemId } = loaded;
    const destination = destinationOf(loaded, readDestination(realDisk, state), isService);
    background = composeBackground({
      runtime: { ...createRuntime(), clock },
      ...{ configuration, loaded, destination, systemId, logger },
      make: {
        spool: () => createMemorySpool().spool,
        transport: ({ url }) => {
          used.urls.add(url);
          return { post: () => new Promise(() => {}), close: async () => {} };
        },
        collecting: () => ({
          collect: () => new Promise(() => {}),
          health: () => ({ parts: new Map(), remarks: [] }),
          close: () => {},
        }),
      },
    });
  }

  return {
    used,
    logger,
    put: (content: Content): void => {
      const text = contents[content];
      if (text === undefined) rmSync(file, { force: true });
      else writeFileSync(file, text);
    },
    inForce: () => background?.inForce,
    /** As it is written for `status`. */
    status() {
      background?.saveStatus(true);
      return readStatus(realDisk, state);
    },
    async act(act: 'reload' | 'restart'): Promise<void> {
      if (act === 'reload') background?.reload('SIGHUP');
      else {
        background = undefined;
        try {
          await start();
        } catch (error) {
          if (!isForeseen(error)) throw error;
        }
      }
      if (background !== undefined) used.ids.add(background.inForce.systemId);
    },
  };
}

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ file: fc.constantFrom(...(Object.keys(contents) as Content[])) }),
  fc.record({ act: fc.constantFrom('reload' as const, 'restart' as const) }),
);

test.each([true, false])(
  'no report goes where no person sent it, under no id but those in use (service: %s)',
  async (isService) => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const machine = createMachine(isService);
        const named = { urls: new Set<string>(), ids: new Set<string>() };
        for (const one of [{ file: 'whole' }, { act: 'restart' }, ...steps] as Step[]) {
          if ('file' in one) machine.put(one.file);
          else await machine.act(one.act);
          if (!('file' in one)) continue;
          const text = contents[one.file];
          if (one.file === 'damaged' || one.file === 'cut') continue;
          const { url, system_id: id } = text === undefined || text === '' ? {} : JSON.parse(text);
          if (url !== undefined) named.urls.add(url);
          if (id !== undefined) named.ids.add(id);
        }
        for (const url of machine.used.urls) expect([...named.urls]).toContain(url);
        for (const id of machine.used.ids) expect([...named.ids]).toContain(id);
      }),
      { numRuns: 150 },
    );
  },
);

test('a file that goes away while it runs changes nothing, and is told until it is back', async () => {
  const machine = createMachine(true);
  machine.put('whole');
  await machine.act('restart');
  machine.put('absent');
  await machine.act('reload');
  expect(machine.inForce()).toMatchObject({
    settings: { url: 'http://one.test/' },
    systemId: 'A',
    trouble: { reason: 'the configuration file is missing' },
  });
  expect(machine.logger.lines.map(({ event }) => event)).toContain('config.missing');
  machine.put('moved');
  await machine.act('reload');
  expect(machine.inForce()).toMatchObject({
    settings: { url: 'http://two.test/' },
    systemId: 'B',
    trouble: undefined,
  });
});

test('a start without the file waits, as the machine that it was, until a URL is named', async () => {
  const machine = createMachine(false);
  machine.put('whole');
  await machine.act('restart');
  machine.put('absent');
  await machine.act('restart');
  expect(machine.inForce()).toMatchObject({
    systemId: 'A',
    waitsBecause: expect.stringContaining('http://one.test/'),
  });
  machine.put('whole');
  await machine.act('reload');
  expect(machine.inForce()).toMatchObject({ systemId: 'A', waitsBecause: undefined });
});

test('a service that was never told a URL waits; in the foreground the default is used', async () => {
  for (const isService of [true, false]) {
    const machine = createMachine(isService);
    await machine.act('restart');
    expect([...machine.used.urls]).toEqual(isService ? [] : ['http://127.0.0.1:5000']);
    expect(machine.status()?.waits_because).toEqual(
      isService ? expect.stringContaining('no URL is set') : undefined,
    );
  }
});

test('several wrong settings are told to `status` on one line', async () => {
  const machine = createMachine(false);
  machine.put('whole');
  await machine.act('restart');
  machine.put('two wrong values');
  await machine.act('reload');
  const reason = machine.status()?.configuration_trouble?.reason;
  expect(reason).toMatch(
    /^read \S+config\.json: interval = "soon": [^\n;]+; scope = "moon": [^\n;]+$/,
  );
});
