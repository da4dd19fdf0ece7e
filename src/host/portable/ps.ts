/**
 * ps(1) of macOS and the BSDs, asked for one thing at a time: numbers come first in each line and the
 * one text last, so that nothing that others choose (a user's name with blanks, a program's title)
 * can shift a column. Each field has an `-o` of its own, because the BSDs take all that stands behind
 * a `=` for the heading (POSIX, ps).
 *
 * https://github.com/apple-oss-distributions/adv_cmds/tree/main/ps (print.c): `ucomm` is the kernel's
 * p_comm as it is, also of a zombie, where `comm` is argv[0], which programs write over and a zombie
 * does not have. `comm` goes through vis(3), which writes letters beyond ASCII as `M-CM-$` unless the
 * locale is a UTF-8 one; `ucomm` and `ruser` do not.
 */

/** `  412    88 WindowServer    `: pid, real uid, and the name that the kernel keeps. */
export const psProcessArgs: readonly string[] = ['-ax', ...columns('pid', 'ruid', 'ucomm')];
/** `  412 /System/Library/PrivateFrameworks/…/WindowServer`: pid and argv[0]. */
export const psCommandArgs: readonly string[] = ['-ax', ...columns('pid', 'comm')];
/** `   88 _windowserver`: the users of all processes. */
export const psUserArgs: readonly string[] = ['-ax', ...columns('ruid', 'ruser')];

/** The one that every macOS and FreeBSD has; where there is none, nothing is lost but letters. */
export const psEnvironment = { LC_ALL: 'en_US.UTF-8' } as const;

function columns(...names: readonly string[]): string[] {
  return names.flatMap((name) => ['-o', `${name}=`]);
}

export interface PsProcess {
  readonly pid: number;
  readonly userId: number;
  /** 16 bytes at most (MAXCOMLEN, bsd/sys/param.h); a letter that was cut in two ends in U+FFFD. */
  readonly name: string;
}

/**
 * Answers `psProcessArgs`, sorted by pid. Lines that are no process are passed over. A name may hold
 * a line end, and what follows it may look like another process: the first line of a pid counts.
 */
export function parsePsProcesses(text: string): PsProcess[] {
  const processes = new Map<number, PsProcess>();
  for (const line of text.split('\n')) {
    const [, pid, userId, name] = /^\s*(\d{1,10})\s+(-?\d{1,10})\s+(\S.*?)\s*$/.exec(line) ?? [];
    if (pid === undefined || userId === undefined || name === undefined) continue;
    if (processes.has(Number(pid))) continue;
    processes.set(Number(pid), { pid: Number(pid), userId: unsigned(userId), name });
  }
  return [...processes.values()].sort((one, other) => one.pid - other.pid);
}

/** Answers `psCommandArgs` and `psUserArgs`: what stands beside each number. The first one counts. */
export function parsePsTexts(text: string): Map<number, string> {
  const texts = new Map<number, string>();
  for (const line of text.split('\n')) {
    const [, number, rest] = /^\s*(-?\d{1,10})\s+(\S.*?)\s*$/.exec(line) ?? [];
    if (number === undefined || rest === undefined || texts.has(unsigned(number))) continue;
    texts.set(unsigned(number), rest);
  }
  return texts;
}

/** Apple prints a uid with `%d`: `nobody` is -2. */
function unsigned(text: string): number {
  return Number(text) >>> 0;
}

/** psutil completes names of this many characters (Process.name in psutil/__init__.py). */
const mayBeCutFrom = 15;

/**
 * The kernel's name, completed as psutil 5.9 does on macOS: by the last part of argv[0], where that
 * begins with it. A program that has written something else over argv[0] keeps the kernel's name.
 */
export function completePsName(name: string, command: string | undefined): string {
  if (command === undefined || name.length < mayBeCutFrom) return name;
  const base = command.slice(command.lastIndexOf('/') + 1);
  return base.startsWith(name.replace(/\ufffd+$/, '')) ? base : name;
}
