import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createSanitiser } from '../../../scripts/capture/sanitise.ts';
import { parseIpv4 } from '../../../src/host/linux/ipv4.ts';

const sanitiser = () => createSanitiser(Buffer.from('a key of the test'));

const publicAddress = fc
  .tuple(fc.integer({ min: 11, max: 100 }), fc.nat(255), fc.nat(255), fc.nat(255))
  .map((bytes) => bytes.join('.'));

function commonBits(one: string, other: string): number {
  return Math.clz32(((parseIpv4(one) ?? 0) ^ (parseIpv4(other) ?? 0)) >>> 0);
}

test('addresses of one network stay in one network, and of two in two', () => {
  const { ipv4 } = sanitiser();
  fc.assert(
    fc.property(publicAddress, publicAddress, (one, other) => {
      expect(commonBits(ipv4(one), ipv4(other))).toBe(commonBits(one, other));
    }),
  );
});

test('another key makes other addresses', () => {
  const other = createSanitiser(Buffer.from('another key'));
  const addresses = ['45.33.32.156', '52.95.110.1', '88.198.7.9'];
  expect(addresses.map(other.ipv4)).not.toEqual(addresses.map(sanitiser().ipv4));
});

test('addresses that name nobody stay', () => {
  const { text } = sanitiser();
  const harmless = '127.0.0.1 10.1.2.3 172.17.0.1 192.168.1.1 0.0.0.0 255.255.255.0 192.0.2.7';
  expect(text(harmless)).toBe(harmless);
});

test('a route’s hexadecimal address becomes the same as its dotted form', () => {
  const { ipv4, hexIpv4 } = sanitiser();
  const bytes = ipv4('45.33.32.156').split('.').map(Number).reverse();
  expect(hexIpv4('9C20212D')).toBe(Buffer.from(bytes).toString('hex').toUpperCase());
  expect(hexIpv4('00000000')).toBe('00000000');
});

test('people, servers, ids and groups lose their names, each keeping one', () => {
  const { path, userName, cgroupPath } = sanitiser();
  expect(path('/home/anna/work')).toBe('/home/user1/work');
  expect(path('/media/anna/STICK')).toBe('/media/user1/STICK');
  expect(userName('anna', 1000)).toBe('user1');
  expect(userName('bert', 1001)).toBe('user2');
  expect(userName('www-data', 33)).toBe('www-data');
  expect(path('files.example.org:/export/data')).toBe('server:/export/data');
  expect(path('/dev/mapper/luks-0a1b2c3d-0000-4000-8000-0123456789ab')).toBe(
    '/dev/mapper/luks-id1',
  );
  expect(cgroupPath('/system.slice/our-secret.service')).toBe('/system.slice/group1');
  expect(cgroupPath(path('/docker/0123456789abcdef0123456789abcdef'))).toBe('/docker/id2');
});
