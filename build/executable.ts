/**
 * One executable of one target: Node's binary, stripped, with the program's chunks, their code
 * caches and the loader injected as Node's single-executable blob (nodejs.org/api/
 * single-executable-applications.html), and signed where the system asks for it.
 */
import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { type Bundle, bundleEmbedded, projectRoot } from './bundle.ts';
import type { CodeCaches } from './code-cache.ts';
import { makeDeaf } from './deaf-node.ts';
import { signAdHoc } from './macho-signature.ts';
import { ensureCachedNodeBinary, ensureNodeBinary, lockedNodePackage } from './node-package.ts';
import { signByHook } from './sign-hook.ts';
import { blobMakers, executableName, type Target } from './targets.ts';
import { withWindowsResources } from './windows-resources.ts';

const run = promisify(execFile);
const toolTimeoutMs = 2 * 60_000;

/** Names that Node looks for in its own binary (node_sea.cc, and the manual page above). */
const blobResource = 'NODE_SEA_BLOB';
const machoSegment = 'NODE_SEA';
const sentinelFuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

export interface ExecutableOptions {
  readonly target: Target;
  readonly bundle: Bundle;
  readonly caches: CodeCaches;
  /** For Windows' version resource. */
  readonly version: string;
  /** Where the parts are put on the way. */
  readonly workFolder: string;
}

/** Returns the path of the finished executable, in the work folder. */
export async function makeExecutable(options: ExecutableOptions): Promise<string> {
  const { target, workFolder } = options;
  await mkdir(workFolder, { recursive: true });
  const blob = await makeBlob(options);
  const executable = join(workFolder, executableName(target));
  const unfinished = join(workFolder, 'unfinished');
  await copyFile(await ensureNodeBinary(target.nodePackage), unfinished);
  await chmod(unfinished, 0o755);
  const program = await readFile(unfinished);
  makeDeaf(program, target.platform);
  const isWindows = target.format === 'pe';
  await writeFile(
    unfinished,
    isWindows ? await withWindowsResources(program, options.version) : program,
  );
  await strip(target, unfinished);
  await inject(target, unfinished, blob);
  if (target.format === 'mach-o') {
    await writeFile(unfinished, signAdHoc(await readFile(unfinished), executableName(target)));
  }
  await signByHook(target, unfinished);
  await rename(unfinished, executable);
  return executable;
}

/** Symbols are worth a quarter of a download, not a failed build: without a tool they stay. */
async function strip(target: Target, path: string): Promise<void> {
  for (const [command, ...options] of target.strip) {
    if (command === undefined) continue;
    try {
      await run(command, [...options, path], { timeout: toolTimeoutMs });
      return;
    } catch (error) {
      const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
      if (!missing) throw error;
    }
  }
  if (target.strip.length > 0) {
    console.error(`${target.name}: no tool to strip it here, so the file is larger than need be`);
  }
}

/** In a process of its own: postject warns of every section without a name, whatever the file. */
async function inject(target: Target, path: string, blob: string): Promise<void> {
  const postject = join(projectRoot, 'node_modules', 'postject', 'dist', 'cli.js');
  const words = [path, blobResource, blob, '--sentinel-fuse', sentinelFuse];
  if (target.format === 'mach-o') words.push('--macho-segment-name', machoSegment);
  await run(process.execPath, [postject, ...words], { timeout: toolTimeoutMs });
}

/** Path of the blob that Node makes of loader, chunks and caches. */
async function makeBlob({
  target,
  bundle,
  caches,
  workFolder,
}: ExecutableOptions): Promise<string> {
  const folder = resolve(workFolder, 'blob');
  await mkdir(folder, { recursive: true });
  // Every path is relative to the folder: Node writes the loader's into the blob, and the same source
  // is to make the same bytes wherever it is built.
  const loader = 'loader.cjs';
  await writeFile(
    join(folder, loader),
    await bundleEmbedded('loader', { entryChunk: bundle.entry, cachedChunks: [...caches.keys()] }),
  );
  const assets: Record<string, string> = {};
  for (const { name, code } of bundle.chunks) {
    assets[name] = name;
    await writeFile(join(folder, name), code);
  }
  for (const [name, cache] of caches) {
    assets[`${name}.cache`] = `${name}.cache`;
    await writeFile(join(folder, `${name}.cache`), cache);
  }
  const output = 'blob';
  const configuration = 'sea-config.json';
  await writeFile(
    join(folder, configuration),
    JSON.stringify({
      main: loader,
      output,
      assets,
      disableExperimentalSEAWarning: true,
      // The loader is a few lines; the chunks bring their own caches (embedded/chunks.ts).
      useCodeCache: false,
      useSnapshot: false,
      execArgv: target.execArgv,
      // Otherwise NODE_OPTIONS would load foreign code into our process.
      execArgvExtension: 'none',
    }),
  );
  await run(await blobMaker(target), ['--experimental-sea-config', configuration], {
    cwd: folder,
    timeout: toolTimeoutMs,
    // What is set for the building Node is not meant for this one.
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  return join(folder, output);
}

/** A Node that runs here and has the version of the one that carries the blob. */
async function blobMaker(target: Target): Promise<string> {
  const { version } = await lockedNodePackage(target.nodePackage);
  if (version === process.versions.node) return process.execPath;
  if (target.platform === process.platform && target.architecture === process.arch) {
    return await ensureNodeBinary(target.nodePackage);
  }
  const maker = blobMakers.find((one) => one.version === version);
  if (maker === undefined || process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(
      `${target.name}: its blob needs Node ${version} on this machine, and build/targets.ts names none`,
    );
  }
  return await ensureCachedNodeBinary(maker);
}
