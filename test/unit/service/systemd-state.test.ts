import { expect, test } from '@jest/globals';
import { parseSystemdShow } from '../../../src/service/systemd-state.ts';

/** As systemd 252 answered; the order is its own, not that of the question. */
const running = `Restart=always
NRestarts=2
MainPID=185
Result=success
ExecStart={ path=/usr/local/bin/system-monitor ; argv[]=/usr/local/bin/system-monitor background ; ignore_errors=no ; start_time=[Mon 2026-11-23 04:21:06 UTC] ; stop_time=[n/a] ; pid=185 ; code=(null) ; status=0/0 }
LoadState=loaded
ActiveState=active
SubState=running
FragmentPath=/etc/systemd/system/system-monitor.service
UnitFileState=enabled
StateChangeTimestamp=Mon 2026-11-23 04:21:06 UTC
`;

test('a running service has its process, its moment and its file', () => {
  expect(parseSystemdShow(running)).toEqual({
    manager: 'systemd',
    installed: true,
    enabled: true,
    running: true,
    state: 'active (running)',
    restarts: 2,
    pid: 185,
    since: '2026-11-23T04:21:06Z',
    definition: '/etc/systemd/system/system-monitor.service',
    executable: '/usr/local/bin/system-monitor',
  });
});

test('a service that keeps ending is not running, and its state says why', () => {
  const state = parseSystemdShow(
    running
      .replace('ActiveState=active', 'ActiveState=activating')
      .replace('SubState=running', 'SubState=auto-restart')
      .replace('Result=success', 'Result=exit-code')
      .replace('MainPID=185', 'MainPID=0'),
  );
  expect(state).toMatchObject({
    running: false,
    state: 'activating (auto-restart, exit-code)',
  });
  expect(state).not.toHaveProperty('pid');
});

test('a service that is not there is neither installed nor enabled', () => {
  const answer = `MainPID=0
Result=success
NRestarts=0
LoadState=not-found
ActiveState=inactive
SubState=dead
FragmentPath=
UnitFileState=
StateChangeTimestamp=
`;
  expect(parseSystemdShow(answer)).toEqual({
    manager: 'systemd',
    installed: false,
    enabled: false,
    running: false,
    state: 'inactive (dead)',
    restarts: 0,
  });
});

test('a disabled service does not start at boot', () => {
  const state = parseSystemdShow(
    running.replace('UnitFileState=enabled', 'UnitFileState=disabled'),
  );
  expect(state.enabled).toBe(false);
});

test('an empty answer says nothing and throws nothing', () => {
  expect(parseSystemdShow('')).toEqual({
    manager: 'systemd',
    installed: false,
    enabled: false,
    running: false,
    state: 'unknown',
    restarts: 0,
  });
});
