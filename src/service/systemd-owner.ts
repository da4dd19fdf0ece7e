/**
 * Whose service it is: ours, made by `service install`, or that of a package, which brings its own
 * unit and program. There is one service of the name, and it has one owner.
 */
import { buildInfo } from '../base/build-info.ts';
import type { Disk } from '../base/disk.ts';
import { MonitorError } from '../base/errors.ts';
import { realPathOf } from '../base/way.ts';
import type { RunCommand } from '../host/run-command.ts';
import { ask } from './ask.ts';
import { findPackageTool } from './package-tool.ts';
import { type ServicePaths, serviceName } from './service.ts';
import type { SystemdState } from './systemd-state.ts';

/**
 * Whether somebody else brought the service. The program tells as well as the unit does: `systemctl
 * edit --full` puts its copy of a package's unit where ours would be.
 */
export function isSomebodyElses(
  { installed, definition, executable }: SystemdState,
  paths: Pick<ServicePaths, 'executable'>,
  unitFile: string,
): boolean {
  if (!installed) return false;
  return definition !== unitFile || (executable ?? paths.executable) !== paths.executable;
}

/**
 * Throws NOT_AVAILABLE unless the owner's program is the one that was called, or of its version: a
 * package is upgraded by its own tool, and two programs would be one too many.
 */
export async function insistOnSameVersion(
  disk: Pick<Disk, 'look'>,
  runCommand: RunCommand,
  { executable, definition }: SystemdState,
  source: string,
): Promise<void> {
  if (executable === undefined) return;
  if (realPathOf(disk, source) === realPathOf(disk, executable)) return;
  const theirs = await versionOf(runCommand, executable);
  const { version } = buildInfo();
  if (theirs === version) return;
  const tool = await findPackageTool(runCommand, executable);
  const has = theirs === undefined ? 'which does not start' : `version ${theirs}`;
  throw new MonitorError({
    code: 'NOT_AVAILABLE',
    operation: `install version ${version} as the service`,
    reason:
      tool === undefined
        ? `${definition} runs ${executable}, ${has}, which "service install" did not put there`
        : `the service belongs to a package, with ${executable}, ${has}`,
    hint:
      tool === undefined
        ? `Remove that unit first. Nothing was changed.`
        : `Upgrade the package: ${tool.upgrade}. Or remove it, which keeps settings and unsent reports: ${tool.remove}. Nothing was changed.`,
  });
}

/** That the service is not this command's to remove, and how it is removed. */
export async function removalIsTheirs(
  runCommand: RunCommand,
  { executable, definition }: SystemdState,
): Promise<MonitorError> {
  const tool = executable === undefined ? undefined : await findPackageTool(runCommand, executable);
  return new MonitorError({
    code: 'NOT_AVAILABLE',
    operation: 'uninstall the service',
    reason:
      tool === undefined
        ? `"service install" did not make it (${definition})`
        : `it was installed by a package (${definition})`,
    hint:
      tool === undefined
        ? `Remove it the way it was made; to stop it until then: ${serviceName} service stop`
        : `Remove the package instead: ${tool.remove}`,
  });
}

async function versionOf(runCommand: RunCommand, program: string): Promise<string | undefined> {
  try {
    const { exitCode, stdout } = await ask(runCommand, program, ['--version']);
    return exitCode === 0 ? stdout.trim() : undefined;
  } catch (error) {
    if (error instanceof MonitorError) return undefined;
    throw error;
  }
}
