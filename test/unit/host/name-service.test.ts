import { expect, test } from '@jest/globals';
import { MonitorError } from '../../../src/base/errors.ts';
import { silentLogger } from '../../../src/base/logger.ts';
import { createNameService } from '../../../src/host/linux/name-service.ts';
import type { CommandResult, RunCommand } from '../../../src/host/run-command.ts';
import { createManualClock, settle } from '../../support/clocks.ts';

const minute = 60_000;

function createDirectory(
  answer: (args: readonly string[]) => CommandResult | Promise<CommandResult>,
) {
  const asked: (readonly string[])[] = [];
  const clock = createManualClock();
  const runCommand: RunCommand = async ({ program, args }) => {
    asked.push([program, ...args]);
    return await answer(args);
  };
  return { asked, clock, service: createNameService({ clock, logger: silentLogger, runCommand }) };
}

const says = (stdout: string, exitCode = 0): CommandResult => ({ exitCode, stdout, stderr: '' });

test('all unknown users are asked about in one command', async () => {
  const { asked, service } = createDirectory(() =>
    says('alice:*:5001:5000::/home/alice:/bin/sh\ncarol:*:5003:5000:::\n', 2),
  );
  await service.lookUp([5001, 5002, 5003]);
  expect(asked).toEqual([['getent', 'passwd', '5001', '5002', '5003']]);
  expect([5001, 5002, 5003].map(service.nameOf)).toEqual(['alice', undefined, 'carol']);
});

test('nobody is asked about twice within the time of the answer', async () => {
  const { asked, clock, service } = createDirectory(() => says('alice:*:5001:5000:::\n', 2));
  await service.lookUp([5001, 5002]);
  await service.lookUp([5001, 5002]);
  expect(asked).toHaveLength(1);

  await clock.advance(5 * minute);
  await service.lookUp([5001, 5002]);
  expect(asked[1]).toEqual(['getent', 'passwd', '5002']);

  await clock.advance(60 * minute);
  await service.lookUp([5001]);
  expect(asked[2]).toEqual(['getent', 'passwd', '5001']);
});

test('a slow directory is waited for once, and its late answer counts', async () => {
  let answer: (result: CommandResult) => void = () => {};
  const { asked, clock, service } = createDirectory(
    () =>
      new Promise((resolve) => {
        answer = resolve;
      }),
  );
  const first = service.lookUp([5001]);
  await clock.advance(500);
  expect(await first).toBe('getent has not answered yet');
  expect(service.nameOf(5001)).toBeUndefined();

  await service.lookUp([5001, 5002]);
  expect(asked).toHaveLength(1);

  answer(says('alice:*:5001:5000:::\n'));
  await settle();
  expect(service.nameOf(5001)).toBe('alice');
});

test('a directory that fails keeps the name it gave before, and is asked again a minute later', async () => {
  const answers = [says('alice:*:5001:5000:::\n'), says('', 3), says('alicia:*:5001:5000:::\n')];
  const { asked, clock, service } = createDirectory(() => answers.shift() ?? says('', 2));
  await service.lookUp([5001]);
  await clock.advance(60 * minute);
  await service.lookUp([5001]);
  expect(service.nameOf(5001)).toBe('alice');
  await service.lookUp([5001]);
  expect(asked).toHaveLength(2);
  await clock.advance(minute);
  await service.lookUp([5001]);
  expect(service.nameOf(5001)).toBe('alicia');
});

test('a system without getent is asked once and no more', async () => {
  const { asked, clock, service } = createDirectory(() => {
    throw new MonitorError({ code: 'NOT_AVAILABLE', operation: 'run getent', reason: 'missing' });
  });
  await service.lookUp([5001]);
  await clock.advance(24 * 60 * minute);
  const reason = await service.lookUp([5001, 5002]);
  expect(asked).toHaveLength(1);
  expect(reason).toBe('getent, which knows them, is not installed');
});

test('why a name is missing is said where nobody answered, and not where nobody has that number', async () => {
  const answers = [says('', 2), says('', 3)];
  const { clock, service } = createDirectory(() => answers.shift() ?? says('a:x:5001:1:::\n'));
  expect(await service.lookUp([5001])).toBeUndefined();
  await clock.advance(5 * minute);
  expect(await service.lookUp([5001])).toBe('getent failed with exit status 3');
  expect(await service.lookUp([5001])).toBe('getent failed with exit status 3');
  await clock.advance(minute);
  expect(await service.lookUp([5001])).toBeUndefined();
});

test('a crowd of unknown users is asked about in portions', async () => {
  const { asked, service } = createDirectory(() => says('', 2));
  const crowd = Array.from({ length: 450 }, (_, index) => 100_000 + index);
  for (let sample = 0; sample < 4; sample += 1) await service.lookUp(crowd);
  expect(asked.map((args) => args.length - 2)).toEqual([200, 200, 50]);
});
