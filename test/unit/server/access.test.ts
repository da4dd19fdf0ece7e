import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createTokenAccess } from '../../../server-example/access.ts';
import { sessionStateSchema } from '../../../server-example/api-schemas.ts';
import { type RunningReceiver, startReceiver } from '../../support/receiver.ts';
import { exampleReport } from '../../support/report.ts';

const reporter = 'reporter-0123456789abcdef';
const bound = 'bound-0123456789abcdef000';
const viewer = 'viewer-0123456789abcdef00';
const manager = 'manager-0123456789abcdef0';
const all = 'all-0123456789abcdef00000';

let folder: string;
let path: string;
let seconds: number;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tokens-'));
  path = join(folder, 'tokens');
  seconds = 1_795_000_000;
  const lines = [
    '# who',
    `report ${reporter}`,
    `report id=web-* id=db%201 ${bound}`,
    `view ${viewer} # ada`,
    '',
    `manage ${manager}`,
    all,
  ];
  writeFileSync(path, `${lines.join('\n')}\n`);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function start() {
  const now = () => seconds;
  const access = createTokenAccess({ path, now, log: () => {} });
  return startReceiver({ access, now: () => seconds * 1000 });
}

function bearer(token: string): Record<string, string> {
  return { authorization: `Bearer ${token}` };
}

const json = { 'content-type': 'application/json' };

function signIn(receiver: RunningReceiver, token: string, headers: Record<string, string> = {}) {
  return fetch(new URL('api/session', receiver.url), {
    method: 'POST',
    headers: { ...json, ...headers },
    body: JSON.stringify({ token }),
  });
}

test('each token does what its line says and nothing else', async () => {
  await using receiver = await start();
  await receiver.store.register('old', 1);
  const system = new URL('api/systems/old', receiver.url);
  const statuses = async (headers: Record<string, string>) => [
    (await receiver.post(exampleReport(), headers)).status,
    (await fetch(new URL('api/systems', receiver.url), { headers })).status,
    (await fetch(system, { method: 'PUT', headers })).status,
    (await fetch(system, { method: 'DELETE', headers })).status,
  ];
  expect(await statuses({})).toEqual([401, 401, 401, 401]);
  expect(await statuses(bearer('wrong'))).toEqual([401, 401, 401, 401]);
  expect(await statuses(bearer(reporter))).toEqual([200, 403, 403, 403]);
  expect(await statuses(bearer(viewer))).toEqual([403, 200, 403, 403]);
  expect(await statuses(bearer(manager))).toEqual([403, 200, 200, 204]);
  expect(await statuses(bearer(all))).toEqual([200, 200, 201, 204]);
});

test('a token that may not is told what it may, and what this takes', async () => {
  await using receiver = await start();
  const refused = await fetch(new URL('api/systems/x', receiver.url), {
    method: 'DELETE',
    headers: bearer(viewer),
  });
  expect([refused.status, await refused.json()]).toEqual([
    403,
    { error: 'this token may only view; a token that may manage is needed' },
  ]);
});

test('a token that is bound to ids reports as those and asks about those alone', async () => {
  await using receiver = await start();
  const reportAs = async (system_id: string) =>
    (await receiver.post(exampleReport({ system_id }), bearer(bound))).status;
  expect(await reportAs('web-1')).toBe(200);
  expect(await reportAs('db 1')).toBe(200);
  expect(await reportAs('web')).toBe(403);
  expect(await reportAs('db 2')).toBe(403);
  const check = { action: 'check_system_id', system_id: 'db 2' };
  const asked = await receiver.post(check, bearer(bound));
  expect([asked.status, await asked.json()]).toEqual([
    403,
    { error: 'this token may not report as db 2' },
  ]);
  expect((await receiver.post({ ...check, system_id: 'web-1' }, bearer(bound))).status).toBe(200);
  expect((await receiver.store.systems()).map((system) => system.id)).toEqual(['db 1', 'web-1']);
});

test('a token may stand as the password of Basic, which a URL with credentials becomes', async () => {
  await using receiver = await start();
  const statusFor = async (user: string, password: string) => {
    const credentials = Buffer.from(`${user}:${password}`).toString('base64');
    const headers = { authorization: `Basic ${credentials}` };
    return (await receiver.post(exampleReport(), headers)).status;
  };
  expect(await statusFor('agent', reporter)).toBe(200);
  expect(await statusFor('', reporter)).toBe(200);
  expect(await statusFor('agent', viewer)).toBe(403);
  expect(await statusFor(reporter, '')).toBe(401);
});

test('a refusal asks for a token in HTTP’s own words', async () => {
  await using receiver = await start();
  const refused = await receiver.post(exampleReport());
  expect(refused.headers.get('www-authenticate')).toBe('Bearer');
});

test('the page and healthz need no token, metrics and events do', async () => {
  await using receiver = await start();
  const statusOf = async (route: string) => (await fetch(new URL(route, receiver.url))).status;
  expect(await statusOf('/')).toBe(200);
  expect(await statusOf('/healthz')).toBe(200);
  expect(await statusOf('/metrics')).toBe(401);
  expect(await statusOf('/api/events')).toBe(401);
});

test('a token becomes a cookie that opens the page until it expires or the token goes', async () => {
  await using receiver = await start();
  expect((await signIn(receiver, 'wrong-0123456789abcdef')).status).toBe(401);
  expect((await signIn(receiver, reporter)).status).toBe(403);
  const accepted = await signIn(receiver, viewer);
  expect(accepted.status).toBe(204);
  const header = accepted.headers.get('set-cookie') ?? '';
  expect(header).toMatch(/; Path=\/; HttpOnly; SameSite=Strict$/);
  expect(header).not.toContain(viewer);
  const cookie = header.split(';', 1)[0] ?? '';

  const viewWith = async (value: string) =>
    (await fetch(new URL('api/systems', receiver.url), { headers: { cookie: value } })).status;
  expect(await viewWith(cookie)).toBe(200);
  expect(await viewWith(`other=1; ${cookie}`)).toBe(200);
  const later = cookie.replace(/=\d+/, (expiry) => `=${Number(expiry.slice(1)) + 1}`);
  expect(await viewWith(later)).toBe(401);
  expect((await receiver.post(exampleReport(), { cookie })).status).toBe(403);

  seconds += 31 * 86_400;
  expect(await viewWith(cookie)).toBe(401);
  seconds -= 31 * 86_400;
  expect(await viewWith(cookie)).toBe(200);
  writeFileSync(path, `${all}\n`);
  seconds += 1;
  expect(await viewWith(cookie)).toBe(401);
});

test('a cookie may do what its token may, and nothing once it was signed out of', async () => {
  await using receiver = await start();
  const cookieOf = async (token: string) =>
    (await signIn(receiver, token)).headers.get('set-cookie')?.split(';', 1)[0] ?? '';
  const [viewing, managing, kept] = [
    await cookieOf(viewer),
    await cookieOf(manager),
    await cookieOf(manager),
  ];
  const putWith = async (cookie: string) =>
    (await fetch(new URL('api/systems/a', receiver.url), { method: 'PUT', headers: { cookie } }))
      .status;
  const stateWith = async (cookie: string) =>
    sessionStateSchema.parse(
      await (await fetch(new URL('api/session', receiver.url), { headers: { cookie } })).json(),
    );
  expect([await putWith(viewing), await putWith(managing)]).toEqual([403, 201]);
  expect(await stateWith(viewing)).toEqual({ asks_for_token: true, permissions: ['view'] });
  expect((await stateWith(managing)).permissions.sort()).toEqual(['manage', 'view']);

  const out = await fetch(new URL('api/session', receiver.url), {
    method: 'DELETE',
    headers: { cookie: managing },
  });
  expect([out.status, out.headers.get('set-cookie')]).toEqual([
    204,
    'session=; Max-Age=0; Path=/; HttpOnly; SameSite=Strict',
  ]);
  expect([await putWith(managing), await putWith(kept)]).toEqual([401, 200]);
  expect(await stateWith(managing)).toEqual({ asks_for_token: true, permissions: [] });
});

test('behind a proxy that speaks TLS the cookie is Secure', async () => {
  await using receiver = await start();
  const answer = await signIn(receiver, viewer, { 'x-forwarded-proto': 'https' });
  expect(answer.headers.get('set-cookie')).toMatch(/; Secure/);
});

test('without a token file everybody may do everything, and there is nothing to sign in to', async () => {
  await using receiver = await startReceiver();
  expect(sessionStateSchema.parse(await receiver.getJson('api/session'))).toEqual({
    asks_for_token: false,
    permissions: ['report', 'view', 'manage'],
  });
  const answer = await signIn(receiver, 'anything');
  expect([answer.status, answer.headers.get('set-cookie')]).toEqual([204, null]);
});

test('a changed file is read again, and a damaged one leaves the old tokens in force', async () => {
  await using receiver = await start();
  const next = 'next-0123456789abcdef0000';
  writeFileSync(path, `${next}\n`);
  seconds += 1;
  expect((await receiver.post(exampleReport(), bearer(reporter))).status).toBe(401);
  expect((await receiver.post(exampleReport(), bearer(next))).status).toBe(200);
  writeFileSync(path, 'short\n');
  utimesSync(path, 1, 1);
  seconds += 1;
  expect((await receiver.post(exampleReport(), bearer(next))).status).toBe(200);
});

test('two hundred wrong sign-ins are slowed and told in the log, and a right one among them is not', async () => {
  const waits: number[] = [];
  const release = Promise.withResolvers<void>();
  const wait = (ms: number): Promise<void> => {
    waits.push(ms);
    return release.promise;
  };
  const access = createTokenAccess({ path, now: () => seconds, log: () => {} });
  await using receiver = await startReceiver({ access, now: () => seconds * 1000, wait });
  const settled: number[] = [];
  const wrong = Array.from({ length: 200 }, async (_, at) => {
    settled.push((await signIn(receiver, `wrong-${at}-0123456789abc`)).status);
  });
  while (settled.length < 196) await new Promise((resolve) => setTimeout(resolve, 1));
  // Four are made to wait, and nobody lets them go before the right ones were let in.
  expect(waits).toEqual([300, 300, 300, 300]);
  expect((await signIn(receiver, viewer)).status).toBe(204);
  expect((await receiver.post(exampleReport(), bearer(reporter))).status).toBe(200);
  const refused = await receiver.post(exampleReport(), bearer('wrong'));
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '60']);
  release.resolve();
  await Promise.all(wrong);
  const count = (status: number) => settled.filter((one) => one === status).length;
  expect([count(401), count(429)]).toEqual([14, 186]);
  expect(receiver.logged).toEqual(['127.0.0.1 sent a wrong token']);

  seconds += 61;
  expect((await signIn(receiver, 'wrong-again-0123456789abc')).status).toBe(401);
  expect(receiver.logged.at(-1)).toBe('127.0.0.1 sent a wrong token (and 200 more times)');
  expect(waits).toHaveLength(5);
  seconds += 600;
  expect((await signIn(receiver, 'wrong-later-0123456789abc')).status).toBe(401);
  expect(waits).toHaveLength(5);
});
