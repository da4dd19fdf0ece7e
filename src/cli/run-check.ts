/** The two questions of `check`, and what the server answers. */
import type { Command } from 'commander';
import { type ErrorCode, MonitorError } from '../base/errors.ts';
import { type ExitCode, exitCodes } from '../base/exit-codes.ts';
import { abortOnSignals } from '../base/signals.ts';
import { waitsBecause } from '../config/destination.ts';
import type { CheckSystemIdAnswer, CheckUrlAnswer } from '../delivery/checks.ts';
import { createServerChecks, describeAnswer } from '../delivery/server-checks.ts';
import { type CliContext, locationOptions, openConfigurationOf } from './context.ts';

/** As the transport tells it, which reads the token and the certificates for each request. */
export const credentialsUnusable = 'CONFIG_INVALID' satisfies ErrorCode;

export async function runCheck(command: Command, context: CliContext): Promise<void> {
  const { runtime } = context;
  const configuration = await openConfigurationOf(command, context);
  const { settings, systemId } = await configuration.loadWithSystemId(runtime.randomBytes);
  const reason = waitsBecause(locationOptions(command, runtime), configuration);
  if (reason !== undefined) {
    throw new MonitorError({ code: 'CONFIG_INVALID', operation: 'ask the server', reason });
  }
  const checks = await createServerChecks(
    configuration.namedFiles(),
    settings,
    runtime.environment,
  );
  const { signal, release } = abortOnSignals(runtime);
  try {
    const url = await checks.url(signal);
    if (await tellAnswer(url)) await tellAnswer(await checks.systemId(systemId, signal));
  } finally {
    release();
    await checks.close();
  }

  async function tellAnswer(answer: CheckUrlAnswer | CheckSystemIdAnswer): Promise<boolean> {
    const code = signal.aborted ? exitCodes.interrupted : exitCodeOfAnswer(answer);
    context.setExitCode(code);
    await runtime.stdout.write(`${describeAnswer(answer)}\n`);
    return code === exitCodes.ok;
  }
}

function exitCodeOfAnswer(answer: CheckUrlAnswer | CheckSystemIdAnswer): ExitCode {
  switch (answer.kind) {
    case 'ok':
    case 'registered':
      return exitCodes.ok;
    case 'not-registered':
      return exitCodes.configuration;
    case 'connection-error':
      // A token or a certificate that cannot be used: nothing was asked.
      return answer.code === credentialsUnusable ? exitCodes.configuration : exitCodes.unavailable;
  }
}
