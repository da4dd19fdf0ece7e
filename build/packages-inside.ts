/**
 * What the executable is made of: the packages of which esbuild took at least one byte, and Node.
 * The bill of materials and the licences are both written from this list, so neither names what
 * only builds or tests the program, nor leaves out what is in it.
 */
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Metafile } from 'esbuild';
import { z } from 'zod';
import { projectRoot } from './bundle.ts';
import { ensureNodeBinary, lockedNodePackage } from './node-package.ts';
import type { Target } from './targets.ts';

export interface PackageInside {
  readonly name: string;
  readonly version: string;
  /** SPDX identifier or expression. */
  readonly license: string;
  /** The licence's own text, or undefined where the package brings none. */
  readonly licenseText: string | undefined;
  /** Subresource integrity of the package's tarball, from package-lock.json. */
  readonly integrity: string | undefined;
}

const packageJsonSchema = z.object({
  name: z.string(),
  version: z.string(),
  license: z.string(),
});

const lockfileSchema = z.object({
  packages: z.record(z.string(), z.object({ integrity: z.string().optional() })),
});

/** Folders such as `node_modules/zod`, in order, of which there is something in the outputs. */
export function packageFolders(metafile: Metafile): readonly string[] {
  const folders = new Set<string>();
  for (const { inputs } of Object.values(metafile.outputs)) {
    for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
      const folder = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0];
      if (folder !== undefined && bytesInOutput > 0) folders.add(folder);
    }
  }
  return [...folders].sort();
}

/** Throws where a package does not say its licence. */
export async function packagesInside(
  metafile: Metafile,
  root = projectRoot,
): Promise<readonly PackageInside[]> {
  const lockfile = lockfileSchema.parse(
    JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')),
  );
  return await Promise.all(
    packageFolders(metafile).map(async (folder) => {
      const { name, version, license } = packageJsonSchema.parse(
        JSON.parse(await readFile(join(root, folder, 'package.json'), 'utf8')),
      );
      return {
        ...{ name, version, license },
        licenseText: await licenseTextIn(join(root, folder)),
        integrity: lockfile.packages[folder]?.integrity,
      };
    }),
  );
}

/** Node itself, as it is in the target's executable; the licences of its own parts are in its text. */
export async function nodeInside(target: Target): Promise<PackageInside> {
  const { version, integrity } = await lockedNodePackage(target.nodePackage);
  const binary = await ensureNodeBinary(target.nodePackage);
  const licenseText = await licenseTextIn(dirname(dirname(binary)));
  return { name: 'node', version, license: 'MIT', licenseText, integrity };
}

async function licenseTextIn(folder: string): Promise<string | undefined> {
  const files = await readdir(folder);
  const file = files.sort().find((name) => /^(licen[cs]e|copying)(\.(md|txt))?$/i.test(name));
  return file === undefined ? undefined : (await readFile(join(folder, file), 'utf8')).trim();
}
