/** Whatever is sent, the receiver answers with a refusal or stores it, and goes on. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type RunningReceiver, startReceiver } from '../../support/receiver.ts';
import { exampleReport, exampleStats, exampleSystemId } from '../../support/report.ts';

let receiver: RunningReceiver;
beforeAll(async () => {
  receiver = await startReceiver({ bodyBytesMax: 100_000 });
});
afterAll(async () => receiver[Symbol.asyncDispose]());

const expected = new Set([200, 202, 204, 400, 413]);

async function answerTo(body: unknown): Promise<number> {
  const response = await receiver.post(body);
  await response.arrayBuffer();
  return response.status;
}

test('arbitrary bytes are refused', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 2000 }), async (bytes) => {
      expect([400, 413]).toContain(await answerTo(Buffer.from(bytes)));
    }),
  );
});

test('a report cut off anywhere is refused', async () => {
  const text = JSON.stringify(exampleReport());
  await fc.assert(
    fc.asyncProperty(fc.nat(text.length - 1), async (length) => {
      expect(await answerTo(text.slice(0, length))).toBe(400);
    }),
  );
});

test('a report with any value in any place is stored or refused, and then listed', async () => {
  const key = fc.constantFrom('system_id', 'url', 'interval', 'epoch', 'stats', 'action');
  const part = fc.constantFrom('cpu', 'memory', 'processes', 'disks', 'network');
  await fc.assert(
    fc.asyncProperty(key, part, fc.jsonValue(), fc.boolean(), async (name, inner, value, deep) => {
      const report = exampleReport();
      const changed = deep
        ? { ...report, stats: { ...exampleStats(), [inner]: value } }
        : { ...report, [name]: value };
      expect(expected).toContain(await answerTo(changed));
      const list = await fetch(new URL('api/systems', receiver.url));
      await list.arrayBuffer();
      expect(list.status).toBe(200);
    }),
  );
});

test('names of any text are stored and come back as they were', async () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 40 });
  let epoch = 2_000_000_000;
  await fc.assert(
    fc.asyncProperty(text, text, async (name, device) => {
      epoch += 1;
      const disk = { file_system: name, mount_point: name, total: 2, used: 1, free: 1 };
      const stats = exampleStats({
        processes: [{ pid: 1, name, username: name }],
        disks: Object.fromEntries([[device, disk]]),
        network: Object.fromEntries([[device, { ip: '10.0.0.1', netmask: '255.0.0.0' }]]),
      });
      expect(await answerTo(exampleReport({ epoch, stats }))).toBe(200);
      const kept = await receiver.store.newestReport(exampleSystemId);
      expect(JSON.parse(kept ?? '').stats).toEqual(stats);
      const detail = await receiver.getJson(`api/systems/${exampleSystemId}`);
      expect(detail.processes).toEqual(stats.processes);
      expect(detail.disks).toMatchObject([{ device, mount_point: name }]);
      expect(detail.interfaces).toMatchObject([{ name: device }]);
      const history = await receiver.getJson(`api/systems/${exampleSystemId}/history?hours=1`);
      expect(Object.keys(Object(history.disks))).toContain(name);
    }),
    {
      examples: [
        ['constructor', 'constructor'],
        ['__proto__', 'toString'],
        ['\u0000', '\ufffd'],
        ['__proto__', '__proto__'],
      ],
    },
  );
});
