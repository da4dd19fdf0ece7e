/** `check`: does the server answer, and does it know this machine? */

import type { Command } from 'commander';
import type { CliContext } from './context.ts';

interface CheckOptions {
  /** A URL, or true for the configured one. */
  readonly conformance?: string | true;
}

export function defineCheckCommand(program: Command, context: CliContext): void {
  program
    .command('check')
    .description("ask the server whether it answers and whether this machine's id is registered")
    .option(
      '--conformance [url]',
      'test the receiver at that address (default: the url in force) against the whole contract; leaves a few reports there under an id of its own',
    )
    .action(async ({ conformance }: CheckOptions, command: Command) => {
      if (conformance === undefined) {
        const { runCheck } = await import('./run-check.ts');
        await runCheck(command, context);
      } else {
        const { runConformance } = await import('./conformance.ts');
        await runConformance(context, command, conformance === true ? undefined : conformance);
      }
    });
}
