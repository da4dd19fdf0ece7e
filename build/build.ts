/**
 * `npm run build`: this machine's executable at dist/system-monitor (`.exe` on Windows).
 */
import { mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { bundleProgram, packageVersion, projectRoot } from './bundle.ts';
import { recordCodeCaches } from './code-cache.ts';
import { makeExecutable } from './executable.ts';
import { sourceCommit } from './source-commit.ts';
import { executableName, targetOfThisMachine } from './targets.ts';

const startedMs = performance.now();
const target = targetOfThisMachine();
const dist = join(projectRoot, 'dist');
await mkdir(dist, { recursive: true });
// Inside dist, so that the last step is a rename on one file system.
const workFolder = await mkdtemp(join(dist, '.build-'));
try {
  const info = {
    version: await packageVersion(),
    commit: await sourceCommit(),
    target: target.name,
  };
  const bundle = await bundleProgram({ info });
  const caches = await recordCodeCaches({ target, bundle, workFolder });
  const made = await makeExecutable({
    ...{ target, bundle, caches, workFolder },
    version: info.version,
  });
  const finished = join(dist, executableName(target));
  await rename(made, finished);
  const { size } = await stat(finished);
  console.log(
    `${relative(projectRoot, finished)}: ${info.version} (${info.commit}) for ${target.name}, ` +
      `${(size / 1e6).toFixed(1)} MB, ${((performance.now() - startedMs) / 1000).toFixed(1)} s`,
  );
} finally {
  await rm(workFolder, { recursive: true, force: true });
}
