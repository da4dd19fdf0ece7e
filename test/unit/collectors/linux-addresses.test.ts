import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { MonitorError } from '../../../src/base/errors.ts';
import { silentLogger } from '../../../src/base/logger.ts';
import { createRemarks } from '../../../src/base/remarks.ts';
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

/** Each network as the kernel has it: the address, the last one, and the route if there is one. */
function writeTables(
  local: readonly string[],
  broadcasts: readonly string[] = [],
  routes = '',
): void {
  const leaves = [
    ...local.map((ip) => `   |-- ${ip}\n      /32 host LOCAL\n`),
    ...broadcasts.map((ip) => `   |-- ${ip}\n      /32 link BROADCAST\n`),
  ].join('');
  const loopback = '   |-- 127.0.0.0\n      /8 host LOCAL\n';
  writeFileSync(join(folder, 'proc/net/fib_trie'), `Main:\n${leaves}${loopback}`);
  writeFileSync(join(folder, 'proc/net/route'), heading + routes);
}

const docker0 = { name: 'docker0', ip: '172.17.0.1', netmask: '255.255.0.0' };
const dockerRoute = 'docker0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\n';

function createReader(runCommand: RunCommand, listInterfaces = () => listed) {
  const clock = createManualClock();
  const remarks = createRemarks({ clock, logger: silentLogger });
  const addresses = createLinuxAddresses(
    {
      roots: { ...createSystemRoots(folder), mountPrefix: '' },
      clock,
      logger: silentLogger,
      remarks,
      calls: { listInterfaces },
    },
    runCommand,
  );
  const reasons = (): string[] => remarks.current().map(({ reason }) => reason);
  return { addresses, clock, reasons };
}

interface FakeIp {
  readonly runCommand: RunCommand;
  asked: number;
  lines: string[];
}

/** `device inet details` for each address. */
function fakeIp(...lines: string[]): FakeIp {
  const ip: FakeIp = {
    asked: 0,
    lines,
    runCommand: async ({ program, args, deadlineMs }) => {
      expect({ program, args }).toEqual({
        program: 'ip',
        args: ['-4', '-oneline', 'address', 'show'],
      });
      expect(deadlineMs).toBeLessThanOrEqual(2000);
      ip.asked += 1;
      const stdout = ip.lines
        .map((line, index) => `${index}: ${line}\\  valid_lft forever\n`)
        .join('');
      return { exitCode: 0, stdout, stderr: '' };
    },
  };
  return ip;
}

const eth0Line = 'eth0    inet 192.0.2.7/24 scope global eth0';
const eth0Address = { name: 'eth0', ip: '192.0.2.7', netmask: '255.255.255.0' };
const notFound: RunCommand = () =>
  Promise.reject(
    new MonitorError({ code: 'NOT_AVAILABLE', operation: 'run ip', reason: 'no such program' }),
  );

test('no file is read and nothing is started when every interface is listed', async () => {
  const { addresses } = createReader(notFound);
  expect(await addresses.read(['eth0'])).toEqual([eth0Address]);
});

test('interfaces without any address start nothing', async () => {
  writeTables(['192.0.2.7']);
  const ip = fakeIp();
  const { addresses } = createReader(ip.runCommand);
  expect(await addresses.read(['eth0', 'ifb0', 'constructor'])).toEqual([eth0Address]);
  expect(ip.asked).toBe(0);
});

test('an interface that is down is asked of ip once for each change, and again after a minute', async () => {
  writeTables(['10.3.0.1', '192.0.2.7']);
  const ip = fakeIp(eth0Line, 'br1    inet 10.3.0.1/24 scope global br1');
  const { addresses, clock } = createReader(ip.runCommand);
  const bridge = { name: 'br1', ip: '10.3.0.1', netmask: '255.255.255.0' };
  for (let sample = 0; sample < 3; sample += 1) {
    expect(await addresses.read(['eth0', 'br1'])).toMatchObject([eth0Address, bridge]);
  }
  expect(ip.asked).toBe(1);
  await addresses.read(['eth0', 'br1', 'br2']);
  expect(ip.asked).toBe(2);
  writeTables(['10.3.0.1', '10.4.0.1', '192.0.2.7']);
  await addresses.read(['eth0', 'br1', 'br2']);
  expect(ip.asked).toBe(3);
  await clock.advance(61_000);
  await addresses.read(['eth0', 'br1', 'br2']);
  expect(ip.asked).toBe(4);
});

test('an address that an interface that is down shares with one that is up is told of both', async () => {
  writeTables(['192.0.2.7', '192.0.2.7']);
  const ip = fakeIp(eth0Line, 'br1    inet 192.0.2.7/32 scope global br1');
  const { addresses } = createReader(ip.runCommand);
  expect(await addresses.read(['eth0', 'br1'])).toMatchObject([
    eth0Address,
    { name: 'br1', ip: '192.0.2.7', netmask: '255.255.255.255' },
  ]);
});

test('an address that moves to an interface that is up is told of that one alone', async () => {
  writeTables(['10.3.0.1', '192.0.2.7']);
  const ip = fakeIp(eth0Line, 'br1    inet 10.3.0.1/24 scope global br1');
  let now: InterfaceList = listed;
  const { addresses } = createReader(ip.runCommand, () => now);
  expect(await addresses.read(['eth0', 'br1'])).toHaveLength(2);
  const moved = { ...eth0, address: '10.3.0.1' };
  now = { eth0: [moved] };
  writeTables(['10.3.0.1']);
  expect(await addresses.read(['eth0', 'br1'])).toEqual([{ ...eth0Address, ip: '10.3.0.1' }]);
});

test('an address that moves while ip is asked is told of one interface', async () => {
  writeTables(['10.3.0.1', '192.0.2.7']);
  const ip = fakeIp('br1    inet 192.0.2.7/24 scope global br1');
  const { addresses } = createReader(ip.runCommand);
  expect(await addresses.read(['eth0', 'br1'])).toMatchObject([{ name: 'br1', ip: '192.0.2.7' }]);
});

test('without ip an interface without a carrier is known by its network, one that is down is left out with a remark', async () => {
  writeTables(
    ['172.17.0.1', '192.0.2.7', '10.3.0.1'],
    ['172.17.255.255', '192.0.2.255'],
    dockerRoute,
  );
  const { addresses, clock, reasons } = createReader(notFound);
  const names = ['eth0', 'docker0', 'br1'];
  expect(await addresses.read(names)).toEqual([eth0Address, docker0]);
  expect(reasons()).toEqual(['10.3.0.1 (ip, which knows them, is not installed)']);
  expect(await addresses.read(names)).toEqual([eth0Address, docker0]);
  expect(reasons()).toHaveLength(1);
  writeTables(['172.17.0.1', '192.0.2.7'], ['172.17.255.255', '192.0.2.255'], dockerRoute);
  await clock.advance(1000);
  await addresses.read(names);
  expect(reasons()).toEqual([]);
});

test.each([
  ['no interface is up in the network', ['172.17.0.1'], [], dockerRoute],
  [
    'two interfaces have routes to it',
    ['172.17.0.1'],
    ['172.17.255.255'],
    dockerRoute + dockerRoute.replace('docker0', 'br-7'),
  ],
  ['another address is in it', ['172.17.0.1', '172.17.9.9'], ['172.17.255.255'], dockerRoute],
  ['two interfaces have it', ['172.17.0.1', '172.17.0.1'], ['172.17.255.255'], dockerRoute],
  [
    'the route leads through a gateway',
    ['172.17.0.1'],
    ['172.17.255.255'],
    dockerRoute.replace('00000000', '0200A8C0'),
  ],
])('the tables do not tell whose an address is when %s', async (_, local, broadcasts, routes) => {
  writeTables(['192.0.2.7', ...local], broadcasts, routes);
  const { addresses, reasons } = createReader(notFound);
  expect(await addresses.read(['eth0', 'docker0', 'br-7'])).toEqual([eth0Address]);
  expect(reasons()).toHaveLength(1);
});

test('ip that fails is left alone for a minute, even while addresses change', async () => {
  let asked = 0;
  const { addresses, clock, reasons } = createReader(async () => {
    asked += 1;
    return { exitCode: 1, stdout: '', stderr: 'Cannot open netlink socket\n' };
  });
  for (const ip of ['10.3.0.1', '10.3.0.2', '10.3.0.3']) {
    writeTables(['192.0.2.7', ip]);
    await addresses.read(['eth0', 'br1']);
    expect(reasons()).toEqual([`${ip} (run ip: Cannot open netlink socket)`]);
  }
  expect(asked).toBe(1);
  await clock.advance(61_000);
  await addresses.read(['eth0', 'br1']);
  expect(asked).toBe(2);
});

test('of many unknown addresses three are named', async () => {
  writeTables(['192.0.2.7', '10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4', '10.0.0.5']);
  const { addresses, reasons } = createReader(notFound);
  await addresses.read(['eth0', 'br1']);
  expect(reasons()).toEqual([
    '10.0.0.1, 10.0.0.2, 10.0.0.3 and 2 more (ip, which knows them, is not installed)',
  ]);
});

test('many interfaces are asked of ip each time, and listed where it fails', async () => {
  writeTables(['192.0.2.7']);
  const names = ['eth0', ...Array.from({ length: 400 }, (_, index) => `veth${index}`)];
  const ip = fakeIp(eth0Line);
  let listings = 0;
  const list = (): InterfaceList => {
    listings += 1;
    return listed;
  };
  const { addresses } = createReader(ip.runCommand, list);
  expect(await addresses.read(names)).toMatchObject([eth0Address]);
  expect(await addresses.read(names)).toMatchObject([eth0Address]);
  expect({ asked: ip.asked, listings }).toEqual({ asked: 2, listings: 0 });
  expect(await createReader(notFound, list).addresses.read(names)).toEqual([eth0Address]);
  expect(listings).toBe(1);
});

test('where Node may not ask the kernel, the routing tables answer', async () => {
  writeTables(
    ['192.0.2.7', '127.0.0.1'],
    ['192.0.2.255', '127.255.255.255'],
    'eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\n',
  );
  const { addresses } = createReader(notFound, () => {
    throw new Error('uv_interface_addresses returned Unknown system error 97');
  });
  expect(await addresses.read(['lo', 'eth0'])).toEqual([
    eth0Address,
    { name: 'lo', ip: '127.0.0.1', netmask: '255.0.0.0' },
  ]);
});
