import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { MonitorError } from '../../../src/base/errors.ts';
import {
  type DriveAnswer,
  type DriveHelper,
  startDriveHelper,
} from '../../../src/host/win32/drive-helper.ts';
import { createDriveProber } from '../../../src/host/win32/drive-prober.ts';
import type { Volume } from '../../../src/host/win32/volumes.ts';
import { createManualClock } from '../../support/clocks.ts';
import { recordingLogger } from '../../support/collector-context.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const volumeOf = (root: string): Volume => ({
  root,
  fileSystem: 'NTFS',
  totalBytes: 100,
  freeBytes: 40,
});

/** Helpers whose answers a test gives, on a clock that it moves. */
function scene({ isReady = true, refuses = false } = {}) {
  const clock = createManualClock();
  const logger = recordingLogger();
  const hanging = new Map<string, (answer: DriveAnswer) => void>();
  const helpers: { asked: string[]; ends: unknown[] }[] = [];
  const hangs = new Set<string>();
  const start = (): DriveHelper => {
    if (refuses) {
      throw new MonitorError({ code: 'NOT_AVAILABLE', operation: 'start', reason: 'forbidden' });
    }
    const helper = { asked: [] as string[], ends: [] as unknown[] };
    helpers.push(helper);
    return {
      ready: isReady ? Promise.resolve() : new Promise(() => {}),
      ask: (root) => {
        helper.asked.push(root);
        if (!hangs.has(root)) return Promise.resolve({ volume: volumeOf(root) });
        return new Promise((resolve) => hanging.set(root, resolve));
      },
      end: (how) => {
        helper.ends.push(how);
        if (how === 'now') for (const root of helper.asked) hanging.get(root)?.('ended');
      },
    };
  };
  const readHere = (root: string): Volume => ({ ...volumeOf(root), fileSystem: 'here' });
  const prober = createDriveProber({ clock, logger, start, readHere });
  const read = async (...roots: string[]): Promise<string[]> => [
    ...(await prober.read(roots)).volumes.keys(),
  ];
  const events = () => logger.events.map(({ level, event }) => `${level} ${event}`);
  return { clock, prober, read, hangs, hanging, helpers, events };
}

test('one helper serves all drives, and samples that are close to each other', async () => {
  const { clock, read, helpers } = scene();
  expect(await read('D:\\', 'E:\\')).toEqual(['D:\\', 'E:\\']);
  await clock.advance(9000);
  expect(await read('D:\\', 'E:\\')).toEqual(['D:\\', 'E:\\']);
  expect(helpers).toMatchObject([{ asked: ['D:\\', 'E:\\', 'D:\\', 'E:\\'], ends: [] }]);
  // At a report a minute none is kept for nothing.
  await clock.advance(10_000);
  expect(helpers).toMatchObject([{ ends: [undefined] }]);
  await read('D:\\');
  expect(helpers).toHaveLength(2);
});

test('a stuck drive keeps one watchman, is named once, and comes back', async () => {
  const { clock, prober, read, hangs, hanging, helpers, events } = scene();
  hangs.add('D:\\');
  const first = read('D:\\', 'E:\\');
  await clock.advance(500);
  expect(await first).toEqual(['E:\\']);
  expect(prober.stuck()).toEqual(['D:\\']);
  for (let sample = 0; sample < 3; sample += 1)
    expect(await read('D:\\', 'E:\\')).toEqual(['E:\\']);
  expect(helpers.map(({ asked }) => asked.filter((root) => root === 'D:\\'))).toEqual([
    ['D:\\'],
    [],
  ]);
  expect(events()).toEqual(['warn mount.stuck']);

  hanging.get('D:\\')?.({ volume: volumeOf('D:\\') });
  await clock.advance(1);
  expect(prober.stuck()).toEqual([]);
  // Its late answer is young enough for the next sample.
  expect(await read('D:\\', 'E:\\')).toEqual(['D:\\', 'E:\\']);
  expect(events()).toEqual(['warn mount.stuck', 'info mount.recovered']);
  hangs.clear();
  expect(await read('D:\\')).toEqual(['D:\\']);
});

test('an answer that is too old is not told: the drive is asked anew', async () => {
  const { clock, read, hangs, hanging, helpers } = scene();
  hangs.add('D:\\');
  const first = read('D:\\');
  await clock.advance(500);
  await first;
  hanging.get('D:\\')?.({ volume: volumeOf('D:\\') });
  hangs.clear();
  await clock.advance(121_000);
  expect(await read('D:\\')).toEqual(['D:\\']);
  expect(helpers.map(({ asked }) => asked)).toEqual([['D:\\'], ['D:\\']]);
});

test('a watchman that is ten minutes old is relieved, and never stands beside another', async () => {
  const { clock, read, hangs, helpers } = scene();
  hangs.add('D:\\');
  const first = read('D:\\');
  await clock.advance(500);
  await first;
  await clock.advance(600_001);
  await read('D:\\');
  expect(helpers[0]?.ends).toContain('now');
  const again = read('D:\\');
  await clock.advance(500);
  await again;
  expect(helpers.map(({ asked }) => asked)).toEqual([['D:\\'], ['D:\\']]);
});

test('twenty stuck drives do not take more than the time of a sample', async () => {
  const { clock, prober, hangs } = scene();
  const roots = Array.from('DEFGHIJKLMNOPQRSTUVW', (letter) => `${letter}:\\`);
  for (const root of roots) hangs.add(root);
  const first = prober.read(roots);
  await clock.advance(4000);
  expect(await first).toEqual({ volumes: new Map(), notAsked: roots.slice(8) });
  expect(prober.stuck()).toEqual(roots.slice(0, 8));
});

test('a drive that is gone takes its watchman along; closing ends them all', async () => {
  const { clock, prober, read, hangs, helpers } = scene();
  hangs.add('D:\\').add('E:\\');
  const first = read('D:\\', 'E:\\');
  await clock.advance(1000);
  await first;
  await read('E:\\');
  expect(helpers.map(({ ends }) => ends[0])).toEqual(['now', undefined]);
  prober.close();
  expect(helpers[1]?.ends[0]).toBe('now');
});

test('where no helper can be started the drives are asked in this process', async () => {
  const { prober } = scene({ refuses: true });
  const { volumes } = await prober.read(['D:\\']);
  expect(volumes).toEqual(new Map([['D:\\', { ...volumeOf('D:\\'), fileSystem: 'here' }]]));
});

test('a helper that does not get ready costs three seconds and is ended', async () => {
  const { clock, prober, helpers } = scene({ isReady: false });
  const first = prober.read(['D:\\']);
  await clock.advance(3000);
  expect(await first).toEqual({ volumes: new Map(), notAsked: ['D:\\'] });
  expect(helpers).toMatchObject([{ asked: [], ends: ['now'] }]);
});

/** A helper made to order: a program that speaks the protocol of a real one. */
function helperOf(script: string): DriveHelper {
  const file = join(temporaryFolder(), 'helper.cjs');
  writeFileSync(file, script);
  return startDriveHelper([process.execPath, file]);
}

test('a helper is asked line by line, and what it says is judged', async () => {
  const helper = helperOf(`
    const lines = ['null', 'rubbish', '{"root": "G:\\\\", "fileSystem": "NTFS", "totalBytes": 1e300, "freeBytes": 1}'];
    process.stdout.write('ready\\n');
    process.stdin.on('data', (data) => {
      const root = data.toString().trim();
      const line = lines.shift() ?? JSON.stringify({ root, fileSystem: 'NTFS', totalBytes: 9, freeBytes: 4 });
      process.stdout.write(line + '\\r\\n');
    });`);
  await helper.ready;
  for (const root of ['D:\\', 'E:\\', 'F:\\']) {
    expect(await helper.ask(root)).toEqual({ volume: undefined });
  }
  expect(await helper.ask('G:\\')).toEqual({
    volume: { root: 'G:\\', fileSystem: 'NTFS', totalBytes: 9, freeBytes: 4 },
  });
  const last = helper.ask('H:\\');
  helper.end('now');
  await last;
  expect(await helper.ask('I:\\')).toBe('ended');
});

test('a helper that cannot be started, or is another program, is not available', async () => {
  const missing = startDriveHelper([join(temporaryFolder(), 'no-such-program')]);
  await expect(missing.ready).rejects.toMatchObject({ code: 'NOT_AVAILABLE' });
  expect(await missing.ask('D:\\')).toBe('ended');
  const other = helperOf(`process.stdout.write('hello\\n');`);
  await expect(other.ready).rejects.toMatchObject({ code: 'NOT_AVAILABLE' });
});
