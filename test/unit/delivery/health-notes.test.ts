import { expect, test } from '@jest/globals';
import { createHealthNotes } from '../../../src/delivery/health-notes.ts';
import type { PostRequest, PostResult, Transport } from '../../../src/delivery/transport.ts';
import { startReceiver } from '../../support/scripted-receiver.ts';
import { createTestTransport } from '../../support/transports.ts';

function answering(status: number): PostResult {
  const nothing = { date: undefined, location: undefined, notice: undefined };
  return { kind: 'answer', status, retryAfter: undefined, body: '', ...nothing };
}

function setUp() {
  const world = { isWanted: true, status: 200 };
  const seen: (string | undefined)[] = [];
  const transport: Transport = {
    async post(request: PostRequest) {
      seen.push(request.headers?.['system-monitor-health']);
      return answering(world.status);
    },
    close: async () => {},
  };
  const notes = createHealthNotes(() => world.isWanted);
  const through = notes.through(transport);
  const post = (key: string) => through.post({ body: '{}', idempotencyKey: key });
  return { world, notes, seen, post, through };
}

test('each report carries what was noted of it, in whatever order they are sent', async () => {
  const { notes, seen, post } = setUp();
  notes.note('1', 'disks=failed');
  notes.note('2', 'disks=ok');
  await post('2');
  await post('1');
  expect(seen).toEqual(['disks=ok', 'disks=failed']);
});

test('a report that is sent again carries it again; an accepted one is forgotten', async () => {
  const { world, notes, seen, post } = setUp();
  notes.note('1', 'disks=failed');
  world.status = 503;
  await post('1');
  world.status = 200;
  await post('1');
  await post('1');
  expect(seen).toEqual(['disks=failed', 'disks=failed', undefined]);
});

test('of a report of an earlier process, and of the checks, nothing is said', async () => {
  const { notes, seen, post, through } = setUp();
  notes.note('1', 'disks=failed');
  await post('0');
  await through.post({ body: '{"action":"check_url"}' });
  expect(seen).toEqual([undefined, undefined]);
});

test('turned off, nothing is sent, not even what was noted before', async () => {
  const { world, notes, seen, post } = setUp();
  notes.note('1', 'disks=failed');
  world.isWanted = false;
  notes.note('2', 'disks=failed');
  await post('1');
  world.isWanted = true;
  await post('2');
  expect(seen).toEqual([undefined, undefined]);
});

test('of a backlog beyond ten thousand reports the oldest are sent without', async () => {
  const { notes, seen, post } = setUp();
  for (let key = 0; key <= 10_000; key += 1) notes.note(String(key), `${key}=ok`);
  await post('0');
  await post('1');
  await post('10000');
  expect(seen).toEqual([undefined, '1=ok', '10000=ok']);
});

test('over HTTP it is the header System-Monitor-Health', async () => {
  const receiver = await startReceiver();
  const notes = createHealthNotes(() => true);
  const transport = notes.through(createTestTransport({ url: receiver.url }));
  notes.note('1', 'cpu=ok,disks=failed');
  await transport.post({ body: '{}', idempotencyKey: '1' });
  await transport.close();
  expect(receiver.requests[0]?.headers['system-monitor-health']).toBe('cpu=ok,disks=failed');
});
