/** Any text is somebody's id: it survives every address, and none passes as another. */
import { expect, test } from '@jest/globals';
import { detailSchema, fleetSchema } from '../../../server-example/api-schemas.ts';
import { startReceiver } from '../../support/receiver.ts';
import { exampleReport } from '../../support/report.ts';

const odd = [
  'a b',
  'a/b',
  '..',
  '.',
  '%41',
  '%',
  '?id=x',
  '#',
  'ä日本🦊',
  '__proto__',
  'constructor',
  'report',
  '<script>alert(1)</script>',
  '"\\\'',
  'x'.repeat(200),
  '🦊'.repeat(200),
];

test('any text that can be seen is an id, in every address', async () => {
  await using receiver = await startReceiver();
  for (const system_id of odd) {
    const answer = await receiver.post(exampleReport({ system_id }));
    expect([system_id, answer.status]).toEqual([system_id, 200]);
    const check = await receiver.post({ action: 'check_system_id', system_id });
    expect([system_id, check.status]).toEqual([system_id, 200]);
  }
  const { systems } = fleetSchema.parse(await receiver.getJson('api/systems'));
  expect(systems.map((system) => system.id)).toEqual(odd.toSorted());

  for (const id of odd) {
    const query = `id=${encodeURIComponent(id)}`;
    const detail = detailSchema.parse(await receiver.getJson(`api/system?${query}`));
    expect(detail.system.id).toBe(id);
    expect((await receiver.getJson(`api/system/report?${query}`)).system_id).toBe(id);
    expect((await receiver.getJson(`api/system/history?${query}&hours=1`)).bucket_seconds).toBe(10);
    // A path cannot hold a step up or none, however it is written.
    if (id === '.' || id === '..') continue;
    const path = await receiver.getJson(`api/systems/${encodeURIComponent(id)}`);
    expect(detailSchema.parse(path).system.id).toBe(id);
  }

  for (const id of odd) {
    const url = new URL(`api/system?id=${encodeURIComponent(id)}`, receiver.url);
    const named = await fetch(url, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: '{"name":"n"}',
    });
    expect([named.status, await named.json()]).toEqual([200, { id, registered: true }]);
    expect((await fetch(url, { method: 'DELETE' })).status).toBe(204);
    expect((await fetch(url)).status).toBe(404);
  }
});

for (const [name, id] of [
  ['nothing in it', ''],
  ['201 characters', 'x'.repeat(201)],
  ['a control character', 'a\u0007'],
  ['a line break', 'a\nb'],
  ['a line separator', 'a\u2028b'],
  ['a zero-width space', 'a\u200bb'],
  ['a zero-width joiner', 'a\u200db'],
  ['a mark of direction', 'a\u202eb'],
  ['a byte order mark', '\ufeffa'],
  ['half of a pair', 'a\ud83e'],
] as const) {
  test(`an id with ${name} is refused in words, however it comes`, async () => {
    await using receiver = await startReceiver();
    const refused = await receiver.post(exampleReport({ system_id: id }));
    expect([refused.status, await refused.json()]).toEqual([
      400,
      {
        error: 'system_id: must be 1 to 200 visible characters',
      },
    ]);
    if (id === 'a\ud83e') return;
    const url = new URL(`api/system?id=${encodeURIComponent(id)}`, receiver.url);
    expect((await fetch(url, { method: 'PUT' })).status).toBe(400);
    expect(await receiver.store.systemIds()).toEqual([]);
  });
}

for (const [name, one, other] of [
  ['a space at its end', 'web', 'web '],
  ['a wider space', 'web 1', 'web\u00a01'],
  ['two spaces for one', 'web 1', 'web  1'],
  ['a filler that shows nothing', 'web', 'we\u3164b'],
  ['a variation selector', 'web', 'web\ufe0f'],
  ['a combining joiner', 'web', 'w\u034feb'],
  ['an empty pattern of Braille', 'web', 'web\u2800'],
  ['an accent of its own', '\u00e9', 'e\u0301'],
] as const) {
  test(`an id that differs from another by ${name} does not pass as one more`, async () => {
    await using receiver = await startReceiver();
    for (const [first, second] of [
      [one, other],
      [other, one],
    ] as const) {
      expect((await receiver.post(exampleReport({ system_id: first }))).status).toBe(200);
      const refused = await receiver.post(exampleReport({ system_id: second }));
      expect([refused.status, await refused.json()]).toEqual([
        403,
        {
          error: `${second} looks the same as ${first}, which is already registered here`,
        },
      ]);
      const url = new URL(`api/system?id=${encodeURIComponent(second)}`, receiver.url);
      expect((await fetch(url, { method: 'PUT' })).status).toBe(403);
      expect(await receiver.store.systemIds()).toEqual([first]);
      const again = exampleReport({ system_id: first, epoch: 1_795_000_060 });
      expect((await receiver.post(again)).status).toBe(200);
      const known = new URL(`api/system?id=${encodeURIComponent(first)}`, receiver.url);
      expect((await fetch(known, { method: 'DELETE' })).status).toBe(204);
    }
  });
}
