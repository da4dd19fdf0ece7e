/** What is made for other systems on this one, looked at and, where it can be, run. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from '@jest/globals';
import { bundleProgram } from '../../build/bundle.ts';
import {
  type CodeCaches,
  noCodeCaches,
  recordCodeCaches,
  runnerFor,
} from '../../build/code-cache.ts';
import { makeExecutable } from '../../build/executable.ts';
import { type Target, targets } from '../../build/targets.ts';
import { nodePackageHere } from '../support/node-package-here.ts';
import { startOriginalReceiver } from '../support/original-receiver.ts';
import { readMachoSignature } from '../support/read-macho-signature.ts';
import { onPlatform, testWith } from '../support/requirement.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const run = promisify(execFile);
const timeoutMs = 240_000;
/** The blobs of all targets are made here by a Node for linux-x64 (build/targets.ts). */
const linux = [
  onPlatform('linux'),
  { met: process.arch === 'x64', reason: `needs x64, this is ${process.arch}` },
];

async function make(target: Target, caches: CodeCaches = noCodeCaches): Promise<string> {
  const info = { version: '1.2.3', commit: 'test', target: target.name };
  const bundle = await bundleProgram({ info });
  const workFolder = temporaryFolder();
  return await makeExecutable({ target, bundle, caches, workFolder, version: info.version });
}

function sha256(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

const formats = [...new Set(targets.map(({ format }) => format))];

for (const format of formats) {
  const target = targets.find((one) => one.format === format);
  if (target === undefined) continue;
  testWith(
    [...linux, await nodePackageHere(target.nodePackage)],
    `${target.name}: the same source makes the same bytes, but for the code cache`,
    async () => {
      expect(sha256(await make(target))).toBe(sha256(await make(target)));
    },
    timeoutMs,
  );
}

for (const target of targets.filter(({ format }) => format === 'mach-o')) {
  testWith(
    [...linux, await nodePackageHere(target.nodePackage)],
    `${target.name}: the signature holds for every page of the file`,
    async () => {
      const file = readFileSync(await make(target));
      const { faults, wrongPages, pages, flags, identifier } = readMachoSignature(file);
      expect({ faults, wrongPages, flags, identifier }).toEqual({
        ...{ faults: [], wrongPages: [], flags: 0x2, identifier: 'system-monitor' },
      });
      // 4 kB each: Node alone has more than a hundred million bytes.
      expect(pages).toBeGreaterThan(25_000);
    },
    timeoutMs,
  );
}

const arm64 = targets.find(({ name }) => name === 'linux-arm64');
if (arm64 === undefined) throw new Error('there is no target named linux-arm64');
const emulator = runnerFor(arm64);

testWith(
  [
    ...[...linux, await nodePackageHere(arm64.nodePackage)],
    { met: emulator !== undefined, reason: 'qemu-aarch64-static and its C library are not here' },
  ],
  'linux-arm64: it runs with its code cache, and its report arrives',
  async () => {
    const info = { version: '1.2.3', commit: 'test', target: arm64.name };
    const bundle = await bundleProgram({ info });
    const caches = await recordCodeCaches({ target: arm64, bundle, workFolder: temporaryFolder() });
    const executable = await make(arm64, caches);
    const [command = '', ...words] = [...(emulator ?? []), executable];
    const folder = temporaryFolder();
    const places = ['--config', join(folder, 'config.json'), '--state-dir', join(folder, 'state')];
    const options = { cwd: folder, env: { HOME: folder }, timeout: timeoutMs };

    const version = await run(command, [...words, '--version', '--verbose'], options);
    expect(version.stderr).toBe('');
    expect(version.stdout).toMatch(/linux-arm64/);
    expect(version.stdout).toMatch(/code cache.*used/i);

    const receiver = await startOriginalReceiver({ registeredIds: [] });
    try {
      const report = ['background', '--once', '--url', receiver.url];
      await run(command, [...words, ...places, ...report], options);
      const [request] = receiver.requests;
      expect(request).toMatchObject({ status: 200, body: { action: 'send_stats' } });
    } finally {
      await receiver.close();
    }
  },
  timeoutMs,
);
