import { expect, test } from '@jest/globals';
import { createFilter } from '../../../src/collectors/filter.ts';

test('without patterns everything stays', async () => {
  const keep = await createFilter([], []);
  expect([keep('anything'), keep(''), keep('a', 'b')]).toEqual([true, true, true]);
});

test('includes keep what matches one of them', async () => {
  const keep = await createFilter(['eth*', 'wlan?'], []);
  expect(['eth0', 'wlan1', 'wlan10', 'lo'].filter((name) => keep(name))).toEqual(['eth0', 'wlan1']);
});

test('excludes win over includes', async () => {
  const keep = await createFilter(['*'], ['veth*', 'br-*']);
  expect(['veth9a', 'br-1f', 'docker0'].filter((name) => keep(name))).toEqual(['docker0']);
});

test('a star crosses slashes and line ends, which names of processes hold', async () => {
  const keep = await createFilter([], ['kworker*', 'odd*']);
  expect(keep('kworker/0:1-events')).toBe(false);
  expect(keep('odd\nname')).toBe(false);
  expect(keep('bash')).toBe(true);
});

test('a name that begins with a dot is a name like any other', async () => {
  const keep = await createFilter(['*'], []);
  expect(keep('.hidden-service')).toBe(true);
});

test('text that is spelled exactly needs no escaping', async () => {
  const keep = await createFilter(['[kthreadd]', '(sd-pam)', 'C:\\'], []);
  expect(['[kthreadd]', '(sd-pam)', 'C:\\', 'k'].filter((name) => keep(name))).toEqual([
    '[kthreadd]',
    '(sd-pam)',
    'C:\\',
    'k',
  ]);
  expect(keep('sd-pam')).toBe(true);
  expect(keep('other')).toBe(false);
});

test('a thing with two names is kept by one match and thrown out by one match', async () => {
  const include = await createFilter(['/srv/*'], []);
  expect(include('/dev/sdb1', '/srv/data')).toBe(true);
  expect(include('/dev/sda1', '/')).toBe(false);
  const exclude = await createFilter([], ['/dev/loop*']);
  expect(exclude('/dev/loop3', '/snap/core/1')).toBe(false);
  expect(exclude('/dev/sda1', '/')).toBe(true);
});

test('patterns are case-sensitive', async () => {
  const keep = await createFilter(['Eth*'], []);
  expect(keep('eth0')).toBe(false);
});

test('where names are the same in either case, so are patterns', async () => {
  const keep = await createFilter(['c:*', '[Odd].EXE'], ['SVC*.exe'], { ignoreCase: true });
  expect(['C:\\', '[oDD].exe', 'svchost.EXE', 'd:\\'].filter((name) => keep(name))).toEqual([
    'C:\\',
    '[oDD].exe',
  ]);
  const exact = await createFilter(['c:*'], []);
  expect(exact('C:\\')).toBe(false);
});

test('the same two lists are compiled once, others and another case anew', async () => {
  const include = ['eth*'];
  const exclude = ['eth9'];
  const keep = await createFilter(include, exclude);
  expect(await createFilter(include, exclude)).toBe(keep);
  const others = await createFilter(include, ['eth0']);
  expect([others('eth0'), others('eth9'), keep('eth0'), keep('eth9')]).toEqual([
    false,
    true,
    true,
    false,
  ]);
  const folded = await createFilter(include, exclude, { ignoreCase: true });
  expect([folded('ETH0'), keep('ETH0')]).toEqual([true, false]);
});
