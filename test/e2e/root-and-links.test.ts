/** Root's own commands in the folder of a service's user, who has planted what could lead them astray. */
import { execFileSync } from 'node:child_process';
import {
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { builtExecutable, runProgram } from '../support/program.ts';
import { exampleSystemId } from '../support/report.ts';
import { asRoot, onPlatform, testWith } from '../support/requirement.ts';
import { startReceiver } from '../support/scripted-receiver.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const needs = [builtExecutable(), onPlatform('linux'), asRoot()];
const user = 54_321;
const key = '001795804705-ffd72a389ea60168';

interface Scene {
  readonly folder: string;
  readonly spool: string;
  readonly secret: string;
  readonly victim: string;
}

/** Root's settings, the user's state, and two things of root's that the user would like to have. */
function createScene(settings: Readonly<Record<string, unknown>> = {}): Scene {
  const folder = temporaryFolder();
  execFileSync('chmod', ['0755', folder]);
  const spool = join(folder, 'state', 'spool');
  const victim = join(folder, 'victim');
  for (const name of ['pending', 'rejected']) mkdirSync(join(spool, name), { recursive: true });
  mkdirSync(victim);
  writeFileSync(join(victim, 'f1'), 'precious');
  const secret = join(folder, 'secret');
  writeFileSync(secret, 'ROOT-ONLY\n', { mode: 0o600 });
  const values = { url: 'http://127.0.0.1:1/', system_id: exampleSystemId, ...settings };
  writeFileSync(join(folder, 'config.json'), JSON.stringify(values), { mode: 0o600 });
  execFileSync('chown', ['-R', `${user}:${user}`, join(folder, 'state')]);
  return { folder, spool, secret, victim };
}

testWith(needs, 'spool drop deletes nothing behind a link', async () => {
  const { folder, spool, victim } = createScene();
  symlinkSync(victim, join(spool, 'damaged'));
  const words = ['spool', 'drop', '--state', 'damaged', '--all'];
  expect((await runProgram(words, { folder })).code).toBe(77);
  expect(readdirSync(victim)).toEqual(['f1']);
});

testWith(needs, 'spool list prints no file of root’s for a reason', async () => {
  const { folder, spool, secret } = createScene();
  writeFileSync(join(spool, 'rejected', `${key}.report`), 'x');
  symlinkSync(secret, join(spool, 'rejected', `${key}.reason`));
  const { code, stdout, stderr } = await runProgram(['spool', 'list', '--json'], { folder });
  expect({ code, text: stdout + stderr }).toEqual({ code: 0, text: expect.stringContaining(key) });
  expect(stdout + stderr).not.toContain('ROOT-ONLY');
});

testWith(needs, 'a pipe in place of the status hangs nobody', async () => {
  const { folder } = createScene();
  execFileSync('mkfifo', [join(folder, 'state', 'status.json')]);
  expect(await runProgram(['status'], { folder })).toMatchObject({ code: 69, signal: null });
});

testWith(needs, 'background --once writes nothing into a folder behind a link', async () => {
  const { folder, spool, victim } = createScene();
  writeFileSync(join(spool, 'pending', 'planted'), 'x');
  symlinkSync(victim, join(spool, 'damaged'));
  const ended = await runProgram(['background', '--once'], { folder });
  expect(ended).toMatchObject({ code: 75, signal: null });
  expect(readdirSync(victim)).toEqual(['f1']);
  const reports = readdirSync(join(spool, 'pending')).filter((name) => name.endsWith('.report'));
  const owners = execFileSync('stat', [
    '-c',
    '%u',
    ...reports.map((name) => join(spool, 'pending', name)),
  ]);
  expect(owners.toString()).toBe(`${user}\n`);
});

testWith(needs, "check sends no token that the service's user may not read", async () => {
  const receiver = await startReceiver();
  const { folder, secret } = createScene({ url: receiver.url });
  writeFileSync(
    join(folder, 'config.json'),
    JSON.stringify({ url: receiver.url, system_id: exampleSystemId, token_file: secret }),
  );
  chownSync(join(folder, 'config.json'), user, user);
  const ended = await runProgram(['check'], { folder });
  expect(ended).toMatchObject({ code: 78, stdout: expect.stringContaining('EACCES') });
  expect((await runProgram(['doctor'], { folder })).stdout).toContain('EACCES');
  expect(receiver.requests).toEqual([]);
  chownSync(secret, user, user);
  await runProgram(['check'], { folder });
  expect(receiver.requests[0]?.headers.authorization).toBe('Bearer ROOT-ONLY');
  await receiver.stop();
});

testWith(needs, 'config validate tries no log file of root’s', async () => {
  const { folder, victim } = createScene({ log_file: '' });
  const log_file = join(victim, 'planted');
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ log_file }));
  chownSync(join(folder, 'config.json'), user, user);
  expect((await runProgram(['config', 'validate'], { folder })).code).toBe(78);
  expect(readFileSync(join(victim, 'f1'), 'utf8')).toBe('precious');
  expect(readdirSync(victim)).toEqual(['f1']);
});

testWith(needs, 'config set and repair write nothing behind a link of theirs', async () => {
  const { folder, victim } = createScene();
  const theirs = join(folder, 'state');
  const target = join(victim, 'planted');
  symlinkSync(target, join(theirs, 'config.json'));
  execFileSync('chown', ['-h', `${user}:${user}`, join(theirs, 'config.json')]);
  const place = ['--config', join(theirs, 'config.json')];
  for (const words of [
    ['config', 'set', 'interval', '5'],
    ['generate_system_id', '--save'],
  ]) {
    expect((await runProgram([...words, ...place], { folder })).code).toBe(77);
  }
  expect(readdirSync(victim)).toEqual(['f1']);
  writeFileSync(target, '{"interval": 5,}', { mode: 0o600 });
  expect((await runProgram(['config', 'repair', ...place], { folder })).code).toBe(77);
  expect(readFileSync(target, 'utf8')).toBe('{"interval": 5,}');
  expect(readdirSync(victim).sort()).toEqual(['f1', 'planted']);
});

testWith(
  needs,
  'config set in their folder makes a file of theirs, whatever lies in its way',
  async () => {
    const { folder, secret } = createScene();
    const theirs = join(folder, 'state');
    for (const name of ['config.json.new', 'config.json.tmp'])
      symlinkSync(secret, join(theirs, name));
    const words = ['config', 'set', 'interval', '5', '--config', join(theirs, 'config.json')];
    expect((await runProgram(words, { folder })).code).toBe(0);
    expect(statSync(join(theirs, 'config.json'))).toMatchObject({ uid: user, gid: user });
    expect(readFileSync(secret, 'utf8')).toBe('ROOT-ONLY\n');
  },
);

testWith(needs, 'a file of theirs in a folder of root’s is still changed by root', async () => {
  const { folder } = createScene();
  const path = join(folder, 'config.json');
  chownSync(path, user, user);
  expect((await runProgram(['config', 'set', 'interval', '5'], { folder })).code).toBe(0);
  expect(statSync(path)).toMatchObject({ uid: user, gid: user });
});

testWith(needs, 'folders may be named from the current one', async () => {
  const receiver = await startReceiver();
  const { folder, spool } = createScene({ url: receiver.url });
  const words = ['background', '--once', '--state-dir', 'state', '--config', 'config.json'];
  expect(await runProgram(words, { folder })).toMatchObject({ code: 0 });
  await receiver.stop();
  expect(receiver.requests).toHaveLength(1);
  const owners = execFileSync('find', [join(spool, '..'), '-printf', '%U\\n']).toString();
  expect(new Set(owners.trim().split('\n'))).toEqual(new Set([String(user)]));
  expect((await runProgram(['status', '--state-dir', 'state'], { folder })).stdout).toContain(
    '"accepted": 1',
  );
});
