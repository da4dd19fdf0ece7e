/** `service …`: the agent as a service of this machine, from boot on, through its own manager. */

import { type Command, InvalidArgumentError } from 'commander';
import { MonitorError } from '../base/errors.ts';
import { exitCodes } from '../base/exit-codes.ts';
import { abortOnSignals } from '../base/signals.ts';
import type { ServiceManager, ServiceStatus } from '../service/service.ts';
import type { CliContext } from './context.ts';
import { settingOption, typedSettings } from './setting-options.ts';

const logLinesDefault = 50;
const logLinesMax = 100_000;

export function defineServiceCommand(program: Command, context: CliContext): void {
  const { runtime } = context;
  const open = async (): Promise<ServiceManager> => {
    const { openServiceManager } = await import('../service/install.ts');
    return openServiceManager(runtime);
  };
  /** Messages, not data: to standard error. */
  const say = (...lines: readonly string[]) =>
    runtime.stderr.write(lines.map((line) => `${line}\n`).join(''));

  const service = program
    .command('service')
    .description('run it from boot on: systemd, launchd or the Task Scheduler');

  const install = service
    .command('install')
    .description('start it now and at every boot; over an older version this is an upgrade')
    .optionsGroup('Kept in the configuration file:');
  for (const key of ['url', 'system_id', 'interval'] as const)
    install.addOption(settingOption(key));
  install.action(async (options: Readonly<Record<string, unknown>>, command: Command) => {
    const { config } = command.optsWithGlobals<{ config?: string }>();
    const { installService } = await import('../service/install.ts');
    const result = await installService(runtime, { settings: typedSettings(options), config });
    await say(
      result.isNew ? 'Installed and started.' : 'Upgraded and started.',
      `Program:  ${result.executable}`,
      `Settings: ${result.configurationFile}`,
    );
  });

  service
    .command('uninstall')
    .description('stop and remove it; settings and unsent reports stay')
    .option('--purge', 'remove settings and unsent reports as well')
    .action(async (options: { readonly purge?: true }) => {
      const manager = await open();
      const { kept } = await manager.uninstall({ purge: options.purge === true });
      await say('Removed.', ...kept.map((path) => `Kept: ${path}`));
    });

  for (const [verb, description, done] of [
    ['start', 'start it', 'Started.'],
    ['stop', 'stop it', 'Stopped.'],
    ['restart', 'stop it and start it again', 'Restarted.'],
  ] as const) {
    service
      .command(verb)
      .description(description)
      .action(async () => {
        const manager = await open();
        await manager[verb]();
        await say(done);
      });
  }

  service
    .command('status')
    .description('whether it is installed and runs; exit code 3 when it does not run')
    .option('--json', 'print JSON, which is also what a pipe gets')
    .action(async (options: { readonly json?: true }) => {
      const manager = await open();
      const status = await manager.status();
      const asJson = options.json === true || !runtime.stdout.isTerminal;
      await runtime.stdout.write(asJson ? `${JSON.stringify(status)}\n` : statusText(status));
      if (!status.running) context.setExitCode(exitCodes.notRunning);
    });

  service
    .command('logs')
    .description('print what it logged')
    .option('-n, --lines <count>', 'how many of the last lines', parseLines, logLinesDefault)
    .option('-f, --follow', 'go on with new lines until Ctrl-C')
    .action(async (options: { readonly lines: number; readonly follow?: true }) => {
      const manager = await open();
      const { signal, release } = abortOnSignals(runtime);
      const decoder = new TextDecoder();
      let written: Promise<void> = Promise.resolve();
      try {
        await manager.logs({
          lines: options.lines,
          follow: options.follow === true,
          signal,
          write: (piece) => {
            written = runtime.stdout.write(decoder.decode(piece, { stream: true }));
          },
        });
      } catch (error) {
        // Ctrl-C is how following ends.
        if (!(error instanceof MonitorError && error.code === 'CANCELLED')) throw error;
      } finally {
        release();
        await written;
      }
    });
}

function parseLines(text: string): number {
  const lines = Number(text);
  if (/^\d+$/.test(text) && lines <= logLinesMax) return lines;
  throw new InvalidArgumentError(`Give a whole number from 0 to ${logLinesMax}.`);
}

function statusText(status: ServiceStatus): string {
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['Manager', status.manager],
    ['Installed', status.installed ? 'yes' : 'no'],
    ['At boot', status.enabled ? 'starts' : 'does not start'],
    ['State', status.state],
    ['Process', status.pid?.toString()],
    ['Since', status.since],
    ['Defined in', status.definition],
  ];
  return rows
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name.padEnd(12)}${value}\n`]))
    .join('');
}
