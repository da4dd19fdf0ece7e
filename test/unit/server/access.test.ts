import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createTokenAccess } from '../../../server-example/auth.ts';
import { startReceiver } from '../../support/receiver.ts';
import { exampleReport } from '../../support/report.ts';

const reporter = 'reporter-0123456789abcdef';
const viewer = 'viewer-0123456789abcdef00';
const both = 'both-0123456789abcdef0000';

let folder: string;
let path: string;
let seconds: number;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tokens-'));
  path = join(folder, 'tokens');
  seconds = 1_795_000_000;
  writeFileSync(path, `# who\nreport ${reporter}\nview ${viewer} # ada\n\n${both}\n`);
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

test('each token does what its line says and nothing else', async () => {
  await using receiver = await start();
  const mayReport = async (headers: Record<string, string>) =>
    (await receiver.post(exampleReport(), headers)).status;
  const mayView = async (headers: Record<string, string>) =>
    (await fetch(new URL('api/systems', receiver.url), { headers })).status;

  expect([await mayReport({}), await mayView({})]).toEqual([401, 401]);
  expect([await mayReport(bearer('wrong')), await mayView(bearer('wrong'))]).toEqual([401, 401]);
  expect([await mayReport(bearer(reporter)), await mayView(bearer(reporter))]).toEqual([200, 401]);
  expect([await mayReport(bearer(viewer)), await mayView(bearer(viewer))]).toEqual([401, 200]);
  expect([await mayReport(bearer(both)), await mayView(bearer(both))]).toEqual([200, 200]);
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
  expect(await statusFor('agent', viewer)).toBe(401);
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
  const signIn = (token: string) =>
    fetch(new URL('api/session', receiver.url), {
      method: 'POST',
      body: JSON.stringify({ token }),
    });
  expect((await signIn('wrong-0123456789abcdef')).status).toBe(401);
  expect((await signIn(reporter)).status).toBe(401);
  const accepted = await signIn(viewer);
  expect(accepted.status).toBe(204);
  const header = accepted.headers.get('set-cookie') ?? '';
  expect(header).toMatch(/; HttpOnly; SameSite=Strict$/);
  expect(header).not.toContain(viewer);
  const cookie = header.split(';', 1)[0] ?? '';

  const viewWith = async (value: string) =>
    (await fetch(new URL('api/systems', receiver.url), { headers: { cookie: value } })).status;
  expect(await viewWith(cookie)).toBe(200);
  expect(await viewWith(`other=1; ${cookie}`)).toBe(200);
  const later = cookie.replace(/=\d+/, (expiry) => `=${Number(expiry.slice(1)) + 1}`);
  expect(await viewWith(later)).toBe(401);
  expect((await receiver.post(exampleReport(), { cookie })).status).toBe(401);

  seconds += 31 * 86_400;
  expect(await viewWith(cookie)).toBe(401);
  seconds -= 31 * 86_400;
  expect(await viewWith(cookie)).toBe(200);
  writeFileSync(path, `${both}\n`);
  seconds += 1;
  expect(await viewWith(cookie)).toBe(401);
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

for (const [name, content, reason] of [
  ['no token', '# nothing\n', 'holds no token'],
  ['a short token', 'secret\n', 'line 1: must be'],
  ['an unknown word', `${both}\nadmin ${viewer}\n`, 'line 2: must be'],
] as const) {
  test(`a file with ${name} is refused at the start`, () => {
    writeFileSync(path, content);
    expect(() => createTokenAccess({ path, now: () => 0, log: () => {} })).toThrow(reason);
  });
}
