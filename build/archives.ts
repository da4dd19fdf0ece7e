/**
 * Archives of a folder, the same bytes for the same content: sorted, with one time, no owner. Made
 * by GNU tar, xz, gzip and zip, which every Debian and Ubuntu has.
 */
import { execFile } from 'node:child_process';
import { readdir, rename, utimes } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
/** xz takes about a minute for 110 MB. */
const compressTimeoutMs = 15 * 60_000;

export type ArchiveKind = '.tar.gz' | '.tar.xz' | '.zip';

/** `quick` is for trying things out: a tenth of the time, a third more bytes. */
export type Compression = 'small' | 'quick';

export interface ArchiveOptions {
  /** The folder to pack; the archive holds it under its own name. */
  readonly folder: string;
  /** Path of the archive, without its ending. */
  readonly output: string;
  /** Seconds since 1970, given to every file. */
  readonly sourceEpoch: number;
  readonly compression: Compression;
}

/** Returns the paths of the archives, which are made one after the other. */
export async function makeArchives(
  kinds: readonly ArchiveKind[],
  options: ArchiveOptions,
): Promise<readonly string[]> {
  const made: string[] = [];
  for (const kind of kinds) {
    const path = options.output + kind;
    await (kind === '.zip' ? makeZip(path, options) : makeTar(path, kind, options));
    made.push(path);
  }
  return made;
}

async function makeTar(
  path: string,
  kind: '.tar.gz' | '.tar.xz',
  { folder, sourceEpoch, compression }: ArchiveOptions,
): Promise<void> {
  const small = compression === 'small';
  const gzip = `gzip --no-name ${small ? '-9' : '-1'}`;
  const xz = `xz --threads=1 ${small ? '-6' : '-0'}`;
  const compressor = kind === '.tar.gz' ? gzip : xz;
  await run(
    'tar',
    [
      ...['--create', '--file', `${path}.unfinished`, `--use-compress-program=${compressor}`],
      ...['--format=ustar', '--sort=name', `--mtime=@${sourceEpoch}`],
      ...['--owner=0', '--group=0', '--numeric-owner', '--mode=u=rwX,go=rX'],
      ...['--directory', dirname(folder), basename(folder)],
    ],
    { timeout: compressTimeoutMs },
  );
  await rename(`${path}.unfinished`, path);
}

/** zip takes times from the files, in local time, and refuses an unfinished file as its target. */
async function makeZip(
  path: string,
  { folder, sourceEpoch, compression }: ArchiveOptions,
): Promise<void> {
  const files = (await readdir(folder, { recursive: true, withFileTypes: true }))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  for (const file of [...files, folder]) await utimes(file, sourceEpoch, sourceEpoch);
  const names = files.map((file) => join(basename(folder), file.slice(folder.length + 1)));
  await run('zip', ['-X', compression === 'small' ? '-9' : '-1', '-q', path, ...names], {
    cwd: dirname(folder),
    timeout: compressTimeoutMs,
    env: { ...process.env, TZ: 'UTC' },
  });
}
