/** Whose an address is, beside psutil, in network namespaces made for each case. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { z } from 'zod';
import { networkSchema } from '../../src/wire/stats.ts';
import { builtExecutable, executable } from '../support/program.ts';
import { withPsutil } from '../support/psutil.ts';
import { asRoot, testWith, withFile } from '../support/requirement.ts';

const programs = join(import.meta.dirname, 'programs');
const psutilProgram = join(programs, 'psutil-system.py');
const requirements = [
  ...withPsutil,
  asRoot(),
  withFile('/usr/bin/unshare'),
  withFile('/usr/sbin/ip'),
];

/** Addresses alone: bytes go on between two readings. */
const addressesSchema = networkSchema.transform((network) =>
  Object.fromEntries(
    Object.entries(network).map(([name, { ip, netmask }]) => [name, `${ip} ${netmask}`]),
  ),
);

const stepSchema = z.strictObject({
  mine: addressesSchema,
  theirs: addressesSchema,
  reasons: z.array(z.string()),
  heldMs: z.number(),
});

/** In a namespace of its own: what one collector and psutil say after each of these commands. */
function afterEachOf(...commands: string[]): z.infer<typeof stepSchema>[] {
  return execFileSync(
    '/usr/bin/unshare',
    [
      ...['--net', '--mount', process.execPath, join(programs, 'network-steps.ts')],
      ...[psutilProgram, ...commands],
    ],
    { encoding: 'utf8' },
  )
    .trim()
    .split('\n')
    .map((line) => stepSchema.parse(JSON.parse(line)));
}

const veth = (name: string): string =>
  `ip link add ${name} type veth peer name ${name}p; ip link set ${name} up; ip link set ${name}p up; `;
const bridge = (name: string): string => `ip link add ${name} type bridge; `;
const tun = (name: string): string => `ip tuntap add dev ${name} mode tun; `;
const address = (device: string, text: string): string => `ip address add ${text} dev ${device}; `;

interface Scene {
  readonly what: string;
  readonly commands: string;
  readonly names: readonly string[];
  /** What a container sees of it through a host root. */
  readonly seenFromOutside: readonly string[];
}

const scenes: readonly Scene[] = [
  {
    what: 'an address of an interface that is down inside a route of another',
    commands: `${veth('up0')}ip route add 10.0.0.0/8 dev up0 scope link; ${tun('down0')}${address('down0', '10.1.2.3/32')}`,
    names: ['down0', 'lo'],
    seenFromOutside: ['lo'],
  },
  {
    what: 'an address of the loopback interface, and an unnumbered interface with a default route',
    commands: `${veth('up0')}${address('lo', '203.0.113.7/32')}ip route add 192.0.2.1 dev up0; ip route add default via 192.0.2.1 dev up0; `,
    names: ['lo'],
    seenFromOutside: ['lo'],
  },
  {
    what: 'two interfaces of one network, one down',
    commands: `${veth('wlan0')}${address('wlan0', '192.168.1.11/24')}${bridge('eth0')}${address('eth0', '192.168.1.10/24')}`,
    names: ['eth0', 'lo', 'wlan0'],
    seenFromOutside: ['lo'],
  },
  {
    what: 'one address on two interfaces, one down',
    commands: `${veth('e0')}${address('e0', '10.0.0.1/24')}${bridge('d0')}${address('d0', '10.0.0.1/24')}`,
    names: ['d0', 'e0', 'lo'],
    seenFromOutside: ['lo'],
  },
  {
    what: 'point-to-point, /31 and /32, up and down',
    commands: `${tun('p0')}${address('p0', '10.8.0.1 peer 10.8.0.2')}ip link set p0 up; ${tun('p1')}${address('p1', '10.8.1.1 peer 10.8.1.2')}${veth('n31')}${address('n31', '10.9.0.0/31')}${veth('n32')}${address('n32', '10.9.0.9/32')}ip route add 10.9.0.10 dev n32; ${veth('n24')}${address('n24', '10.7.0.1/24')}`,
    names: ['lo', 'n24', 'n31', 'n32', 'p0', 'p1'],
    seenFromOutside: ['lo', 'n24'],
  },
  {
    what: 'many addresses of services on an interface that is down (kube-ipvs0)',
    commands: `${bridge('kube-ipvs0')}seq 1 250 | sed 's|.*|address add 10.96.0.&/32 dev kube-ipvs0|' | ip -batch -; ${veth('cni0')}${address('cni0', '10.244.0.1/24')}`,
    names: ['cni0', 'kube-ipvs0', 'lo'],
    seenFromOutside: ['cni0', 'lo'],
  },
  {
    what: 'labels: of an interface that is down, of one without a carrier, and beside another address',
    commands: `${bridge('d0')}${address('d0', '10.1.1.1/24 label d0:web')}ip link add c0 type veth peer name c1; ip link set c0 up; ${address('c0', '10.2.1.1/24 label c0:only')}${veth('e0')}${address('e0', '10.3.1.1/24')}${address('e0', '10.3.1.2/24 label e0:1')}`,
    names: ['c0:only', 'd0:web', 'e0', 'e0:1', 'lo'],
    // No table has labels: the one network whose address is alone in it is its interface's.
    seenFromOutside: ['c0', 'lo'],
  },
  {
    what: 'an address in a network without a route (noprefixroute), and another’s route to it',
    commands: `${bridge('d0')}ip address add 10.4.0.1/24 dev d0 noprefixroute; ${veth('e0')}ip route add 10.4.0.0/24 dev e0; `,
    names: ['d0', 'lo'],
    seenFromOutside: ['lo'],
  },
  {
    what: 'several addresses of one interface that is down, the first one not the lowest',
    commands: `${bridge('d0')}${address('d0', '10.9.0.9/24')}${address('d0', '10.1.0.1/24')}${address('d0', '10.1.0.2/24')}`,
    names: ['d0', 'lo'],
    seenFromOutside: ['lo'],
  },
  {
    what: 'more interfaces than are listed in the process',
    commands: `for i in $(seq 1 80); do ${veth('v"$i"')}${address('v"$i"', '10.5.$i.1/24')}done; ${bridge('d0')}${address('d0', '10.6.0.1/24')}`,
    names: ['d0', 'lo', ...Array.from({ length: 80 }, (_, index) => `v${index + 1}`)].sort(),
    seenFromOutside: ['lo', ...Array.from({ length: 80 }, (_, index) => `v${index + 1}`)].sort(),
  },
];

for (const { what, commands, names, seenFromOutside } of scenes) {
  testWith(requirements, `${what}: as psutil says`, () => {
    const [step] = afterEachOf(`ip link set lo up; ${commands}`);
    expect(step?.mine).toEqual(step?.theirs);
    expect(Object.keys(step?.mine ?? {}).sort()).toEqual(names);
    expect(step?.reasons).toEqual([]);
  });

  testWith(
    requirements,
    `${what}: through a host root as psutil says, or absent with a remark`,
    () => {
      const { mine, theirs, reasons } = throughHostRoot(`ip link set lo up; ${commands}`);
      expect(Object.keys(mine).sort()).toEqual(seenFromOutside);
      const labels = Object.entries(theirs).map(([name, text]) => [name.replace(/:.*/, ''), text]);
      expect(Object.fromEntries(labels)).toMatchObject(mine);
      // Whatever is missing is said.
      expect(reasons.length > 0 || seenFromOutside.length === names.length).toBe(true);
    },
  );
}

function throughHostRoot(commands: string) {
  const folder = mkdtempSync(join(tmpdir(), 'host-root-'));
  try {
    // The first process, which the host root is asked by, has to stay in this namespace.
    const script = `${commands} echo network | "$1" "$2"; mount --rbind / "$3"; unshare --net "$4" "$5" "$3"; exit 0`;
    const [theirs = '', mine = ''] = execFileSync(
      '/usr/bin/unshare',
      [
        ...['--net', '--mount', '--pid', '--fork', '--mount-proc', 'sh', '-euc', script, 'sh'],
        ...['/usr/bin/python3', psutilProgram, folder, process.execPath],
        join(programs, 'our-network.ts'),
      ],
      { encoding: 'utf8' },
    )
      .trim()
      .split('\n');
    return {
      theirs: z.object({ value: addressesSchema }).parse(JSON.parse(theirs)).value,
      ...z
        .object({ value: addressesSchema, reasons: z.array(z.string()) })
        .transform(({ value, reasons }) => ({ mine: value, reasons }))
        .parse(JSON.parse(mine)),
    };
  } finally {
    // Never recursively: should the mount have stayed, this machine's own root would be under it.
    rmdirSync(folder);
  }
}

testWith(
  [...requirements, builtExecutable()],
  'through a host root of the same network, nobody’s namespace is known without a right to look at it',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'host-root-'));
    const scene = scenes.find(({ what }) => what.startsWith('two interfaces of one network'));
    try {
      const script = `ip link set lo up; ${scene?.commands} chmod 755 "$1"; mount --rbind / "$1"; cd /; setpriv --reuid=65534 --regid=65534 --clear-groups "$2" network --json --host-root "$1"; exit 0`;
      const output = execFileSync(
        '/usr/bin/unshare',
        [
          ...['--net', '--mount', '--pid', '--fork', '--mount-proc', 'sh', '-euc', script, 'sh'],
          ...[folder, executable],
        ],
        { encoding: 'utf8', env: { PATH: process.env.PATH } },
      );
      expect(Object.keys(addressesSchema.parse(JSON.parse(output))).sort()).toEqual(scene?.names);
    } finally {
      rmdirSync(folder);
    }
  },
);

testWith(requirements, 'an address that moved a moment ago is where psutil says, each time', () => {
  const steps = afterEachOf(
    `ip link set lo up; ${tun('t0')}${address('t0', '10.50.0.1/24')}${veth('e0')}${address('e0', '10.0.9.1/24')}`,
    `ip address del 10.50.0.1/24 dev t0; ${address('t0', '10.60.0.1/24')}`,
    `ip address del 10.60.0.1/24 dev t0; ip address del 10.0.9.1/24 dev e0; ${address('e0', '10.60.0.1/24')}`,
    `ip address del 10.60.0.1/24 dev e0; ${address('t0', '10.60.0.1/24')}`,
    'ip link set t0 up',
    `ip link set e0 down; ${address('e0', '10.70.0.1/24')}`,
    'ip link del t0',
  );
  expect(steps.map(({ mine }) => mine)).toEqual(steps.map(({ theirs }) => theirs));
  expect(steps.at(-1)?.mine).toEqual({
    lo: '127.0.0.1 255.0.0.0',
    e0: '10.70.0.1 255.255.255.0',
  });
});

testWith(
  requirements,
  'without ip(8) an address is where psutil says, or absent with a remark',
  () => {
    const withoutCarrier = `ip link add docker0 type bridge; ${address('docker0', '172.17.0.1/16')}ip link set docker0 up; `;
    const oneNetwork = `${veth('wlan0')}${address('wlan0', '192.168.1.11/24')}${bridge('eth0')}${address('eth0', '192.168.1.10/24')}`;
    const [step] = afterEachOf(
      `ip link set lo up; ${withoutCarrier}${oneNetwork}mount --bind /dev/null "$(readlink -f /usr/sbin/ip)"`,
    );
    const { eth0, ...others } = step?.theirs ?? {};
    expect(eth0).toBe('192.168.1.10 255.255.255.0');
    expect(step?.mine).toEqual(others);
    expect(step?.reasons).toEqual([expect.stringMatching(/^192\.168\.1\.10 \(run ip: /)]);
  },
);

testWith(
  requirements,
  '1 000 interfaces are psutil’s, and the event loop is never held for 20 ms',
  () => {
    const interfaces = `seq 1 500 | awk '{
    n = int($1 / 250) "." ($1 % 250)
    print "link add d" $1 " type veth peer name p" $1
    print "address add 10." n ".1/24 dev d" $1
    print "address add 172." n ".1/24 dev p" $1
    if ($1 % 2) { print "link set d" $1 " up"; print "link set p" $1 " up" }
  }' | ip -batch -`;
    const steps = afterEachOf(`ip link set lo up; ${interfaces}`, 'true', bridge('d0'), 'true');
    for (const { mine, theirs, heldMs } of steps) {
      expect(Object.keys(mine)).toHaveLength(1001);
      expect(mine).toEqual(theirs);
      // CPU time, which says how long at a machine that has nothing else to do.
      expect(heldMs).toBeLessThan(20);
    }
  },
);
