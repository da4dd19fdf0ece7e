/** The two questions of `check`, and what the server answers. */
import type { Command } from 'commander';
import { exitCodes } from '../base/exit-codes.ts';
import { abortOnSignals } from '../base/signals.ts';
import { createServerChecks, describeAnswer } from '../delivery/server-checks.ts';
import { type CliContext, openConfigurationOf } from './context.ts';

export async function runCheck(command: Command, context: CliContext): Promise<void> {
  const { runtime } = context;
  const configuration = await openConfigurationOf(command, context);
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
}
