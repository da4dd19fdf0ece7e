/** What each command is defined with. */
import type { Command } from 'commander';
import type { ExitCode } from '../base/exit-codes.ts';
import type { Runtime } from '../base/runtime.ts';
import type { LocationOptions } from '../config/locations.ts';

export interface CliContext {
  readonly runtime: Runtime;
  /** For outcomes that are no error and yet not 0, such as an id that is not registered. */
  readonly setExitCode: (code: ExitCode) => void;
}

/** Where the configuration and the state of this call are looked for. */
export function locationOptions(command: Command, runtime: Runtime): LocationOptions {
  const { config, stateDir } = command.optsWithGlobals<{ config?: string; stateDir?: string }>();
  return {
    disk: runtime.disk,
    platform: runtime.platform,
    environment: runtime.environment,
    homeFolder: runtime.homeFolder,
    configFlag: config,
    stateFlag: stateDir,
  };
}
