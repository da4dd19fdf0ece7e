/**
 * Node's own binary for any target, from the npm package that package-lock.json pins. `npm ci`
 * installs only the one that fits this machine; the others are fetched once into a cache folder,
 * and nothing is unpacked whose bytes differ from the lockfile's integrity.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';

const run = promisify(execFile);
const projectRoot = dirname(dirname(fileURLToPath(import.meta.url)));

/** Fetching some 40 MB may take long on a slow line, but not for ever. */
const fetchTimeoutMs = 10 * 60_000;

const lockedPackageSchema = z.object({
  version: z.string(),
  integrity: z.string().startsWith('sha512-'),
  bin: z.object({ node: z.string() }),
});

/** What package-lock.json says of a package that carries a Node binary. */
export interface NodePackage {
  readonly name: string;
  readonly version: string;
  /** Subresource integrity of the tarball: `sha512-<base64>`. */
  readonly integrity: string;
  /** Path of the binary inside the package: `bin/node`, `bin/node.exe`. */
  readonly binary: string;
}

/** Throws when the lockfile does not pin such a package. */
export function nodePackageFromLockfile(lockfile: string, name: string): NodePackage {
  const { packages } = z
    .object({ packages: z.record(z.string(), z.unknown()) })
    .parse(JSON.parse(lockfile));
  const locked = lockedPackageSchema.safeParse(packages[`node_modules/${name}`]);
  if (!locked.success) throw new Error(`package-lock.json pins no Node package named ${name}`);
  const { version, integrity, bin } = locked.data;
  return { name, version, integrity, binary: bin.node };
}

export async function lockedNodePackage(name: string, root = projectRoot): Promise<NodePackage> {
  return nodePackageFromLockfile(await readFile(join(root, 'package-lock.json'), 'utf8'), name);
}

/** Throws when the bytes are not those that are pinned. */
export function verifyIntegrity(nodePackage: NodePackage, tarball: Uint8Array): void {
  const actual = `sha512-${createHash('sha512').update(tarball).digest('base64')}`;
  if (actual !== nodePackage.integrity) {
    throw new Error(
      `${nodePackage.name}@${nodePackage.version}: the tarball's integrity is ${actual}, ` +
        `the pinned one is ${nodePackage.integrity}`,
    );
  }
}

async function fetchTarball(nodePackage: NodePackage, folder: string): Promise<string> {
  // Started by npm, its own script is at hand; that also works on Windows, where npm is a batch
  // file that execFile cannot start.
  const npmScript = process.env.npm_execpath;
  const [command, first] =
    npmScript?.endsWith('.js') === true ? [process.execPath, [npmScript]] : ['npm', []];
  const specifier = `${nodePackage.name}@${nodePackage.version}`;
  await run(
    command,
    [...first, 'pack', specifier, '--pack-destination', folder, '--ignore-scripts', '--silent'],
    { cwd: folder, timeout: fetchTimeoutMs },
  );
  const tarball = (await readdir(folder)).find((file) => file.endsWith('.tgz'));
  if (tarball === undefined) throw new Error(`npm pack ${specifier} left no tarball`);
  return join(folder, tarball);
}

/**
 * Path of the named package's Node binary: the installed one where `npm ci` took it, the cached one
 * otherwise, fetched first when need be. Safe to call from several processes at once.
 */
export async function ensureNodeBinary(name: string, root = projectRoot): Promise<string> {
  const nodePackage = await lockedNodePackage(name, root);
  const installed = join(root, 'node_modules', name, nodePackage.binary);
  return existsSync(installed) ? installed : await ensureCachedNodeBinary(nodePackage, root);
}

/** The same for a package that is not in the lockfile but pinned elsewhere (targets.ts). */
export async function ensureCachedNodeBinary(
  nodePackage: NodePackage,
  root = projectRoot,
): Promise<string> {
  const cache = join(root, 'node_modules', '.cache', 'node-packages');
  const folder = join(cache, `${nodePackage.name}@${nodePackage.version}`);
  const cached = join(folder, nodePackage.binary);
  if (existsSync(cached)) return cached;

  await mkdir(cache, { recursive: true });
  const work = await mkdtemp(join(cache, 'fetch-'));
  try {
    const tarball = await fetchTarball(nodePackage, work);
    verifyIntegrity(nodePackage, await readFile(tarball));
    await run('tar', ['-xzf', tarball], { cwd: work });
    // A rename is all or nothing: another process sees the whole package or none.
    await rename(join(work, 'package'), folder).catch((error: unknown) => {
      if (!existsSync(cached)) throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return cached;
}
