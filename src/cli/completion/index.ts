/** The shells that a completion can be printed for, and how each takes it in. */
import type { Command } from 'commander';
import { bashCompletion } from './bash.ts';
import { fishCompletion } from './fish.ts';
import { powershellCompletion } from './powershell.ts';
import { type CompletionCommand, completionCommands } from './tree.ts';
import { zshCompletion } from './zsh.ts';

export type CompletionShell = 'bash' | 'zsh' | 'fish' | 'powershell';

const scripts: Readonly<
  Record<CompletionShell, (commands: readonly CompletionCommand[]) => string>
> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
  powershell: powershellCompletion,
};

/** The script that `completion SHELL` prints and that packages install. */
export function completionScript(program: Command, shell: CompletionShell): string {
  return scripts[shell](completionCommands(program));
}
