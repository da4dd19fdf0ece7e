import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { lockedNodePackage } from '../../build/node-package.ts';
import type { Requirement } from './requirement.ts';

const modules = join(import.meta.dirname, '../../node_modules');

/**
 * A target's Node, installed or fetched before. Where CI is set it may be fetched now; elsewhere no
 * test is to download some 40 MB for each target that somebody did not ask for.
 */
export async function nodePackageHere(name: string): Promise<Requirement> {
  const { version, binary } = await lockedNodePackage(name);
  const cached = join(modules, '.cache/node-packages', `${name}@${version}`, binary);
  return {
    met: existsSync(join(modules, name, binary)) || existsSync(cached) || Boolean(process.env.CI),
    reason: `${name} was not fetched: npm run build:release`,
  };
}
