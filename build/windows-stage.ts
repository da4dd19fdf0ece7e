/**
 * Where programs run that are handed to WINDOWS_RUNNER: a command that is called as
 * `run PROGRAM ARGUMENTS…` and shows them the current folder.
 */
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const projectRoot = dirname(dirname(fileURLToPath(import.meta.url)));

export interface StagedFolder {
  /** The folder as this machine sees it. */
  readonly path: string;
  /** In which the runner is to be started. */
  readonly currentFolder: string;
  /** The path of one of its files as the programs see it. */
  pathThere(file: string): string;
  /** Idempotent. */
  remove(): void;
}

/**
 * An empty folder for programs and their files. All of them lie in one folder that stays and is
 * everybody's current one: Wine's server lives on for seconds after a program has ended, and a
 * program that is started from elsewhere meanwhile would be shown the old folder.
 */
export function createStagedFolder(): StagedFolder {
  // Beside the cached Node packages, so that a link will do for their 90 MB.
  const stage = join(projectRoot, 'node_modules', '.cache', 'windows-run');
  mkdirSync(stage, { recursive: true });
  const currentFolder = realpathSync(stage);
  const path = mkdtempSync(join(currentFolder, 'folder-'));
  return {
    path,
    currentFolder,
    pathThere: (file) => `${basename(path)}\\${file}`,
    remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 5 }),
  };
}
