/** `config`: at a terminal a prompt in place of the original's window; its sub-commands for scripts. */
import type { Command } from 'commander';
import { MonitorError } from '../base/errors.ts';
import type { SettingsChanges } from '../settings/settings.ts';
import { type CliContext, locationOptions } from './context.ts';

export function defineConfigCommand(program: Command, context: CliContext): void {
  const { runtime } = context;
  const config = program
    .command('config')
    .description('see and change the settings, at a prompt')
    .action(async () => {
      if (!runtime.stdin.isTerminal || !runtime.stdout.isTerminal) throw noTerminal();
      const { runConfigPrompt } = await import('./config-prompt.ts');
      await runConfigPrompt(await open(config), context);
    });

  config
    .command('list')
    .description('print every setting, its value and where that comes from')
    .option('--json', 'print JSON, which is also what a pipe gets')
    .action(async (options: { readonly json?: true }) => {
      const { printSettings } = await import('./config-list.ts');
      const asJson = options.json === true || !runtime.stdout.isTerminal;
      await printSettings(await open(config), runtime, asJson);
    });

  config
    .command('get <setting>')
    .description('print one setting')
    .action(async (key: string) => {
      const [{ knownKey }, { formatSetting }] = await Promise.all([
        import('../settings/validate.ts'),
        import('../settings/show.ts'),
      ]);
      const known = knownKey(key);
      const { settings } = (await open(config)).load();
      await runtime.stdout.write(`${formatSetting(settings[known])}\n`);
    });

  config
    .command('set <setting> <value>')
    .description('change one setting in the file')
    .action(async (key: string, value: string) => {
      const { knownKey, parseTypedSetting } = await import('../settings/validate.ts');
      const known = knownKey(key);
      await save(config, parseTypedSetting(known, value, 'the command line'));
    });

  config
    .command('unset <setting>')
    .description('remove one setting from the file, so that its default holds')
    .action(async (key: string) => {
      const { knownKey } = await import('../settings/validate.ts');
      await save(config, { [knownKey(key)]: undefined });
    });

  config
    .command('path')
    .description('print which file is in force; the reason goes to standard error')
    .action(async () => {
      const { configuration } = (await open(config)).locations;
      await runtime.stdout.write(`${configuration.path}\n`);
      await runtime.stderr.write(`(${configuration.why})\n`);
    });

  config
    .command('validate [file]')
    .description('check the file in force, or another, without using it')
    .action(async (file: string | undefined) => {
      const { readSettingsFile } = await import('../config/file.ts');
      const path = file ?? (await open(config)).locations.configuration.path;
      const settings = readSettingsFile(runtime.disk, path);
      if (settings === undefined) {
        throw new MonitorError({
          code: 'NOT_AVAILABLE',
          operation: `read ${path}`,
          reason: 'there is no such file',
          hint: 'Without a file the defaults hold; "system-monitor config" makes one.',
        });
      }
      await runtime.stdout.write(`${path}: ${Object.keys(settings).length} settings, all valid\n`);
    });

  async function open(command: Command) {
    const { openConfiguration } = await import('../config/configuration.ts');
    return openConfiguration(locationOptions(command, runtime), runtime.clock);
  }

  async function save(command: Command, changes: SettingsChanges) {
    const configuration = await open(command);
    const { putAside } = await configuration.save(changes);
    if (putAside !== undefined) {
      await runtime.stderr.write(`The file was damaged; it is kept as ${putAside}\n`);
    }
    await runtime.stderr.write(`Saved in ${configuration.locations.configuration.path}\n`);
  }
}

function noTerminal(): MonitorError {
  return new MonitorError({
    code: 'USAGE',
    operation: 'open the prompt',
    reason: 'standard input and output are not a terminal',
    hint: 'In a script, use: system-monitor config set url https://monitor.example.com/',
  });
}
