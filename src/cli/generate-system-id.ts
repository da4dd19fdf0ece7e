/** `generate_system_id`: a new id, printed; with --save also kept in the configuration file. */
import type { Command } from 'commander';
import { type CliContext, openConfigurationOf } from './context.ts';
import { type YesOption, yesFlag } from './yes-flag.ts';

export function defineGenerateSystemIdCommand(program: Command, context: CliContext): void {
  const { runtime } = context;
  const command = program
    .command('generate_system_id')
    .description('make a new system id and print it')
    .option('--save', 'also save it in the configuration file')
    .option(...yesFlag)
    .action(async (options: YesOption & { readonly save?: true }) => {
      const { generateSystemId } = await import('../settings/system-id.ts');
      const systemId = generateSystemId(runtime.platform, runtime.randomBytes);
      if (options.save === true) {
        const { insistOnNewId, savedId } = await import('./insist.ts');
        const configuration = await openConfigurationOf(command, context);
        await insistOnNewId(runtime, options, savedId(configuration), systemId);
        await configuration.save({ system_id: systemId });
      }
      await runtime.stdout.write(`${systemId}\n`);
    });
}
