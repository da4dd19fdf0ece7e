/**
 * `ps -axo pid=,ruser=,comm=` of macOS and the BSDs. The name comes last, because it may hold
 * spaces; the user's name cannot.
 */

export interface PsProcess {
  readonly pid: number;
  /** The real user's name, or the number of one without a name. */
  readonly user: string;
  /** The last part of the program's path. */
  readonly name: string;
}

export const psArgs: readonly string[] = ['-axo', 'pid=,ruser=,comm='];

/** Lines that are no process are passed over. Sorted by pid. */
export function parsePs(text: string): PsProcess[] {
  const processes: PsProcess[] = [];
  for (const line of text.split('\n')) {
    const [, pid, user, command] = /^\s*(\d{1,10})\s+(\S+)\s+(\S.*?)\s*$/.exec(line) ?? [];
    if (pid === undefined || user === undefined || command === undefined) continue;
    processes.push({ pid: Number(pid), user, name: baseName(command) });
  }
  return processes.sort((one, other) => one.pid - other.pid);
}

/** macOS tells the whole path, shows a log-in shell as `-zsh` and a zombie as `(zsh)`. */
function baseName(command: string): string {
  const zombie = /^\((.+)\)$/.exec(command)?.[1];
  const name = zombie ?? command.slice(command.lastIndexOf('/') + 1);
  return name.length > 1 && name.startsWith('-') ? name.slice(1) : name || command;
}
