/** `service …`: the agent as a service of this machine, from boot on, through its own manager. */
import { type Command, InvalidArgumentError } from 'commander';
import { type CliContext, locationOptions } from './context.ts';
import { type ShowOptions, withJsonOption } from './output/json-option.ts';
import { settingOption, typedSettings } from './setting-options.ts';
import { type YesOption, yesFlag } from './yes-flag.ts';

type InstallOptions = YesOption & {
  readonly from?: string;
  readonly withoutUrl?: true;
  readonly dryRun?: true;
};

const logLinesDefault = 50;
const logLinesMax = 100_000;

export function defineServiceCommand(program: Command, context: CliContext): void {
  const { runtime } = context;
  const run = () => import('./run-service.ts');
  const service = program
    .command('service')
    .description('run as a service, from boot: systemd, launchd or the Task Scheduler');

  const install = service
    .command('install')
    .description(
      'install it and start it, now and at every boot; over an older version, upgrade it',
    )
    .optionsGroup('Saved in the configuration file:');
  for (const key of ['url', 'system_id', 'name', 'interval'] as const)
    install.addOption(settingOption(key));
  install
    .optionsGroup('Options:')
    .option(
      '--from <file>',
      'take id, URL, name and interval from this file, not from your settings',
    )
    .option('--without-url', 'keep reports until a URL is set')
    .option('--dry-run', 'check, and change nothing')
    .option(...yesFlag);
  install.action(async (options: InstallOptions, command: Command) => {
    const { config } = command.optsWithGlobals<{ config?: string }>();
    const { warnOfFlags } = await import('./typed-secrets.ts');
    const settings = typedSettings({ ...options });
    await warnOfFlags(settings, runtime, locationOptions(command, runtime));
    await (await run()).install({ ...options, settings, config }, runtime);
  });

  service
    .command('uninstall')
    .description('stop and remove it, keeping settings and unsent reports')
    .option('--purge', 'also remove settings and unsent reports')
    .option(...yesFlag)
    .action(async (options: YesOption & { readonly purge?: true }) =>
      (await run()).uninstall(options, runtime),
    );

  for (const [verb, description, done] of [
    ['start', 'start it', 'Started.'],
    ['stop', 'stop it', 'Stopped.'],
    ['restart', 'stop it and start it again', 'Restarted.'],
  ] as const) {
    service
      .command(verb)
      .description(description)
      .action(async () => (await run()).change(verb, done, runtime));
  }

  withJsonOption(service.command('status'))
    .description('show whether it is installed and running')
    .action(async (options: ShowOptions) => (await run()).status(options, context));

  service
    .command('logs')
    .description('print what it logged')
    .option(
      '-n, --lines <count>',
      'number of lines to print, from the end',
      parseLines,
      logLinesDefault,
    )
    .option('-f, --follow', 'keep printing new lines until Ctrl-C')
    .action(async (options: { readonly lines: number; readonly follow?: true }) =>
      (await run()).logs(options.lines, options.follow === true, runtime),
    );
}

function parseLines(text: string): number {
  const lines = Number(text);
  if (/^\d+$/.test(text) && lines <= logLinesMax) return lines;
  throw new InvalidArgumentError(`Give a whole number from 0 to ${logLinesMax}.`);
}
