/** `check`: does the server answer, and does it know this machine? */

import type { Command } from 'commander';
import { exitCodes } from '../base/exit-codes.ts';
import { abortOnSignals } from '../base/signals.ts';
import { type CliContext, locationOptions } from './context.ts';

export function defineCheckCommand(program: Command, context: CliContext): void {
  const { runtime } = context;
  const command = program
    .command('check')
    .description("ask the server whether it answers and whether it knows this machine's id")
    .option(
      '--conformance [url]',
      'test the receiver there, or the configured one, against the whole contract; leaves a few reports under an id of its own',
    )
    .addHelpText(
      'after',
      `
Exit codes: 0 all is fine, ${exitCodes.unavailable} no connection or a failed test, ${exitCodes.configuration} the id is not registered.`,
    )
    .action(async ({ conformance }: { readonly conformance?: string | true }) => {
      if (conformance !== undefined) {
        const { runConformance } = await import('./conformance.ts');
        await runConformance(context, command, conformance === true ? undefined : conformance);
        return;
      }
      const { openConfiguration } = await import('../config/configuration.ts');
      const { createServerChecks, describeAnswer } = await import('../delivery/server-checks.ts');
      const configuration = openConfiguration(locationOptions(command, runtime), runtime.clock);
      const { settings, systemId } = await configuration.loadWithSystemId(runtime.randomBytes);
      const checks = await createServerChecks(settings, runtime.environment);
      const { signal, release } = abortOnSignals(runtime);
      try {
        const url = await checks.url(signal);
        await runtime.stdout.write(`${describeAnswer(url)}\n`);
        if (url.kind !== 'ok') {
          context.setExitCode(exitCodes.unavailable);
          return;
        }
        const registration = await checks.systemId(systemId, signal);
        await runtime.stdout.write(`${describeAnswer(registration)}\n`);
        if (registration.kind === 'connection-error') context.setExitCode(exitCodes.unavailable);
        if (registration.kind === 'not-registered') context.setExitCode(exitCodes.configuration);
      } finally {
        release();
        await checks.close();
      }
    });
}
