/** What each command is defined with. */
import type { Command } from 'commander';
import type { LocationOptions } from '../config/locations.ts';
import type { ExitCode } from './exit-codes.ts';
import type { Runtime } from './runtime.ts';

export interface CliContext {
  readonly runtime: Runtime;
  /** For outcomes that are no error and yet not 0, such as an id that is not registered. */
  readonly setExitCode: (code: ExitCode) => void;
}

/** Where the configuration and the state of this call are looked for. */
export function locationOptions(command: Command, runtime: Runtime): LocationOptions {
  const { config, stateDir } = command.optsWithGlobals<{ config?: string; stateDir?: string }>();
  return {
    platform: runtime.platform,
    environment: runtime.environment,
    homeFolder: runtime.homeFolder,
    configFlag: config,
    stateFlag: stateDir,
  };
}

/** Aborts at the first SIGINT or SIGTERM. Call `release` when done, so that signals act as ever. */
export function abortOnSignals(runtime: Runtime): {
  readonly signal: AbortSignal;
  readonly release: () => void;
} {
  const controller = new AbortController();
  const releases = (['SIGINT', 'SIGTERM'] as const).map((name) =>
    runtime.onSignal(name, () => controller.abort(name)),
  );
  return {
    signal: controller.signal,
    release: () => {
      for (const release of releases) release();
    },
  };
}
