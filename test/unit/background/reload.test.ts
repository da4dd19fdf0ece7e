import { mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { runUntilTold } from '../../../src/background/lifecycle.ts';
import { MonitorError } from '../../../src/base/errors.ts';
import { readDestination } from '../../../src/config/destination.ts';
import { createBackgroundScene, hangs, isAway } from '../../support/background-scene.ts';
import { settle } from '../../support/clocks.ts';
import { realDisk } from '../../support/real-disk.ts';

type Scene = ReturnType<typeof createBackgroundScene>;

/** Runs for some seconds, then does what the test does, then ends. */
async function whileItRuns(scene: Scene, act: () => Promise<void>): Promise<void> {
  const ended = runUntilTold(scene.background);
  await scene.clock.advance(2500);
  try {
    await act();
  } finally {
    scene.signal('SIGTERM');
    await scene.clock.advance(2000);
  }
  expect(await ended).toBe(0);
}

function change(scene: Scene, values: Readonly<Record<string, unknown>>): Promise<void> {
  scene.world.settings = scene.settingsOf(values);
  scene.signal('SIGHUP');
  return settle();
}

describe('changed settings', () => {
  test('another url: the old transport is closed, the next report goes over the new one', async () => {
    const scene = createBackgroundScene({ url: 'http://old.test/' });
    await whileItRuns(scene, async () => {
      await change(scene, { url: 'http://new.test/' });
      const usesBefore = scene.transports[0]?.uses;
      await scene.clock.advance(3000);
      expect(scene.transports).toMatchObject([
        { of: 'http://old.test/', closed: true, uses: usesBefore },
        { of: 'http://new.test/', closed: false },
      ]);
      expect(scene.transports[1]?.uses).toBeGreaterThan(0);
      expect(readDestination(realDisk, scene.stateFolder)?.url).toBe('http://new.test/');
    });
  });

  test('where its address cannot be kept, that is told, and reports go on', async () => {
    const scene = createBackgroundScene({ url: 'http://old.test/' });
    await whileItRuns(scene, async () => {
      rmSync(scene.stateFolder, { recursive: true });
      writeFileSync(scene.stateFolder, 'no folder');
      await change(scene, { url: 'http://new.test/' });
      expect(scene.said('destination.not_kept')).toMatchObject([
        { level: 'warn', fields: { reason: expect.stringContaining(scene.stateFolder) } },
      ]);
      await scene.clock.advance(3000);
      expect(scene.transports[1]?.uses).toBeGreaterThan(0);
      rmSync(scene.stateFolder);
      mkdirSync(scene.stateFolder);
    });
  });

  test('the old transport is not closed under its request, but as soon as that has ended', async () => {
    const scene = createBackgroundScene({ url: 'http://old.test/' });
    let answer = (): void => {};
    scene.world.post = (request) =>
      new Promise((resolve) => {
        answer = () => resolve(isAway(request));
      });
    await whileItRuns(scene, async () => {
      await change(scene, { url: 'http://new.test/' });
      expect(scene.transports[0]).toMatchObject({ closed: false, uses: 1 });
      answer();
      await settle();
      expect(scene.transports[0]).toMatchObject({ closed: true, uses: 1 });
      scene.world.post = hangs;
      answer();
    });
  });

  test('another scope: the old collectors are closed, the next report comes from new ones', async () => {
    const scene = createBackgroundScene({ scope: 'host' });
    await whileItRuns(scene, async () => {
      await change(scene, { scope: 'container' });
      const usesBefore = scene.collectors[0]?.uses;
      await scene.clock.advance(3000);
      expect(scene.collectors).toMatchObject([
        { of: 'host', closed: true, uses: usesBefore },
        { of: 'container', closed: false },
      ]);
      expect(scene.collectors[1]?.uses).toBeGreaterThan(0);
      expect(scene.transports).toHaveLength(1);
    });
  });

  test('another interval: transport and collectors stay, the schedule is another', async () => {
    const scene = createBackgroundScene({ interval: 1 });
    await whileItRuns(scene, async () => {
      await change(scene, { interval: 3600 });
      await scene.clock.advance(2000);
      const usesBefore = scene.collectors[0]?.uses;
      await scene.clock.advance(60_000);
      expect(scene.collectors).toMatchObject([{ closed: false, uses: usesBefore }]);
      expect(scene.transports).toMatchObject([{ closed: false }]);
    });
  });

  test('a delivery that waits is woken, also where nothing changed: a token may have', async () => {
    const scene = createBackgroundScene({ interval: 3600 });
    scene.world.post = isAway;
    await whileItRuns(scene, async () => {
      await scene.clock.advance(600_000);
      const usesBefore = scene.transports[0]?.uses ?? 0;
      expect(scene.background.delivery.state().nextAttemptAtMs).toBeGreaterThan(
        scene.clock.epochMs(),
      );
      await change(scene, { interval: 3600 });
      expect(scene.transports).toMatchObject([{ uses: usesBefore + 1 }]);
    });
  });

  test('what holds only after a restart is told', async () => {
    const scene = createBackgroundScene();
    await whileItRuns(scene, async () => {
      await change(scene, { log_level: 'debug', scope: 'container' });
      expect(scene.said('config.restart_needed')).toMatchObject([
        { fields: { settings: ['log_level'] } },
      ]);
      expect(scene.said('config.reloaded')).toMatchObject([
        { fields: { changed: ['scope', 'log_level'] } },
      ]);
    });
  });

  test('a file that lost its id does not make this another machine', async () => {
    const scene = createBackgroundScene();
    await whileItRuns(scene, async () => {
      await change(scene, { system_id: undefined });
      expect(scene.background.inForce.systemId).toMatch(/^Linux-/);
    });
  });
});

test('a file that cannot be used is refused, and the settings in force stay', async () => {
  const scene = createBackgroundScene({ url: 'http://old.test/', scope: 'host' });
  const before = scene.world.settings;
  await whileItRuns(scene, async () => {
    scene.world.load = () => {
      throw new MonitorError({ code: 'CONFIG_INVALID', operation: 'read it', reason: 'no JSON' });
    };
    scene.signal('SIGHUP');
    await scene.clock.advance(2000);
    expect(scene.said('config.refused')).toMatchObject([
      { level: 'error', fields: { because: 'SIGHUP', code: 'CONFIG_INVALID' } },
    ]);
    expect(scene.background.inForce.settings).toBe(before);
    expect(scene.transports).toMatchObject([{ closed: false }]);
    expect(scene.collectors).toMatchObject([{ closed: false }]);
    expect(scene.said('config.reloaded')).toEqual([]);
  });
});

test('a changed file is noticed without a signal, within seconds and once', async () => {
  const scene = createBackgroundScene();
  await whileItRuns(scene, async () => {
    writeFileSync(scene.configurationFile, '{}');
    await scene.clock.advance(10_000);
    expect(scene.said('config.reloaded')).toMatchObject([{ fields: { because: 'file' } }]);
    utimesSync(scene.configurationFile, 1, 1);
    await scene.clock.advance(3000);
    expect(scene.said('config.reloaded')).toHaveLength(2);
  });
});
