/** What the background process says of the health of its parts: to its status file and to the server. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { runUntilTold } from '../../../src/background/lifecycle.ts';
import { MonitorError } from '../../../src/base/errors.ts';
import { gatherStatus } from '../../../src/status/gather.ts';
import { createBackgroundScene } from '../../support/background-scene.ts';
import { realDisk } from '../../support/real-disk.ts';

/** Three seconds with the disks failing; answers with the health headers that were sent. */
async function run(values: Readonly<Record<string, unknown>>) {
  const scene = createBackgroundScene(values);
  const epoch = Math.floor(scene.clock.epochMs() / 1000);
  const error = new MonitorError({ code: 'PERMISSION', operation: 'read it', reason: 'denied' });
  const headers: unknown[] = [];
  const { post, collect } = scene.world;
  scene.world.post = (request) => {
    headers.push(request.headers?.['system-monitor-health']);
    return post(request);
  };
  const states = { cpu: 'ok', memory: 'ok', processes: 'off', network: 'empty' } as const;
  scene.world.collect = async () => ({
    ...(await collect()),
    states: { ...states, disks: 'failed' },
    failures: [{ part: 'disks', error }],
  });
  scene.world.health = {
    parts: new Map([
      ['cpu', { state: 'ok', sinceEpoch: epoch, lastGoodEpoch: epoch + 2, tookMs: 0.5 }],
      ['disks', { state: 'failed', sinceEpoch: epoch, tookMs: 1.5, error }],
    ]),
    remarks: [{ kind: 'mount.stuck', subject: '/mnt', reason: 'it does not answer', since: epoch }],
  };
  const ended = runUntilTold(scene.background);
  await scene.clock.advance(4000);
  const status = gatherStatus(realDisk, scene.stateFolder, scene.clock);
  const file = JSON.parse(readFileSync(join(scene.stateFolder, 'status.json'), 'utf8'));
  scene.signal('SIGTERM');
  await scene.clock.advance(2000);
  await ended;
  return { epoch, headers, status, file };
}

test('by default no report says how its parts were', async () => {
  const { headers } = await run({});
  expect(headers.length).toBeGreaterThan(1);
  expect(new Set(headers)).toEqual(new Set([undefined]));
});

test('with health_header each report says it of every part that is sent', async () => {
  const { headers } = await run({ health_header: true });
  expect(headers.length).toBeGreaterThan(1);
  expect(new Set(headers)).toEqual(
    new Set(['cpu=ok,memory=ok,processes=off,disks=failed,network=empty']),
  );
});

test('the status file has the parts and the remarks, and `status` has them at its top', async () => {
  const { epoch, status, file } = await run({});
  const parts = {
    cpu: { state: 'ok', since: epoch, last_good_epoch: epoch + 2, took_ms: 0.5 },
    disks: {
      state: 'failed',
      since: epoch,
      code: 'PERMISSION',
      reason: 'read it: denied',
      took_ms: 1.5,
    },
  };
  expect(file).toMatchObject({ parts, stuck_mounts: ['/mnt'] });
  expect(status).toMatchObject({
    running: true,
    parts,
    remarks: [{ remark: 'mount.stuck', subject: '/mnt', since: epoch }],
    troubles: [
      { code: 'part_failed', subject: 'disks' },
      { code: 'mount_stuck', subject: '/mnt' },
    ],
  });
  expect(status.agent).not.toHaveProperty('parts');
});
