/** Whether the settings can be used: each one that is wrong is a finding with its own remedy. */
import { errorMessage, MonitorError } from '../base/errors.ts';
import type { Configuration } from '../config/configuration.ts';
import type { Settings } from '../settings/settings.ts';
import type { Finding } from './finding.ts';

export interface ExaminedConfiguration {
  readonly findings: readonly Finding[];
  /** Undefined where one is wrong: nothing is examined with a default that nobody chose. */
  readonly settings: Settings | undefined;
}

const step = 'configuration';

export function examineConfiguration(
  configuration: Pick<Configuration, 'loadGood' | 'locations'>,
): ExaminedConfiguration {
  const { path, why } = configuration.locations.configuration;
  try {
    const { settings, file, problems, unknown } = configuration.loadGood();
    const wrong = problems.map(({ source, reason, hint }): Finding => {
      return { step, state: 'failed', detail: `${source}: ${reason}`, remedy: hint };
    });
    const mistyped = unknown.map(({ reason, hint }): Finding => {
      return { step, state: 'warning', detail: `${path}: ${reason}`, remedy: hint };
    });
    const isGood = wrong.length === 0;
    const detail =
      file === undefined
        ? `there is no file at ${path}, so the defaults apply`
        : `${path} (${why})`;
    return {
      findings: [...(isGood ? [{ step, state: 'ok', detail } as const] : wrong), ...mistyped],
      settings: isGood ? settings : undefined,
    };
  } catch (error) {
    if (!(error instanceof MonitorError)) throw error;
    const remedy = error.hint === undefined ? {} : { remedy: error.hint };
    const failed: Finding = { step, state: 'failed', detail: errorMessage(error), ...remedy };
    return { findings: [failed], settings: undefined };
  }
}
