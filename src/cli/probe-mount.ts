/**
 * `probe-mount`: a command of ours for ourselves. The disks collector asks a mount that may hang
 * through a child process; where there is no stat(1), that child is this program. Without a mount
 * point it asks the drives of Windows that it is told on its input.
 */
import type { Command } from 'commander';
import { probeMountCommand } from '../collectors/probe-mount-command.ts';
import type { CliContext } from './context.ts';

export function defineProbeMountCommand(program: Command, context: CliContext): void {
  program
    .command(`${probeMountCommand} [mount-point]`, { hidden: true })
    .action(async (mountPoint?: string) => {
      if (mountPoint === undefined) {
        const { serveDrives } = await import('../host/win32/drive-helper.ts');
        await serveDrives((text) => context.runtime.stdout.write(text));
        return;
      }
      const { formatBlocks, readFileSystemBlocks } = await import('../host/linux/statfs.ts');
      const blocks = readFileSystemBlocks(Buffer.from(mountPoint).toString('latin1'));
      await context.runtime.stdout.write(formatBlocks(blocks));
    });
}
