/** A real terminal for programs that talk to a person: tmux, on a server of this test alone. */
import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { until } from './program.ts';
import type { Requirement } from './requirement.ts';

export function tmux(): Requirement {
  const found = spawnSync('tmux', ['-V'], { stdio: 'ignore' }).status === 0;
  return { met: found, reason: 'tmux is not installed' };
}

export interface Terminal extends Disposable {
  /** What stands on the screen now. */
  screen(): string;
  /** Waits until a text stands there, and answers with the whole screen. */
  shows(text: string): Promise<string>;
  /** Types a text as it is. */
  type(text: string): void;
  /** Presses keys by tmux's names: `Enter`, `Down`, `C-c`. */
  press(...keys: readonly string[]): void;
  /** The process id of the program. */
  programId(): number;
  /** The terminal goes away, as by a closed window. Idempotent. */
  close(): void;
}

export function openTerminal(
  command: readonly string[],
  environment: Readonly<Record<string, string>>,
): Terminal {
  const server = `system-monitor-test-${randomBytes(6).toString('hex')}`;
  const run = (...words: string[]): string =>
    execFileSync('tmux', ['-L', server, '-f', '/dev/null', ...words], { encoding: 'utf8' });
  const settings = Object.entries(environment).flatMap(([name, value]) => [
    '-e',
    `${name}=${value}`,
  ]);
  // The shell that stays, also at Ctrl-C, tells the program's exit code.
  const shell = `trap : INT; ${command.map((word) => `'${word}'`).join(' ')}; echo "ended with $?"; exec sleep 120`;
  run('new-session', '-d', '-x', '100', '-y', '30', ...settings, 'sh', '-c', shell);

  const close = (): void => void spawnSync('tmux', ['-L', server, 'kill-server']);
  const screen = (): string => run('capture-pane', '-p');
  return {
    screen,
    async shows(text) {
      await until(`"${text}" on the screen`, () => screen().includes(text));
      return screen();
    },
    type: (text) => void run('send-keys', '-l', text),
    press: (...keys) => void run('send-keys', ...keys),
    programId() {
      const shellId = run('list-panes', '-F', '#{pane_pid}').trim();
      return Number(execFileSync('ps', ['-o', 'pid=', '--ppid', shellId], { encoding: 'utf8' }));
    },
    close,
    [Symbol.dispose]: close,
  };
}
