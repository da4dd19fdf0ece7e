import { type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { fromEnvironment, onPlatform, testWith } from '../support/requirement.ts';
import { startProxy } from '../support/scripted-proxy.ts';
import { answer, startReceiver } from '../support/scripted-receiver.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const executable = process.env.SYSTEM_MONITOR_EXECUTABLE ?? '';
/** Each is planted in one place. None may be found anywhere else. */
const secrets = {
  urlPassword: 'S@CRET"SECRET-url-4711',
  query: 'SECRET-query-4715',
  token: 'SECRET-token-4712',
  proxyPassword: 'SECRET-proxy-4713',
  header: 'SECRET-header-4714',
};

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());
}

testWith(
  [fromEnvironment('SYSTEM_MONITOR_EXECUTABLE'), onPlatform('linux')],
  'secrets reach the server they are for, and no output, log, state, report or process list',
  async () => {
    const folder = temporaryFolder();
    const state = join(folder, 'state');
    const receiver = await startReceiver();
    const proxy = await startProxy();
    const tokenFile = join(folder, 'token');
    writeFileSync(tokenFile, `${secrets.token}\n`, { mode: 0o600 });
    const configuration = join(folder, 'config.json');
    const url = new URL(receiver.url);
    url.username = 'me';
    url.password = secrets.urlPassword;
    url.searchParams.set('token', secrets.query);
    const proxyUrl = new URL(proxy.url);
    proxyUrl.username = 'proxy-user';
    proxyUrl.password = secrets.proxyPassword;
    const write = (more: Record<string, unknown>) =>
      writeFileSync(
        configuration,
        JSON.stringify({
          system_id: `Linux-${'0'.repeat(32)}`,
          url: url.href,
          interval: 1,
          proxy: proxyUrl.href,
          headers: { 'x-api-key': secrets.header },
          log_level: 'debug',
          ...more,
        }),
        { mode: 0o600 },
      );
    const env = {
      HOME: folder,
      SYSTEM_MONITOR_CONFIG: configuration,
      SYSTEM_MONITOR_STATE_DIR: state,
    };
    const said: string[] = [];
    // Not spawnSync: the receiver answers from this very process.
    const run = (...words: string[]) =>
      new Promise<void>((resolve) => {
        const child = spawn(executable, words, { env, stdio: ['ignore', 'pipe', 'pipe'] });
        const hear = (chunk: Buffer) => said.push(`${words.join(' ')}: ${chunk}`);
        child.stdout.on('data', hear);
        child.stderr.on('data', hear);
        child.on('close', () => resolve());
      });

    // With the URL's own credentials, then with the token, then with neither server nor proxy.
    write({});
    await run('background', '--once');
    write({ token_file: tokenFile });
    await run('background', '--once');
    const background = spawn(executable, ['background'], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [background.stdout, background.stderr]) {
      stream.on('data', (chunk: Buffer) => said.push(`background: ${chunk}`));
    }
    const processList: SpawnSyncReturns<string> = spawnSync('ps', ['-eo', 'args'], {
      encoding: 'utf8',
    });
    said.push(...processList.stdout.split('\n').filter((line) => line.includes(executable)));
    // It quotes what it was sent, and what it was not.
    receiver.behave(answer(401, {}, `who are you? ${Object.values(secrets).join(' ')}`));
    for (const words of [
      ['check'],
      ['doctor'],
      ['status'],
      ['status', '--json'],
      ['config', 'path'],
    ]) {
      await run(...words);
    }
    await proxy.stop();
    await receiver.stop();
    for (const words of [
      ['check'],
      ['doctor'],
      ['config', 'list'],
      ['spool', 'list'],
      ['spool', 'verify'],
    ])
      await run(...words);
    write({ interval: 'wrong' });
    await run('background', '--once');
    await run('config', 'validate');
    background.kill('SIGKILL');
    await new Promise((resolve) => background.on('close', resolve));

    const authorizations = receiver.requests.map((request) => request.headers.authorization);
    expect(authorizations).toContain(
      `Basic ${Buffer.from(`me:${secrets.urlPassword}`).toString('base64')}`,
    );
    expect(authorizations).toContain(`Bearer ${secrets.token}`);
    expect(receiver.requests[0]?.headers['x-api-key']).toBe(secrets.header);
    expect(said.length).toBeGreaterThan(10);
    // Where a report was meant for is told with its query, as ever.
    for (const request of receiver.requests) {
      expect(request.path).toContain(secrets.query);
      const body = request.body.toString().replaceAll(`token=${secrets.query}`, '');
      expect(body).not.toContain('CRET');
    }
    const leaks = [
      ...said.filter((text) => /CRET/.test(text)),
      ...filesBelow(state).filter((path) => {
        const text = readFileSync(path, 'latin1');
        const isReport = path.endsWith('.report');
        return /CRET/.test(isReport ? text.replaceAll(`token=${secrets.query}`, '') : text);
      }),
    ];
    expect(leaks).toEqual([]);
  },
  120_000,
);
