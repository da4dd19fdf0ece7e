/**
 * Makes a bare clone ready: installs what package-lock.json names, once, and sees to it that the
 * pinned Node (a package among them) is the one that everything else runs on.
 *
 * This file alone is plain JavaScript: it must run on any Node from 20 on, before anything is
 * installed; the rest is TypeScript, which the pinned Node runs as it is.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const oldestSystemNode = 20;
/** The first that runs TypeScript without a flag and has node:sqlite. */
const oldestPinnedNode = 24;

const top = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(top, 'node_modules');
const stampFile = join(modules, '.setup-stamp');

const systemMajor = Number(process.versions.node.split('.')[0]);
if (systemMajor < oldestSystemNode) {
  fail(
    `Node ${process.versions.node} is too old: ${oldestSystemNode} or newer is needed.`,
    'Get it from https://nodejs.org/ or from your system.',
  );
}

const stamp = createHash('sha256')
  .update(readFileSync(join(top, 'package-lock.json')))
  .update(`${process.platform}-${process.arch}`)
  .digest('hex');

if (!isInstalled()) install();
checkPinnedNode();

function isInstalled() {
  return existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp;
}

function install() {
  process.stderr.write('Installing the packages that package-lock.json names (only once) …\n');
  // Not `npm ci`: it refuses a lock file without the binaries of every other platform, and not every
  // registry has all of those. This installs the locked versions all the same and leaves the lock
  // file as it is. No package here needs its install script: esbuild and the rest bring their
  // binaries as packages.
  const words = [
    'install',
    '--no-save',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ];
  const result = runNpm(words);
  if (result.status !== 0) {
    fail(
      'npm install failed.',
      'See its messages above. It needs the npm registry or a filled npm cache.',
    );
  }
  mkdirSync(modules, { recursive: true });
  writeFileSync(stampFile, stamp);
}

/** npm tells its scripts where it is; without npm around us it is the one on PATH. */
function runNpm(words) {
  const options = { cwd: top, stdio: ['ignore', 2, 2] };
  const npm = process.env.npm_execpath;
  if (npm?.endsWith('.js')) return spawnSync(process.execPath, [npm, ...words], options);
  return spawnSync('npm', words, { ...options, shell: process.platform === 'win32' });
}

function checkPinnedNode() {
  const pinned = join(modules, '.bin', process.platform === 'win32' ? 'node.cmd' : 'node');
  if (existsSync(pinned) || systemMajor >= oldestPinnedNode) return;
  fail(
    `No Node package exists for ${process.platform}-${process.arch} on this system.`,
    `Install Node ${oldestPinnedNode} or newer yourself and run this again.`,
  );
}

function fail(reason, remedy) {
  process.stderr.write(`setup: ${reason}\n${remedy}\n`);
  process.exit(1);
}
