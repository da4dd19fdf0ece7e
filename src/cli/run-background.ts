/** What `background` does when it is called. */
import { runBackground } from '../background/run-background.ts';
import { errorMessage } from '../base/errors.ts';
import { redactText } from '../base/redact.ts';
import type { SystemLog } from '../base/system-log.ts';
import type { LocationOptions } from '../config/locations.ts';
import type { CliContext } from './context.ts';
import { typedSettings } from './setting-options.ts';
import { warnOfFlags } from './typed-secrets.ts';

/** Throws a MonitorError where the background process cannot begin. */
export async function runBackgroundCommand(
  options: Readonly<Record<string, string | true>>,
  locations: LocationOptions,
  { runtime, setExitCode }: CliContext,
): Promise<void> {
  const flags = typedSettings(options);
  await warnOfFlags(flags, runtime, locations);
  const [once, isService] = [options.once === true, options.service === true];
  const systemLog = isService ? await openSystemLog(runtime.platform) : undefined;
  try {
    setExitCode(await runBackground({ runtime, locations, flags, once, isService, systemLog }));
  } catch (error) {
    // Nobody reads what a task of Windows says on standard error.
    systemLog?.report('error', redactText(errorMessage(error)));
    throw error;
  }
}

/** Where a service of this system is looked for, beside its own log. */
async function openSystemLog(platform: NodeJS.Platform): Promise<SystemLog | undefined> {
  if (platform !== 'win32') return undefined;
  const { openEventLog } = await import('../host/win32/event-log.ts');
  return await openEventLog();
}
