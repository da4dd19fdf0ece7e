/** What the commands of `service` do, and what they show. */
import { isForeseen, MonitorError } from '../base/errors.ts';
import { exitCodes } from '../base/exit-codes.ts';
import { forReader } from '../base/printable.ts';
import type { Runtime } from '../base/runtime.ts';
import { abortOnSignals } from '../base/signals.ts';
import { plural } from '../base/units.ts';
import {
  type InstalledService,
  type InstallFlags,
  installService,
  openServiceManager,
  tryInstall,
} from '../service/install.ts';
import { serviceName } from '../service/service.ts';
import type { SettingsFile } from '../settings/settings.ts';
import { showSetting } from '../settings/show.ts';
import { gatherStatus } from '../status/gather.ts';
import type { CliContext } from './context.ts';
import { firstAnswer } from './first-answer.ts';
import { insistOnNewId, insistOnYes, isAtTerminal } from './insist.ts';
import type { ShowOptions } from './output/json-option.ts';
import { formatServiceStatus } from './output/service-status.ts';
import { show, tell } from './output/show.ts';
import type { YesOption } from './yes-flag.ts';

export async function install(flags: InstallFlags & YesOption, runtime: Runtime): Promise<void> {
  if (flags.dryRun === true) {
    const { remarks } = await tryInstall(runtime, flags);
    await tell(runtime, 'It can be installed. Nothing was changed.', ...remarks);
    return;
  }
  const { clock } = runtime;
  const sinceSeconds = Math.floor(clock.epochMs() / 1000);
  const installed = await installService(runtime, flags, {
    askForUrl: isAtTerminal(runtime) ? (known) => askForUrl(known, runtime) : undefined,
    insistOnNewId: (before, after) => insistOnNewId(runtime, flags, before, after),
  });
  const { isNew, executable, configurationFile, hasUrl, settings, systemId } = installed;
  await tell(
    runtime,
    isNew ? 'Installed and started.' : 'Upgraded and started.',
    `Program:  ${executable}`,
    `Settings: ${configurationFile}`,
    ...takenLines(installed, runtime),
    `ID:       ${showSetting('system_id', systemId)}`,
    `URL:      ${hasUrl ? showSetting('url', settings.url) : 'none yet'}`,
    settings.name === ''
      ? `Name:     none (to set one: ${setCommand(runtime)} name ${proposedWord(runtime)})`
      : `Name:     ${showSetting('name', settings.name)}`,
    ...installed.remarks,
    ...ownLines(installed, runtime),
  );
  if (!hasUrl) {
    await tell(
      runtime,
      `Reports are kept until a URL is set: ${setCommand(runtime)} url https://monitor.example.com/`,
    );
    return;
  }
  const { stateFolder } = installed;
  const answer = await firstAnswer({ ...runtime, stateFolder, sinceSeconds });
  await tell(runtime, `First report: ${answer}`);
}

function takenLines({ taken }: InstalledService, runtime: Runtime): readonly string[] {
  if (taken === undefined) return [];
  const { path, keys, left } = taken;
  const took = keys.length === 0 ? 'nothing' : keys.join(', ');
  return [
    `Taken from ${path}: ${took}`,
    ...(left.length === 0
      ? []
      : [
          `Not taken: ${left.join(', ')} (to set one for the service: ${setCommand(runtime)} SETTING VALUE)`,
        ]),
  ];
}

/** What a person's own background process has not sent, and that it still runs. */
function ownLines({ taken }: InstalledService, { disk, clock }: Runtime): readonly string[] {
  const { path, stateFolder } = taken ?? {};
  if (path === undefined || stateFolder === undefined) return [];
  try {
    const { agent, running, waiting } = gatherStatus(disk, stateFolder, clock);
    if (running) {
      return [
        `Also running: process ${agent?.pid} with the settings in ${path}. Stop it, or this machine reports twice.`,
      ];
    }
    if (waiting.reports === 0) return [];
    const places = `--config '${path}' --state-dir '${stateFolder}'`;
    return [
      `Not sent yet: ${plural(waiting.reports, 'report')} in ${stateFolder}. Send with: ${serviceName} background --once ${places}`,
    ];
  } catch (error) {
    // Nobody's concern but that person's.
    if (isForeseen(error)) return [];
    throw error;
  }
}

/** The service's settings are the administrator's. */
function setCommand({ platform }: Pick<Runtime, 'platform'>): string {
  return `${platform === 'win32' ? '' : 'sudo '}${serviceName} config set`;
}

/** As one word of a command line. */
function proposedWord(runtime: Pick<Runtime, 'hostName'>): string {
  return /^[\w.-]+$/.test(runtime.hostName) ? runtime.hostName : 'NAME';
}

/** A name as well, where there is none: this is the one moment at which somebody is asked. */
async function askForUrl(known: SettingsFile, runtime: Runtime): Promise<SettingsFile> {
  const { askSetting, orBack, proposedName } = await import('./ask-setting.ts');
  let url: string | undefined;
  while (url === undefined) {
    const said = await orBack(runtime, (context) =>
      askSetting('url', "Your server's URL", undefined, context),
    );
    if (said === undefined) {
      throw new MonitorError({
        code: 'CANCELLED',
        operation: 'install the service',
        reason: 'nothing was installed',
      });
    }
    url = said.url;
  }
  if (known.name !== undefined) return { url };
  const message = 'Name of this machine for people (empty for none)';
  const proposal = proposedName(runtime);
  const named = await orBack(runtime, (context) => askSetting('name', message, proposal, context));
  return named?.name === undefined ? { url } : { url, name: named.name };
}

export async function uninstall(
  options: YesOption & { readonly purge?: true },
  runtime: Runtime,
): Promise<void> {
  const purge = options.purge === true;
  if (purge) {
    const question = 'Remove the service with its settings, its system id and all unsent reports?';
    await insistOnYes(runtime, options, 'uninstall the service', question);
  }
  const manager = await openServiceManager(runtime);
  const { kept, remarks } = await manager.uninstall({ purge });
  await tell(runtime, 'Removed.', ...kept.map((path) => `Kept: ${path}`), ...remarks);
}

export async function change(
  verb: 'start' | 'stop' | 'restart',
  done: string,
  runtime: Runtime,
): Promise<void> {
  const manager = await openServiceManager(runtime);
  await manager[verb]();
  await tell(runtime, done);
}

export async function status(options: ShowOptions, context: CliContext): Promise<void> {
  const manager = await openServiceManager(context.runtime);
  const found = await manager.status();
  await show(context.runtime, options, found, formatServiceStatus);
  if (!found.running) context.setExitCode(exitCodes.notRunning);
}

export async function logs(lines: number, follow: boolean, runtime: Runtime): Promise<void> {
  const manager = await openServiceManager(runtime);
  const { signal, release } = abortOnSignals(runtime);
  const decoder = new TextDecoder();
  let written: Promise<void> = Promise.resolve();
  const write = (piece: Uint8Array) => {
    const text = decoder.decode(piece, { stream: true });
    written = runtime.stdout.write(forReader(text, runtime.stdout));
  };
  try {
    await manager.logs({ lines, follow, signal, write });
  } catch (error) {
    // Ctrl-C is how following ends.
    if (!(error instanceof MonitorError && error.code === 'CANCELLED')) throw error;
  } finally {
    release();
    await written;
  }
}
