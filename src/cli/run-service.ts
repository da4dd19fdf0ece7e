/** What the commands of `service` do, and what they show. */
import { MonitorError } from '../base/errors.ts';
import { exitCodes } from '../base/exit-codes.ts';
import type { Runtime } from '../base/runtime.ts';
import { abortOnSignals } from '../base/signals.ts';
import { type InstallFlags, installService, openServiceManager } from '../service/install.ts';
import type { CliContext } from './context.ts';
import type { ShowOptions } from './output/json-option.ts';
import { formatServiceStatus } from './output/service-status.ts';
import { show, tell } from './output/show.ts';

export async function install(flags: InstallFlags, runtime: Runtime): Promise<void> {
  const { isNew, executable, configurationFile } = await installService(runtime, flags);
  await tell(
    runtime,
    isNew ? 'Installed and started.' : 'Upgraded and started.',
    `Program:  ${executable}`,
    `Settings: ${configurationFile}`,
  );
}

export async function uninstall(purge: boolean, runtime: Runtime): Promise<void> {
  const manager = await openServiceManager(runtime);
  const { kept } = await manager.uninstall({ purge });
  await tell(runtime, 'Removed.', ...kept.map((path) => `Kept: ${path}`));
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
    written = runtime.stdout.write(decoder.decode(piece, { stream: true }));
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
