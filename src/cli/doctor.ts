/** `doctor`: each step from the configuration to the service, with its remedy. */
import type { Command } from 'commander';
import { exitCodes } from '../base/exit-codes.ts';
import { type CliContext, locationOptions } from './context.ts';

export function defineDoctorCommand(program: Command, context: CliContext): void {
  const { runtime } = context;
  const command = program
    .command('doctor')
    .description('look for what is wrong, step by step, and say how to mend it')
    .option('--json', 'print JSON, which is also what a pipe gets')
    .addHelpText('after', `\nExit codes: 0 all is well, ${exitCodes.unavailable} something is not.`)
    .action(async (options: { readonly json?: true }) => {
      const [{ examine }, { formatFindings }] = await Promise.all([
        import('../doctor/examine.ts'),
        import('./output/findings.ts'),
      ]);
      const findings = await examine(locationOptions(command, runtime), runtime);
      const asJson = options.json === true || !runtime.stdout.isTerminal;
      await runtime.stdout.write(
        asJson ? `${JSON.stringify(findings, null, 2)}\n` : formatFindings(findings),
      );
      if (findings.some((finding) => finding.state === 'failed')) {
        context.setExitCode(exitCodes.unavailable);
      }
    });
}
