/** Says how the background process is, and answers a health check by the exit code. */
import { type ExitCode, exitCodes } from '../base/exit-codes.ts';
import { printable } from '../base/printable.ts';
import type { Runtime } from '../base/runtime.ts';
import { gatherStatus } from '../status/gather.ts';
import type { ShowOptions } from './output/json-option.ts';
import { show, tell } from './output/show.ts';
import { formatStatus } from './output/status.ts';

export interface StatusOptions extends ShowOptions {
  readonly check?: true;
}

export async function runStatus(
  stateFolder: string,
  options: StatusOptions,
  runtime: Runtime,
): Promise<ExitCode> {
  const report = gatherStatus(runtime.disk, stateFolder, runtime.clock);
  const nowSeconds = runtime.clock.epochMs() / 1000;
  await show(runtime, options, report, () => formatStatus(report, stateFolder, nowSeconds));
  if (!report.running) return exitCodes.unavailable;
  if (options.check !== true || report.troubles.length === 0) return exitCodes.ok;
  await tell(
    runtime,
    ...report.troubles.map(({ detail }) => `system-monitor: ${printable(detail)}`),
  );
  return exitCodes.tryLater;
}
