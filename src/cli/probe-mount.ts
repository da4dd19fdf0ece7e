/**
 * `probe-mount`: a command of ours for ourselves. The disks collector asks a mount that may hang
 * through a child process; where there is no stat(1), that child is this program. Without a mount
 * point it asks the drives of Windows that it is told on its input; with a part, macOS by direct calls.
 */
import type { Command } from 'commander';
import { probeMountCommand } from '../collectors/probe-mount-command.ts';
import type { CliContext } from './context.ts';

export function defineProbeMountCommand(program: Command, { runtime }: CliContext): void {
  program
    .command(`${probeMountCommand} [mount-point]`, { hidden: true })
    .option('--native <part>')
    .action(async (mountPoint?: string, { native }: { readonly native?: string } = {}) => {
      const { runProbe } = await import('./run-probe.ts');
      await runProbe(mountPoint, native, runtime);
    });
}
