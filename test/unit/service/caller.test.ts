import { expect, test } from '@jest/globals';
import { type CallerOptions, findCaller } from '../../../src/service/caller.ts';
import { recordingRunner } from '../../support/service-context.ts';

const users: Readonly<Record<string, string>> = {
  'getent passwd 1000': 'ann:x:1000:1000:Ann,,,:/home/ann:/bin/bash\n',
  'getent passwd bob': 'bob:x:1001:1001::/srv/bob:/bin/sh\n',
  'getent passwd 1002': 'half:x:1002\n',
  'id -P 501': 'eve:********:501:20::0:0:Eve:/Users/eve:/bin/zsh\n',
};

async function find(
  environment: Readonly<Record<string, string>>,
  more: Partial<CallerOptions> = {},
): Promise<{ readonly home: string | undefined; readonly asked: readonly string[] }> {
  const { runCommand, lines } = recordingRunner((line) => ({
    exitCode: users[line] === undefined ? 2 : 0,
    stdout: users[line] ?? '',
  }));
  const options = { platform: 'linux', userId: 0, ...more } as const;
  const caller = await findCaller({ ...options, environment, runCommand });
  return { home: caller?.homeFolder, asked: lines };
}

test.each([
  ['sudo', { SUDO_UID: '1000', SUDO_USER: 'ann', HOME: '/root' }, '/home/ann'],
  ['pkexec', { PKEXEC_UID: '1000' }, '/home/ann'],
  ['doas', { DOAS_USER: 'bob' }, '/srv/bob'],
])('the person behind %s has the home of the list of users', async (_, environment, home) => {
  expect((await find(environment)).home).toBe(home);
});

test('on macOS, too', async () => {
  expect((await find({ SUDO_UID: '501' }, { platform: 'darwin' })).home).toBe('/Users/eve');
});

test.each([
  ['root by itself', {}],
  ['root by sudo', { SUDO_UID: '0' }],
  ['root by doas', { DOAS_USER: 'root' }],
  ['what would be taken for an option', { DOAS_USER: '--service=files' }],
  ['an empty variable', { SUDO_UID: '' }],
])('%s is nobody else, and nobody is asked for', async (_, environment) => {
  expect(await find(environment)).toEqual({ home: undefined, asked: [] });
});

test('whoever is not root has no caller, whatever the environment says', async () => {
  expect(await find({ SUDO_UID: '1000' }, { userId: 1000 })).toMatchObject({ asked: [] });
  expect(await find({ SUDO_UID: '1000' }, { userId: undefined })).toMatchObject({ asked: [] });
});

test('an unknown user, and half an entry, are nobody', async () => {
  expect((await find({ SUDO_UID: '4711' })).home).toBeUndefined();
  expect((await find({ SUDO_UID: '1002' })).home).toBeUndefined();
});
