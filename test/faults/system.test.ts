import { globSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { createFaultScene } from '../support/fault-scene.ts';
import { accept } from '../support/ledger-receiver.ts';
import { asRoot, onPlatform, testWith, withProgram } from '../support/requirement.ts';
import { startProxy } from '../support/scripted-proxy.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const onLinux = onPlatform('linux');
const quick = { http: { requestTimeoutMs: 300 } };

testWith([onLinux], 'an agent that is stopped for longer than its interval goes on', async () => {
  const scene = await createFaultScene();
  const { receiver, account } = scene;
  const running = await scene.start(quick);
  await running.until(() => receiver.storedKeys.size > 10, 'reports arrive');
  running.child.kill('SIGSTOP');
  const before = account.nextNumber;
  await new Promise((resolve) => setTimeout(resolve, 1000));
  running.child.kill('SIGCONT');
  await running.until(() => account.nextNumber > before + 20, 'it collects again');
  running.child.kill('SIGTERM');
  await running.ended;
  await scene.drain();
  expect(scene.missing()).toEqual([]);
  expect(scene.rekeyed()).toEqual([]);
});

/** The library, not the program: that one forks, and a kill would meet it alone. */
const fakeTimeLibrary = globSync('/usr/lib/*/faketime/libfaketime.so.1')[0];

testWith(
  [onLinux, { met: fakeTimeLibrary !== undefined, reason: 'needs libfaketime' }],
  'clocks that are a day ahead, a day behind and right again cost no report',
  async () => {
    const scene = await createFaultScene();
    const { receiver, account } = scene;
    receiver.behave(() => ({ kind: 'answer', status: 503 }));
    for (const offset of ['+1d', '-1d', '+0d']) {
      const before = account.durable.size;
      // The monotonic clock is left alone, as whoever sets a clock leaves it.
      const running = await scene.start(quick, {
        env: {
          LD_PRELOAD: fakeTimeLibrary,
          FAKETIME: offset,
          FAKETIME_DONT_FAKE_MONOTONIC: '1',
          DONT_FAKE_MONOTONIC: '1',
        },
      });
      await running.until(() => account.durable.size > before + 10, `reports at ${offset}`);
      running.child.kill('SIGKILL');
      await running.ended;
    }
    receiver.behave(() => accept);
    await scene.drain();
    const epochs = [...receiver.storedKeys].map((key) => Number(key.slice(0, 12)));
    expect(Math.max(...epochs) - Math.min(...epochs)).toBeGreaterThan(1.9 * 86_400);
    expect(scene.missing()).toEqual([]);
    expect(scene.rekeyed()).toEqual([]);
  },
);

testWith(
  [onLinux, asRoot(), withProgram('unshare', '--version')],
  'a name that does not resolve and then does, and then elsewhere, is looked up each time',
  async () => {
    const scene = await createFaultScene();
    const { receiver, account } = scene;
    const hosts = join(temporaryFolder(), 'hosts');
    writeFileSync(hosts, '127.0.0.1 localhost\n');
    const url = `http://receiver.test:${receiver.port}/`;
    const running = await scene.start(
      { ...quick, url },
      {
        // In a mount namespace of its own, so that nobody else sees these names.
        prefix: [
          'unshare',
          '-m',
          'sh',
          '-c',
          `mount --bind ${hosts} /etc/hosts && exec "$@"`,
          'sh',
        ],
      },
    );
    await running.until(() => account.logs.length > 0, 'the name does not resolve');
    expect(account.logs[0]).toMatchObject({
      code: expect.stringMatching(/^(ENOTFOUND|EAI_AGAIN)$/),
    });
    writeFileSync(hosts, '127.0.0.9 receiver.test\n');
    running.child.kill('SIGHUP');
    await running.until(
      () => account.logs.some((line) => line.code === 'ECONNREFUSED'),
      'a wrong address',
    );
    writeFileSync(hosts, '127.0.0.1 receiver.test\n');
    running.child.kill('SIGHUP');
    await running.until(() => receiver.storedKeys.size > 10, 'reports arrive');
    running.child.kill('SIGTERM');
    await running.ended;
    await scene.drain();
    expect(scene.missing()).toEqual([]);
  },
);

testWith([onLinux], 'a proxy that dies and comes back costs no report', async () => {
  const scene = await createFaultScene();
  const { receiver, account } = scene;
  const proxy = await startProxy();
  const running = await scene.start({ ...quick, proxy: proxy.url });
  await running.until(() => receiver.storedKeys.size > 10, 'reports arrive through the proxy');
  await proxy.stop();
  await running.until(
    () => account.logs.some((line) => line.event.includes('failed')),
    'it is missed',
  );
  await startProxy({ port: Number(new URL(proxy.url).port) });
  running.child.kill('SIGHUP');
  const before = receiver.storedKeys.size;
  await running.until(() => receiver.storedKeys.size > before + 10, 'reports arrive again');
  running.child.kill('SIGTERM');
  await running.ended;
  await scene.drain();
  expect(scene.missing()).toEqual([]);
  expect(scene.rekeyed()).toEqual([]);
});

/** Only the spool makes these calls, so that a refusal meets it and not Node's own start. */
const refusals = [
  ['fsync', 'EIO'],
  ['fsync', 'ENOSPC'],
  ['rename', 'ENOSPC'],
  ['rename', 'EACCES'],
  ['unlink', 'EROFS'],
  ['unlink', 'EIO'],
  ['mkdir', 'EACCES'],
  ['statfs', 'EIO'],
] as const;

testWith(
  [onLinux, withProgram('strace', '--version')],
  'each system call of the spool failing in turn ends nothing and loses nothing',
  async () => {
    const scene = await createFaultScene();
    const { receiver, account } = scene;
    for (const [call, error] of refusals) {
      const inject = `inject=${call}:error=${error}:when=2+3`;
      const running = await scene.start(quick, {
        prefix: ['strace', '-f', '-qq', '-o', '/dev/null', '-e', `trace=${call}`, '-e', inject],
      });
      const before = account.nextNumber;
      const target = before + 30;
      const isPast = () => [...receiver.keysByNumber.keys()].some((number) => number > target);
      await running.until(isPast, `reports arrive although ${call} fails with ${error}`);
      running.signal('SIGTERM');
      expect([call, error, await running.ended]).toEqual([call, error, 0]);
    }
    await scene.drain();
    expect(scene.missing()).toEqual([]);
    expect(scene.rekeyed()).toEqual([]);
    // What the disk refused for a moment was collected too.
    const unsent = [...account.memory.keys()].filter(
      (number) => !receiver.keysByNumber.has(number),
    );
    expect(account.memory.size).toBeGreaterThan(0);
    expect(unsent).toEqual([]);
  },
);
