import { rmSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { runOnce, runUntilTold } from '../../../src/background/lifecycle.ts';
import { MonitorError } from '../../../src/base/errors.ts';
import { readStatus } from '../../../src/status/status-file.ts';
import {
  accepts,
  createBackgroundScene,
  hangs,
  hangsForGood,
  isAway,
} from '../../support/background-scene.ts';
import { realDisk } from '../../support/real-disk.ts';

type Scene = ReturnType<typeof createBackgroundScene>;

const promisedMs = 2000;

function expectTakenApart(scene: Scene): void {
  expect(scene.isClosed()).toBe(true);
  expect(scene.collectors).toMatchObject([{ closed: true }]);
  expect(scene.transports).toMatchObject([{ closed: true }]);
  expect(readStatus(realDisk, scene.stateFolder)).toMatchObject({ running: false });
  expect(scene.listening()).toBe(false);
}

describe('told to end', () => {
  test('it leaves with 0, everything closed and the status saying so', async () => {
    const scene = createBackgroundScene();
    const ended = runUntilTold(scene.background);
    await scene.clock.advance(5000);
    expect(readStatus(realDisk, scene.stateFolder)).toMatchObject({ running: true });
    scene.signal('SIGTERM');
    expect(await scene.within(0, ended)).toBe(0);
    expectTakenApart(scene);
    expect(scene.said('agent.stopped')).toMatchObject([{ fields: { reason: 'SIGTERM' } }]);
  });

  test('a request in flight may end by itself: its report is acknowledged', async () => {
    const scene = createBackgroundScene({ interval: 3600 });
    scene.world.post = async (request) => {
      await scene.clock.sleep(1000);
      return accepts(request);
    };
    const ended = runUntilTold(scene.background);
    await scene.clock.advance(1100);
    scene.signal('SIGINT');
    expect(await scene.within(promisedMs, ended)).toBe(0);
    expect(scene.spool.counts().pendingReports).toBe(0);
  });

  test.each([
    ['heeds the signal', hangs],
    ['heeds nothing', hangsForGood],
  ])('a request that hangs and %s is left within two seconds, its report kept', async (_, post) => {
    const scene = createBackgroundScene({ interval: 3600 });
    scene.world.post = post;
    const ended = runUntilTold(scene.background);
    await scene.clock.advance(5000);
    scene.signal('SIGTERM');
    expect(await scene.within(promisedMs, ended)).toBe(0);
    expect(scene.spool.counts().pendingReports).toBe(1);
    expectTakenApart(scene);
  });

  test('a collection that hangs is left within two seconds', async () => {
    const scene = createBackgroundScene();
    scene.world.collect = () => new Promise(() => {});
    const ended = runUntilTold(scene.background);
    await scene.clock.advance(5000);
    scene.signal('SIGTERM');
    expect(await scene.within(promisedMs, ended)).toBe(0);
  });
});

/** Where the bug is, and how it comes about while everything runs. */
const bugs: readonly (readonly [string, (scene: Scene) => void])[] = [
  ['agent', (scene) => throwsOnce(scene.spool, 'append')],
  ['agent', (scene) => rejectsOnce(scene.world, 'collect')],
  ['housekeeping', (scene) => throwsOnce(scene.world, 'usage')],
  [
    'reload',
    (scene) => {
      throwsOnce(scene.world, 'load');
      scene.signal('SIGHUP');
    },
  ],
  ['uncaught', (scene) => scene.throwUncaught(new TypeError('a late rejection'))],
];

describe.each([
  ['sends', accepts],
  ['waits for an answer', hangs],
  ['waits for an answer and heeds nothing', hangsForGood],
  ['waits after a failure', isAway],
])('a bug while delivery %s', (_, post) => {
  test.each(bugs)(
    'in %s ends every loop and the process, in order, with 70',
    async (where, act) => {
      const scene = createBackgroundScene();
      scene.world.post = post;
      const ended = runUntilTold(scene.background);
      await scene.clock.advance(2500);
      act(scene);
      // The agent meets it at its next tick, housekeeping at its next round.
      expect(await scene.within(3000 + promisedMs, ended)).toBe(70);
      expectTakenApart(scene);
      expect(scene.said('agent.failed')).toMatchObject([{ level: 'error', fields: { where } }]);
      expect(scene.said('agent.stopped')).toMatchObject([{ fields: { reason: 'bug' } }]);
      const collected = scene.collectors[0]?.uses;
      await scene.clock.advance(60_000);
      expect(scene.collectors[0]?.uses).toBe(collected);
    },
  );
});

describe('a bug', () => {
  test.each(['maintain', 'acknowledge', 'oldest'] as const)(
    'in delivery, at %s, ends the process with 70',
    async (name) => {
      const scene = createBackgroundScene();
      const ended = runUntilTold(scene.background);
      await scene.clock.advance(2500);
      throwsOnce(scene.spool, name);
      expect(await scene.within(15_000, ended)).toBe(70);
      expect(scene.said('agent.failed')).toMatchObject([{ fields: { where: 'delivery' } }]);
      expectTakenApart(scene);
    },
  );

  test('is told with its stack, once, however many follow from it', async () => {
    const scene = createBackgroundScene();
    const ended = runUntilTold(scene.background);
    await scene.clock.advance(2500);
    for (const text of ['first', 'second']) scene.throwUncaught(new TypeError(text));
    expect(await scene.within(promisedMs, ended)).toBe(70);
    expect(scene.said('agent.failed')).toMatchObject([
      {
        fields: {
          reason: 'first',
          stack: expect.stringContaining('TypeError: first'),
          hint: 'This is a bug. Please report it with this line.',
        },
      },
    ]);
  });

  test('that lasts does not keep the lock: the other steps of the end are taken', async () => {
    const scene = createBackgroundScene();
    const ended = runUntilTold(scene.background);
    await scene.clock.advance(2500);
    scene.world.usage = () => {
      throw new TypeError('at every status');
    };
    expect(await scene.within(3000 + promisedMs, ended)).toBe(70);
    expect(scene.isClosed()).toBe(true);
    expect(scene.collectors).toMatchObject([{ closed: true }]);
  });

  test('after SIGTERM counts as well', async () => {
    const scene = createBackgroundScene();
    scene.world.post = hangs;
    const ended = runUntilTold(scene.background);
    await scene.clock.advance(2500);
    scene.signal('SIGTERM');
    await scene.clock.advance(500);
    scene.throwUncaught(new TypeError('on the way out'));
    expect(await scene.within(promisedMs, ended)).toBe(70);
    expectTakenApart(scene);
  });

  test('in the first step of a loop ends the others before they have begun', async () => {
    const scene = createBackgroundScene();
    const background = { ...scene.background, agent: { ...scene.background.agent } };
    background.agent.run = () => {
      throw new TypeError('at once');
    };
    expect(await scene.within(promisedMs, runUntilTold(background))).toBe(70);
    expectTakenApart(scene);
  });

  test('a loop that ends by itself is one', async () => {
    const scene = createBackgroundScene();
    const background = { ...scene.background, agent: { ...scene.background.agent } };
    background.agent.run = async () => {};
    expect(await scene.within(promisedMs, runUntilTold(background))).toBe(70);
    expectTakenApart(scene);
  });
});

test('what is foreseen ends nothing: a disk that takes no status, which is said once', async () => {
  const scene = createBackgroundScene();
  rmSync(scene.stateFolder, { recursive: true });
  scene.spool.append = () => {
    throw new MonitorError({ code: 'CANNOT_WRITE', operation: 'write it', reason: 'ENOSPC' });
  };
  const ended = runUntilTold(scene.background);
  expect(await scene.within(30_000, ended)).toBe('still runs');
  expect(scene.said('status.write_failed')).toHaveLength(1);
  expect(scene.said('report.failed')).toHaveLength(1);
  scene.signal('SIGTERM');
  expect(await scene.within(promisedMs, ended)).toBe(0);
});

describe('one round', () => {
  test('leaves with 0 where everything was sent', async () => {
    const scene = createBackgroundScene();
    expect(await scene.within(promisedMs, runOnce(scene.background))).toBe(0);
    expect(scene.transports[0]?.uses).toBe(1);
    expect(scene.said('agent.once')).toMatchObject([
      { fields: { accepted: 1, rejected: 0, waiting: 0 } },
    ]);
    expectTakenApart(scene);
  });

  test('says try later, 75, where something waits, and 69 where there is no report', async () => {
    const scene = createBackgroundScene();
    scene.world.post = isAway;
    expect(await scene.within(promisedMs, runOnce(scene.background))).toBe(75);
    const other = createBackgroundScene();
    other.world.collect = async () => ({
      kind: 'incomplete',
      values: {},
      states: {},
      failures: [],
    });
    expect(await other.within(promisedMs, runOnce(other.background))).toBe(69);
  });

  test('says cannot write, 73, where a report is lost with it: no disk took it', async () => {
    const scene = createBackgroundScene();
    scene.world.post = isAway;
    const { counts } = scene.spool;
    scene.spool.counts = () => ({ ...counts(), memoryReports: 1 });
    expect(await scene.within(promisedMs, runOnce(scene.background))).toBe(73);
  });

  test.each([
    ['heeds the signal', hangs],
    ['heeds nothing', hangsForGood],
  ])('told to end while a request hangs and %s, it leaves at once with 75', async (_, post) => {
    const scene = createBackgroundScene();
    scene.world.post = post;
    const ended = runOnce(scene.background);
    await scene.clock.advance(5000);
    scene.signal('SIGTERM');
    expect(await scene.within(promisedMs, ended)).toBe(75);
    expectTakenApart(scene);
  });

  test('a bug ends it with 70, also while a request hangs', async () => {
    const scene = createBackgroundScene();
    scene.world.post = hangsForGood;
    const ended = runOnce(scene.background);
    await scene.clock.advance(5000);
    scene.throwUncaught(new TypeError('a bug'));
    expect(await scene.within(promisedMs, ended)).toBe(70);
    expectTakenApart(scene);
  });
});

/** The next call of that function throws what nobody foresees; then it is as before. */
function throwsOnce<Key extends string>(
  object: { [K in Key]: (...words: never[]) => unknown },
  name: Key,
): void {
  const before = object[name];
  object[name] = () => {
    object[name] = before;
    throw new TypeError(`${name} is broken`);
  };
}

function rejectsOnce<Key extends string>(
  object: { [K in Key]: (...words: never[]) => Promise<unknown> },
  name: Key,
): void {
  const before = object[name];
  object[name] = () => {
    object[name] = before;
    return Promise.reject(new TypeError(`${name} is broken`));
  };
}
