import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { systemdUnit } from '../../../src/service/systemd-unit.ts';
import { type Requirement, testWith } from '../../support/requirement.ts';

const configurationFile = '/etc/system-monitor/config.json';

/** `security --offline` came with systemd 250. */
function systemdAnalyze(): Requirement {
  const { stdout } = spawnSync('systemd-analyze', ['--version'], { encoding: 'utf8' });
  const version = Number(/^systemd (\d+)/.exec(stdout ?? '')?.[1]);
  return { met: version >= 250, reason: 'needs systemd-analyze 250 or newer' };
}

function withUnitFile<Value>(use: (path: string) => Value): Value {
  const folder = mkdtempSync(join(tmpdir(), 'systemd-unit-'));
  try {
    const path = join(folder, 'system-monitor.service');
    // The analyser wants a program that exists.
    writeFileSync(path, systemdUnit({ executable: process.execPath, configurationFile }));
    return use(path);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

testWith([systemdAnalyze()], 'the unit is exposed no more than 2.5 of 10', () => {
  const report = withUnitFile((path) =>
    execFileSync('systemd-analyze', ['security', '--offline=true', '--no-pager', path], {
      encoding: 'utf8',
    }),
  );
  const exposure = Number(/Overall exposure level for \S+: ([\d.]+)/.exec(report)?.[1]);
  expect(exposure).toBeGreaterThan(0);
  expect(exposure).toBeLessThanOrEqual(2.5);
});

testWith([systemdAnalyze()], 'systemd finds nothing to complain about in the unit', () => {
  const complaints = withUnitFile(
    (path) =>
      spawnSync('systemd-analyze', ['verify', '--man=no', path], { encoding: 'utf8' }).stderr,
  );
  expect(complaints.split('\n').filter((line) => line.includes('system-monitor'))).toEqual([]);
});

test('what would hide processes, users or mounts from the agent, or crash Node, is off', () => {
  const unit = systemdUnit({ executable: '/usr/bin/system-monitor', configurationFile });
  const setting = (name: string): string | undefined =>
    new RegExp(`^${name}=(.*)$`, 'm').exec(unit)?.[1];
  expect({
    ProtectProc: setting('ProtectProc'),
    ProcSubset: setting('ProcSubset'),
    ProtectHome: setting('ProtectHome'),
    PrivateTmp: setting('PrivateTmp'),
    PrivateDevices: setting('PrivateDevices'),
    PrivateUsers: setting('PrivateUsers'),
    PrivateNetwork: setting('PrivateNetwork'),
    MemoryDenyWriteExecute: setting('MemoryDenyWriteExecute'),
  }).toEqual({
    ProtectProc: 'default',
    ProcSubset: 'all',
    ProtectHome: 'read-only',
    PrivateTmp: 'no',
    PrivateDevices: 'no',
    PrivateUsers: 'no',
    PrivateNetwork: undefined,
    MemoryDenyWriteExecute: 'no',
  });
  expect(setting('RestrictAddressFamilies')).toContain('AF_NETLINK');
});

test('it runs as its own user without a capability and is started again whenever it ends', () => {
  const unit = systemdUnit({ executable: '/usr/bin/system-monitor', configurationFile });
  expect(unit).toMatch(/^User=system-monitor$/m);
  expect(unit).toMatch(/^CapabilityBoundingSet=$/m);
  expect(unit).toMatch(/^Restart=always$/m);
  expect(unit).toMatch(/^StartLimitIntervalSec=0$/m);
  expect(unit).toMatch(/^WantedBy=multi-user.target$/m);
});

test('odd characters in a path reach the program as they are', () => {
  const unit = systemdUnit({
    executable: '/opt/100% "my" tools/$x\\y',
    configurationFile: '/etc/a b/config.json',
  });
  expect(/^ExecStart=(.*)$/m.exec(unit)?.[1]).toBe(
    '"/opt/100%% \\"my\\" tools/$$x\\\\y" background --service --config "/etc/a b/config.json"' +
      ' --state-dir /var/lib/system-monitor',
  );
});
