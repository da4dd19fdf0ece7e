/** The folder of the database, made so that a power cut does not take it with all that is in it. */
import { closeSync, fsyncSync, mkdirSync, openSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Makes a folder and its parents, for the owner alone, where they are missing. The names of new ones
 * are synced: SQLite does that for the files in it, and a report that was answered with 200 is in it.
 */
export function makeDataFolder(path: string): void {
  const folder = resolve(path);
  const first = mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  for (let made = folder; made.length >= first.length; made = dirname(made)) {
    syncFolder(dirname(made));
  }
}

function syncFolder(path: string): void {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch {
    // Windows opens no folder, and its file system orders names by itself; one that may not be read
    // is nobody's who could have made something in it.
    return;
  }
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
