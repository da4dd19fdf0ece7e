/**
 * Makes the code caches of a bundle, where the target's Node can run on this machine: natively, or
 * under an emulator. A cache fits one version of Node, one architecture and one set of V8's flags;
 * a foreign one would be refused at every start.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Bundle, bundleEmbedded } from './bundle.ts';
import { hasProgram } from './has-program.ts';
import { ensureNodeBinary } from './node-package.ts';
import type { Target } from './targets.ts';
import { createStagedFolder, type StagedFolder } from './windows-stage.ts';

/** By name of the chunk. */
export type CodeCaches = ReadonlyMap<string, Uint8Array>;

export const noCodeCaches: CodeCaches = new Map();

/**
 * What is run to warm the program up: between them these reach what start-up, one-shot commands
 * and the agent's first report call. Nothing is sent anywhere: the port is closed.
 */
export const warmUps: readonly (readonly string[])[] = [
  ['--version'],
  ['--help'],
  ['stats', '--json'],
  ['background', '--once', '--url', 'http://127.0.0.1:9'],
];

/** An emulator is some twenty times slower than the machine. */
const warmUpTimeoutMs = 60_000;

const qemu = 'qemu-aarch64-static';
/** Debian's libc6-arm64-cross puts the C library here. */
const qemuLibraries = '/usr/aarch64-linux-gnu';

/** How a program of the target is run here; undefined where it cannot be. */
export function runnerFor(
  target: Target,
  environment: NodeJS.ProcessEnv = process.env,
): readonly string[] | undefined {
  if (target.platform === process.platform && target.architecture === process.arch) return [];
  if (process.platform !== 'linux') return undefined;
  if (target.emulator === 'qemu-aarch64') {
    const isHere = hasProgram(qemu, environment.PATH) && existsSync(qemuLibraries);
    return isHere ? [qemu, '-L', qemuLibraries] : undefined;
  }
  if (target.emulator === 'windows-runner' && environment.WINDOWS_RUNNER) {
    return [environment.WINDOWS_RUNNER, 'run'];
  }
  return undefined;
}

export interface RecordOptions {
  readonly target: Target;
  readonly bundle: Bundle;
  readonly workFolder: string;
  readonly commands?: readonly (readonly string[])[];
}

/** Empty where the target's Node cannot run here. A chunk that no command reaches has no cache. */
export async function recordCodeCaches(options: RecordOptions): Promise<CodeCaches> {
  const { target, bundle, workFolder } = options;
  const runner = runnerFor(target);
  if (runner === undefined) return noCodeCaches;
  const place = await createPlace(target, workFolder);
  const { path: folder, pathThere } = place;
  const chunks = join(folder, 'chunks');
  await mkdir(chunks, { recursive: true });
  for (const { name, code } of bundle.chunks) await writeFile(join(chunks, name), code);
  await writeFile(join(folder, 'recorder.cjs'), await bundleEmbedded('recorder'));
  const node = await placeNode(target, place);
  const largest = new Map<string, Uint8Array>();
  for (const [index, words] of (options.commands ?? warmUps).entries()) {
    const caches = `caches-${index}`;
    await mkdir(join(folder, caches), { recursive: true });
    await warmUp(place, [
      ...[...runner, node, ...target.execArgv, pathThere('recorder.cjs')],
      ...[pathThere('chunks'), bundle.entry, pathThere(caches), ...words],
    ]);
    for (const file of await readdir(join(folder, caches))) {
      const cache = await readFile(join(folder, caches, file));
      const name = file.replace(/\.cache$/, '');
      // A cache grows with each function that has run: the largest serves most.
      if (cache.length > (largest.get(name)?.length ?? 0)) largest.set(name, cache);
    }
  }
  place.remove();
  if (largest.size === 0) throw new Error(`${target.name}: no warm-up left a code cache`);
  return largest;
}

/** Where the warm-ups run: in the work folder, or where a Windows runner sees them. */
async function createPlace(target: Target, workFolder: string): Promise<StagedFolder> {
  if (isElsewhere(target)) return createStagedFolder();
  const path = join(workFolder, 'warm-up');
  await mkdir(path, { recursive: true });
  // It is removed with the rest of the work folder.
  return { path, currentFolder: path, pathThere: (file) => file, remove: () => {} };
}

async function placeNode(target: Target, { path, pathThere }: StagedFolder): Promise<string> {
  const node = await ensureNodeBinary(target.nodePackage);
  if (!isElsewhere(target)) return node;
  await copyFile(node, join(path, 'node.exe'));
  return pathThere('node.exe');
}

function isElsewhere(target: Target): boolean {
  return target.platform === 'win32' && target.platform !== process.platform;
}

/** How the run ends is of no interest here: what was called until then is in the cache. */
async function warmUp(
  { path, currentFolder, pathThere }: StagedFolder,
  words: readonly string[],
): Promise<void> {
  const [command = '', ...rest] = words;
  await new Promise<void>((done) => {
    const child = execFile(
      command,
      rest,
      {
        cwd: currentFolder,
        timeout: warmUpTimeoutMs,
        killSignal: 'SIGKILL',
        env: {
          PATH: process.env.PATH,
          // Nothing of this machine's configuration is read, nothing is left behind.
          HOME: path,
          SYSTEM_MONITOR_CONFIG: pathThere('config.json'),
          SYSTEM_MONITOR_STATE_DIR: pathThere('state'),
        },
      },
      () => done(),
    );
    child.stdin?.end();
  });
}
