/** `completion SHELL`: prints the script that teaches a shell our commands. */
import { Argument, type Command } from 'commander';
import type { CompletionShell } from './completion/index.ts';
import type { CliContext } from './context.ts';

const shells: readonly CompletionShell[] = ['bash', 'zsh', 'fish', 'powershell'];

export function defineCompletionCommand(program: Command, context: CliContext): void {
  program
    .command('completion')
    .description('print a script that makes a shell complete these commands')
    .addArgument(new Argument('<shell>', 'the shell').choices(shells))
    .addHelpText(
      'after',
      `
How to install it:
  bash        system-monitor completion bash > ~/.local/share/bash-completion/completions/system-monitor
  zsh         system-monitor completion zsh > "\${fpath[1]}/_system-monitor"
  fish        system-monitor completion fish > ~/.config/fish/completions/system-monitor.fish
  powershell  system-monitor completion powershell >> $PROFILE`,
    )
    .action(async (shell: CompletionShell) => {
      const { completionScript } = await import('./completion/index.ts');
      await context.runtime.stdout.write(completionScript(program, shell));
    });
}
