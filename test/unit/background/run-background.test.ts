/** `background --once` whole: what it says at its start, and that nothing of it stays open. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { onPlatform, testWith } from '../../support/requirement.ts';
import { runWords } from '../../support/run-cli.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

let url = '';
const server = createServer((request, response) => {
  request.resume().once('end', () => response.end());
});
beforeAll(
  () =>
    new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', () => {
        const address = server.address();
        url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/`;
        resolve();
      });
    }),
);
afterAll(() => {
  server.close();
  server.closeAllConnections();
});

async function once(settings: Readonly<Record<string, unknown>>, words: readonly string[] = []) {
  const folder = temporaryFolder();
  const file = join(folder, 'config.json');
  const log = join(folder, 'log');
  writeFileSync(file, JSON.stringify({ system_id: 'A', log_file: log, ...settings }));
  const places = ['--config', file, '--state-dir', join(folder, 'state')];
  const { code } = await runWords(['background', '--once', ...places, ...words]);
  const lines = readFileSync(log, 'utf8')
    .trim()
    .split('\n')
    .map((line) => Object(JSON.parse(line)));
  const said = (event: string) => lines.filter((line) => line.event === event);
  return { code, file, folder, said };
}

test('it says who it is, from where it knows, and where it reports to', async () => {
  const { code, file, folder, said } = await once({ url: url.replace('//', '//ann:secret@') });
  expect(code).toBe(0);
  expect(said('agent.started')).toMatchObject([
    { system_id: 'A', new_id: false, configuration: file, state: join(folder, 'state') },
  ]);
  expect(said('agent.started')[0].url).toContain('127.0.0.1');
  expect(JSON.stringify(said('agent.started'))).not.toContain('secret');
  for (const event of ['config.url_default', 'config.url_missing', 'config.unknown_keys']) {
    expect(said(event)).toEqual([]);
  }
});

test('unknown keys are named, with the nearest name', async () => {
  const { said } = await once({ url, intervall: 5 });
  expect(said('config.unknown_keys')).toMatchObject([
    { level: 'warn', keys: ['intervall'], hint: expect.stringContaining('interval') },
  ]);
});

test('a service without an address says so, and sends nothing', async () => {
  const { said } = await once({}, ['--service']);
  expect(said('config.url_missing')).toMatchObject([{ level: 'error' }]);
  expect(said('agent.started')[0]).not.toHaveProperty('url');
});

testWith([onPlatform('linux')], 'no file stays open', async () => {
  await once({ url });
  const before = readdirSync('/proc/self/fd').length;
  for (let round = 0; round < 3; round += 1) await once({ url });
  expect(readdirSync('/proc/self/fd').length).toBeLessThanOrEqual(before + 1);
});
