import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { silentLogger } from '../../../src/base/logger.ts';
import type { InterfaceList } from '../../../src/collectors/network/addresses.ts';
import { createLinuxAddresses } from '../../../src/collectors/network/linux-addresses.ts';
import { createSystemRoots } from '../../../src/collectors/roots.ts';
import type { RunCommand } from '../../../src/host/run-command.ts';
import { createManualClock } from '../../support/clocks.ts';

const eth0 = { address: '192.0.2.7', netmask: '255.255.255.0', family: 'IPv4' } as const;
const listed: InterfaceList = { eth0: [eth0] };
const heading = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\n';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'addresses-'));
  mkdirSync(join(folder, 'proc/net'), { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true }));

function writeTables(local: readonly string[], routes = ''): void {
  const leaves = local.map((ip) => `   |-- ${ip}\n      /32 host LOCAL\n`).join('');
  writeFileSync(join(folder, 'proc/net/fib_trie'), `Main:\n${leaves}`);
  writeFileSync(join(folder, 'proc/net/route'), heading + routes);
}

function createReader(runCommand: RunCommand, listInterfaces = () => listed) {
  const clock = createManualClock();
  const addresses = createLinuxAddresses(
    {
      roots: { ...createSystemRoots(folder), mountPrefix: '' },
      clock,
      logger: silentLogger,
      calls: { listInterfaces },
    },
    runCommand,
  );
  return { addresses, clock };
}

const refuse: RunCommand = () => Promise.reject(new Error('nothing may be started here'));

test('no file is read and nothing is started when every interface is listed', async () => {
  const { addresses } = createReader(refuse);
  expect(await addresses.read(['eth0'])).toEqual([
    { name: 'eth0', ip: '192.0.2.7', netmask: '255.255.255.0' },
  ]);
});

test('an interface without a carrier is found by its route, and nothing is started', async () => {
  writeTables(
    ['172.17.0.1', '192.0.2.7'],
    'docker0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\n',
  );
  const { addresses } = createReader(refuse);
  expect(await addresses.read(['eth0', 'docker0'])).toContainEqual({
    name: 'docker0',
    ip: '172.17.0.1',
    netmask: '255.255.0.0',
  });
});

test('interfaces without any address start nothing', async () => {
  writeTables(['192.0.2.7']);
  const { addresses } = createReader(refuse);
  expect(await addresses.read(['eth0', 'ifb0', 'ifb1'])).toHaveLength(1);
});

test('an interface that is down is asked of ip once for each change, and again after a minute', async () => {
  writeTables(['10.3.0.1', '192.0.2.7']);
  let asked = 0;
  const runCommand: RunCommand = async () => {
    asked += 1;
    return {
      exitCode: 0,
      stdout:
        '4: eth0    inet 192.0.2.7/24 scope global eth0\\  valid_lft forever\n' +
        '9: br1    inet 10.3.0.1/24 scope global br1\\  valid_lft forever\n',
      stderr: '',
    };
  };
  const { addresses, clock } = createReader(runCommand);
  const withBridge = [
    { name: 'eth0', ip: '192.0.2.7', netmask: '255.255.255.0' },
    { name: 'br1', ip: '10.3.0.1', netmask: '255.255.255.0' },
  ];
  for (let sample = 0; sample < 3; sample += 1) {
    expect(await addresses.read(['eth0', 'br1'])).toEqual(withBridge);
  }
  expect(asked).toBe(1);
  await addresses.read(['eth0', 'br1', 'br2']);
  expect(asked).toBe(2);
  await clock.advance(61_000);
  await addresses.read(['eth0', 'br1', 'br2']);
  expect(asked).toBe(3);
});

test('without ip the address of an interface that is down is left out', async () => {
  writeTables(['10.3.0.1', '192.0.2.7']);
  const { addresses } = createReader(refuse);
  expect((await addresses.read(['eth0', 'br1'])).map(({ name }) => name)).toEqual(['eth0']);
});

test('where Node may not ask the kernel, the routing tables answer', async () => {
  writeTables(['192.0.2.7', '127.0.0.1'], 'eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\n');
  const { addresses } = createReader(refuse, () => {
    throw new Error('uv_interface_addresses returned Unknown system error 97');
  });
  expect(await addresses.read(['lo', 'eth0'])).toEqual([
    { name: 'eth0', ip: '192.0.2.7', netmask: '255.255.255.0' },
    { name: 'lo', ip: '127.0.0.1', netmask: '255.0.0.0' },
  ]);
});
