/** Our interfaces beside psutil's and ip(8)'s, with odd ones made for the test. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { z } from 'zod';
import { createLinuxNetworkCollector } from '../../src/collectors/network/linux.ts';
import { type Network, networkSchema } from '../../src/wire/stats.ts';
import { collectorContext } from '../support/collector-context.ts';
import { type Psutil, startPsutil, withPsutil } from '../support/psutil.ts';
import { asRoot, onPlatform, testWith, withFile } from '../support/requirement.ts';

const programs = join(import.meta.dirname, 'programs');
const met = withPsutil.every((requirement) => requirement.met);
let psutil: Psutil | undefined;
beforeAll(() => {
  if (met) psutil = startPsutil();
});
afterAll(() => psutil?.close());

const collector = createLinuxNetworkCollector(collectorContext());

function withoutBytes(network: Network): Network {
  return Object.fromEntries(
    Object.entries(network).map(([name, { ip, netmask }]) => [name, { ip, netmask }]),
  );
}

testWith(
  withPsutil,
  'interfaces, addresses and masks are psutil’s, bytes lie around its',
  async () => {
    const before = networkSchema.parse(await collector.collect());
    const theirs = networkSchema.parse(await psutil?.ask('network'));
    const after = networkSchema.parse(await collector.collect());
    expect(withoutBytes(after)).toEqual(withoutBytes(theirs));
    for (const [name, their] of Object.entries(theirs)) {
      for (const field of ['bytes_sent', 'bytes_recv'] as const) {
        const value = their[field];
        if (value === undefined) expect(after[name]?.[field]).toBeUndefined();
        else {
          expect(before[name]?.[field]).toBeLessThanOrEqual(value);
          expect(after[name]?.[field]).toBeGreaterThanOrEqual(value);
        }
      }
    }
  },
);

const ipSchema = z.array(
  z.object({
    addr_info: z.array(
      z.object({ label: z.string().optional(), local: z.string(), prefixlen: z.int() }),
    ),
  }),
);

testWith(
  [onPlatform('linux'), withFile('/usr/sbin/ip')],
  'addresses are those of ip(8)',
  async () => {
    const output = execFileSync('/usr/sbin/ip', ['-json', '-4', 'address', 'show'], {
      encoding: 'utf8',
    });
    const theirs = new Map<string, string>();
    for (const { addr_info } of ipSchema.parse(JSON.parse(output))) {
      for (const { label, local } of addr_info) {
        if (label !== undefined && !theirs.has(label)) theirs.set(label, local);
      }
    }
    const mine = networkSchema.parse(await collector.collect());
    expect(new Map(Object.entries(mine).map(([name, { ip }]) => [name, ip]))).toEqual(theirs);
  },
);

testWith(
  [...withPsutil, asRoot(), withFile('/usr/bin/unshare'), withFile('/usr/sbin/ip')],
  'aliases, interfaces that are down or without a carrier, and floods of veths are psutil’s',
  () => {
    const output = execFileSync(
      '/usr/bin/unshare',
      [
        '--net',
        join(programs, 'odd-network.sh'),
        join(programs, 'psutil-system.py'),
        process.execPath,
        join(programs, 'our-network.ts'),
      ],
      { encoding: 'utf8' },
    );
    const [theirs, mine] = output
      .trim()
      .split('\n')
      .map((line) =>
        withoutBytes(z.object({ value: networkSchema }).parse(JSON.parse(line)).value),
      );
    expect(mine).toEqual(theirs);
    expect(Object.keys(theirs ?? {}).sort()).toEqual(
      ['isdown', 'lo', 'nocarrier', 'ptp', 'va', 'va:web'].sort(),
    );
  },
);

testWith(
  [...withPsutil, asRoot(), withFile('/usr/bin/unshare')],
  'from a container’s own network the host’s interfaces are seen through its root',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'host-root-'));
    try {
      const script = 'mount --rbind / "$1" && exec "$2" "$3" "$1"';
      const output = execFileSync(
        '/usr/bin/unshare',
        [
          ...['--net', '--mount', 'sh', '-c', script, 'sh'],
          ...[folder, process.execPath, join(programs, 'our-network.ts')],
        ],
        { encoding: 'utf8' },
      );
      const mine = withoutBytes(z.object({ value: networkSchema }).parse(JSON.parse(output)).value);
      const theirs = withoutBytes(networkSchema.parse(await psutil?.ask('network')));
      // What two interfaces share is told of neither, so that ours may be fewer; never others.
      expect(theirs).toMatchObject(mine);
      expect(mine.lo).toEqual(theirs.lo);
      if (Object.keys(theirs).length === 2) expect(mine).toEqual(theirs);
    } finally {
      // Never recursively: should the mount have stayed, this machine's own root would be under it.
      rmdirSync(folder);
    }
  },
);
