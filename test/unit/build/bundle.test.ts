import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type Bundle, bundleEmbedded, bundleProgram } from '../../../build/bundle.ts';
import { type ChunkLoader, createChunkLoader } from '../../../build/embedded/chunks.ts';

const info = { version: '1.2.3', commit: 'abc', target: 'linux-x64' };
let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'bundle-'));
});
afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

async function bundleOf(files: Readonly<Record<string, string>>): Promise<Bundle> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
  return await bundleProgram({ info, root, entryPoint: 'main.ts' });
}

function loaderOf(bundle: Bundle): ChunkLoader {
  const sources = new Map(bundle.chunks.map(({ name, code }) => [name, code]));
  return createChunkLoader(
    { source: (name) => sources.get(name) ?? '', codeCache: () => undefined },
    createRequire(import.meta.url),
  );
}

test('what is imported with import() is a chunk of its own, compiled when it is reached', async () => {
  const bundle = await bundleOf({
    'main.ts': `export const early = 1; export const reach = async () => (await import('./late.ts')).late;`,
    'late.ts': `export const late = 'reached';`,
  });
  const loader = loaderOf(bundle);
  const main = loader.load(bundle.entry) as { early: number; reach: () => Promise<string> };
  expect(main.early).toBe(1);
  expect([...loader.compiled.keys()]).toEqual([bundle.entry]);
  expect(await main.reach()).toBe('reached');
  expect(loader.compiled.size).toBe(2);
});

test('import() of a CommonJS package gives its names and its default, as Node does', async () => {
  const bundle = await bundleOf({
    'main.ts': `export const reach = () => import('old');`,
    'node_modules/old/index.js': `exports.answer = 42; exports.later = undefined; setImmediate(() => { exports.later = 1; });`,
    'node_modules/old/package.json': `{"name":"old","main":"index.js"}`,
  });
  const main = loaderOf(bundle).load(bundle.entry) as {
    reach: () => Promise<{ answer: number; default: { answer: number } }>;
  };
  const old = await main.reach();
  expect(old.answer).toBe(42);
  expect(old.default.answer).toBe(42);
});

test('the build figures take the place of what a source tree says of itself', async () => {
  const bundle = await bundleOf({
    'main.ts': `declare const systemMonitorBuild: unknown; export const info = systemMonitorBuild; export const url = import.meta.url;`,
  });
  expect(loaderOf(bundle).load(bundle.entry)).toMatchObject({
    info,
    url: 'file:///system-monitor',
  });
});

test('a first line for the shell is not taken into the script', async () => {
  const bundle = await bundleOf({ 'main.ts': `#!/usr/bin/env node\nexport const ran = true;` });
  expect(loaderOf(bundle).load(bundle.entry)).toMatchObject({ ran: true });
});

test('commander finds spawn although node:child_process is not loaded with it', async () => {
  const bundle = await bundleOf({
    'main.ts': `import childProcess from 'commander'; export const { spawn } = childProcess;`,
    'node_modules/commander/index.js': `import childProcess from 'node:child_process'; export default childProcess;`,
    'node_modules/commander/package.json': `{"name":"commander","type":"module","main":"index.js"}`,
  });
  expect(bundle.chunks.map(({ code }) => code).join()).not.toMatch(
    /require\("node:child_process"\)/,
  );
  const { spawn } = loaderOf(bundle).load(bundle.entry) as {
    spawn: typeof import('node:child_process').spawn;
  };
  const child = spawn(process.execPath, ['-e', 'process.exit(3)']);
  expect(await new Promise((done) => child.once('exit', done))).toBe(3);
});

test('a warning of esbuild stops the build and names the file', async () => {
  await expect(
    bundleOf({ 'main.ts': `export const odd = (x: unknown) => typeof x === 'nmuber';` }),
  ).rejects.toThrow(/main\.ts: .*nmuber/);
});

test('the same source makes the same bytes', async () => {
  const files = {
    'main.ts': `export const reach = () => import('./late.ts');`,
    'late.ts': `export const late = 'é€𝄞';`,
  };
  const first = await bundleOf(files);
  const second = await bundleOf(files);
  expect(second.chunks).toEqual(first.chunks);
  expect(await bundleEmbedded('loader', { entryChunk: 'a', cachedChunks: [] })).toBe(
    await bundleEmbedded('loader', { entryChunk: 'a', cachedChunks: [] }),
  );
});
