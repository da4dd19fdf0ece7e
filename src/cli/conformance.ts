/** `check --conformance`: does a receiver, anybody's, keep to the contract? */

import type { Command } from 'commander';
import { type ExitCode, exitCodes } from '../base/exit-codes.ts';
import { abortOnSignals } from '../base/signals.ts';
import { serverUrlOf } from '../settings/server-url.ts';
import type { Settings } from '../settings/settings.ts';
import { type CliContext, locationOptions, openConfigurationOf } from './context.ts';
import { credentialsUnusable } from './run-check.ts';
import { warnOfFlags } from './typed-secrets.ts';

/** Asks the receiver at `url`, or the configured one, and prints each answer as it comes. */
export async function runConformance(
  context: CliContext,
  command: Command,
  url: string | undefined,
): Promise<void> {
  const { runtime } = context;
  const { generateSystemId } = await import('../settings/system-id.ts');
  const { checkConformance } = await import('../delivery/conformance.ts');
  const { createHttpTransport } = await import('../delivery/http-transport.ts');

  const configuration = await openConfigurationOf(command, context);
  const configured = configuration.load().settings;
  const typed = url === undefined ? {} : { url };
  const asked = (await openConfigurationOf(command, context, typed)).load().settings;
  await warnOfFlags(typed, runtime, locationOptions(command, runtime), () => '--conformance');
  const settings = withoutForeignSecrets(asked, configured);

  const transport = createHttpTransport({
    disk: configuration.namedFiles(),
    settings,
    environment: runtime.environment,
  });
  const { signal, release } = abortOnSignals(runtime);
  let passed = 0;
  let all = 0;
  let code: ExitCode = exitCodes.ok;
  try {
    const results = checkConformance({
      transport,
      systemId: generateSystemId(runtime.platform, runtime.randomBytes),
      epoch: Math.floor(runtime.clock.epochMs() / 1000),
      url: serverUrlOf(settings.url).request.origin,
      signal,
    });
    for await (const result of results) {
      all += 1;
      if (result.passed) passed += 1;
      else if (result.failureCode === credentialsUnusable) code = exitCodes.configuration;
      else if (code === exitCodes.ok) code = exitCodes.unavailable;
      const answered = result.passed ? '' : `: expected ${result.expected}, got ${result.got}`;
      await runtime.stdout.write(`${result.passed ? 'ok  ' : 'FAIL'}  ${result.name}${answered}\n`);
    }
    await runtime.stdout.write(`${passed} of ${all} passed\n`);
  } finally {
    release();
    await transport.close();
  }
  context.setExitCode(signal.aborted ? exitCodes.interrupted : code);
}

/** What was set up for one server is not shown to another. */
function withoutForeignSecrets(asked: Settings, configured: Settings): Settings {
  const [origin, own] = [asked, configured].map(({ url }) => serverUrlOf(url).request.origin);
  if (origin === own) return asked;
  return { ...asked, headers: {}, token_file: '', tls_certificate_file: '', tls_key_file: '' };
}
