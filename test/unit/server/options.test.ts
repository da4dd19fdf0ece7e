import { expect, test } from '@jest/globals';
import { parseOptions, UsageError } from '../../../server-example/options.ts';

test('without flags the receiver listens on the loopback and keeps its data with the user', () => {
  expect(parseOptions([], { HOME: '/home/ada' })).toMatchObject({
    port: 5000,
    host: '127.0.0.1',
    dataFolder: '/home/ada/.local/state/system-monitor-server',
    registration: 'open',
    register: [],
  });
  expect(parseOptions([], { HOME: '/home/ada', XDG_STATE_HOME: '/state' }).dataFolder).toBe(
    '/state/system-monitor-server',
  );
});

test('every flag is read', () => {
  const words =
    '--port 0 --host ::1 --data /d --store postgres://u@h/d --register a --register b --registration closed --token-file /t --tls-certificate /c --tls-key /k --max-systems 7 --allow-host m --keep-reports 3 --keep-hourly 30';
  expect(parseOptions(words.split(' '), {})).toEqual({
    port: 0,
    host: '::1',
    dataFolder: '/d',
    storeUrl: 'postgres://u@h/d',
    register: ['a', 'b'],
    registration: 'closed',
    tokenFile: '/t',
    tls: { certificate: '/c', key: '/k' },
    systemsMax: 7,
    allowedHosts: ['m'],
    keepReportsDays: 3,
    keepHourlyDays: 30,
    help: false,
  });
});

for (const [words, reason] of [
  ['--port 70000', '--port 70000: must be a whole number from 0 to 65535'],
  ['--port 5e3', '--port 5e3: must be'],
  ['--port', 'port'],
  ['--registration maybe', '--registration maybe: must be open or closed'],
  ['--keep-reports 0', '--keep-reports 0: must be a whole number from 1'],
  ['--store mysql://u:secret@h/d', '--store: must be an address'],
  ['--tls-key k', '--tls-certificate and --tls-key must be given together'],
  ['--max-systems 0', '--max-systems 0: must be a whole number from 1'],
  ['--register a\u200b', 'must be a system id of 1 to 200 visible characters'],
  ['--verbose', '--verbose'],
  ['extra', 'extra'],
] as const) {
  test(`"${words}" is refused with a reason that names it`, () => {
    const parse = () => parseOptions(words.split(' '), {});
    expect(parse).toThrow(UsageError);
    expect(parse).toThrow(reason);
  });
}
