/** What a program asks of the kernel, as strace(1) sees it. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Requirement } from './requirement.ts';
import { withProgram } from './requirement.ts';

export const withStrace: Requirement = withProgram('strace', '--version');

/** Calls that write, name or sync, and those by which a server answers. */
const traced =
  'openat,write,writev,pwrite64,sendto,sendmsg,ftruncate,fsync,fdatasync,rename,renameat,renameat2,unlink,mkdir';

/** The words before a program that is to be traced into `log`. Signals reach the program itself. */
export function straceWords(log: string): readonly [string, ...string[]] {
  return ['strace', '-D', '-f', '-y', '-qq', '-s', '64', '-e', `trace=${traced}`, '-o', log];
}

export interface SystemCall {
  readonly name: string;
  /** Of the file that is written, synced or named, and of the new name where there are two. */
  readonly paths: readonly string[];
  /** The line as strace wrote it. */
  readonly text: string;
  /** The lines at which it began and ended, which are two where another thread came in between. */
  readonly beganAt: number;
  readonly endedAt: number;
}

/** The calls of a log in the order in which they began. */
export function parseCalls(log: string): readonly SystemCall[] {
  const lines = log.split('\n');
  return lines.flatMap((text, beganAt) => {
    const match = /^(\d+) +(\w+)\((.*)/.exec(text);
    if (match === null) return [];
    const [, thread = '', name = '', rest = ''] = match;
    // `21</path>` for a descriptor, `"/path"` for a name; openat's first is the current folder.
    const found = /^\d/.test(rest) ? /^\d+<([^>]*)>/g : /"([^"]*)"/g;
    const paths = [...rest.matchAll(found)].map((one) => one[1] ?? '');
    const isResumed = (line: string) => line.startsWith(`${thread} `) && line.includes(' resumed>');
    const endedAt = rest.endsWith('<unfinished ...>')
      ? lines.findIndex((line, at) => at > beganAt && isResumed(line))
      : beganAt;
    return [{ name, paths, text, beganAt, endedAt: endedAt < 0 ? lines.length : endedAt }];
  });
}

/** Runs a TypeScript program to its end. Throws with what it said if that was not 0. */
export function traceProgram(program: string, words: readonly string[], folder: string) {
  const log = join(folder, 'strace');
  const [strace, ...more] = straceWords(log);
  const { status, stderr } = spawnSync(strace, [...more, process.execPath, program, ...words], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${stderr}`);
  return parseCalls(readFileSync(log, 'utf8'));
}
