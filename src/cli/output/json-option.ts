/** `--json`, of every command that has data to show. How it is shown is loaded when it is (show.ts). */
import type { Command } from 'commander';

export interface ShowOptions {
  readonly json?: true;
}

export function withJsonOption(command: Command): Command {
  return command.option('--json', 'print JSON (the default in a pipe)');
}
