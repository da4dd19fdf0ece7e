/** What each command is defined with, and where its configuration and its state are. */
import { join } from 'node:path';
import type { Command } from 'commander';
import type { ExitCode } from '../base/exit-codes.ts';
import type { Runtime } from '../base/runtime.ts';
import type { Configuration } from '../config/configuration.ts';
import type { LocationOptions } from '../config/locations.ts';
import type { TypedSettings } from '../settings/settings.ts';

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

/** The configuration of this call, and over it the settings that were typed. */
export async function openConfigurationOf(
  command: Command,
  { runtime }: CliContext,
  typed: TypedSettings = {},
): Promise<Configuration> {
  const { openConfiguration } = await import('../config/configuration.ts');
  return openConfiguration(locationOptions(command, runtime), runtime.clock, typed);
}

export async function stateFolderOf(command: Command, { runtime }: CliContext): Promise<string> {
  const { findLocations } = await import('../config/locations.ts');
  return findLocations(locationOptions(command, runtime)).state.path;
}

export async function spoolFolderOf(command: Command, context: CliContext): Promise<string> {
  return join(await stateFolderOf(command, context), 'spool');
}
