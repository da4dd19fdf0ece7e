/** `doctor`: each step from the configuration to the service, with its remedy. */
import type { Command } from 'commander';
import { exitCodes } from '../base/exit-codes.ts';
import { type CliContext, locationOptions } from './context.ts';
import { type ShowOptions, withJsonOption } from './output/json-option.ts';

export function defineDoctorCommand(program: Command, context: CliContext): void {
  const { runtime } = context;
  withJsonOption(program.command('doctor'))
    .description('find out what is wrong, step by step, and how to fix it')
    .action(async (options: ShowOptions, command: Command) => {
      const { examine } = await import('../doctor/examine.ts');
      const { formatFindings } = await import('./output/findings.ts');
      const { show } = await import('./output/show.ts');
      const findings = await examine(locationOptions(command, runtime), runtime);
      await show(runtime, options, findings, formatFindings);
      if (findings.some((finding) => finding.state === 'failed')) {
        context.setExitCode(exitCodes.unavailable);
      }
    });
}
