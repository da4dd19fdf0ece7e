/** `schema`: the published contract as JSON Schema, for whoever writes a receiver. */
import type { Command } from 'commander';
import type { CliContext } from './context.ts';

export function defineSchemaCommand(program: Command, context: CliContext): void {
  program
    .command('schema')
    .description('print the JSON Schema of what is sent (draft 2020-12)')
    .action(async () => {
      const [{ toJSONSchema }, { requestSchema }] = await Promise.all([
        import('zod'),
        import('../wire/requests.ts'),
      ]);
      // What JSON has no type for says itself what it is there (wire/stats.ts).
      const written = toJSONSchema(requestSchema, { unrepresentable: 'any' });
      const schema = { title: 'What System Monitor sends', ...written };
      await context.runtime.stdout.write(`${JSON.stringify(schema, null, 2)}\n`);
    });
}
