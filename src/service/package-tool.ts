/** Whose program it is that a package brought, and how that tool is told what to do with it. */
import { MonitorError } from '../base/errors.ts';
import type { RunCommand } from '../host/run-command.ts';
import { ask } from './ask.ts';
import { serviceName } from './service.ts';

/** Command lines for a person. */
export interface PackageTool {
  readonly remove: string;
  /** With a newer package's file. */
  readonly upgrade: string;
}

const debianFile = `./${serviceName}_VERSION_ARCHITECTURE.deb`;
const rpmFile = `./${serviceName}-VERSION-1.ARCHITECTURE.rpm`;

/** In the order in which they are looked for: the first that is there is the one that people use. */
const rpmTools: readonly (PackageTool & { readonly program: string })[] = [
  {
    program: 'zypper',
    remove: `zypper remove ${serviceName}`,
    upgrade: `zypper install --allow-unsigned-rpm ${rpmFile}`,
  },
  {
    program: 'dnf',
    remove: `dnf remove ${serviceName}`,
    upgrade: `dnf install ${rpmFile}`,
  },
  {
    program: 'yum',
    remove: `yum remove ${serviceName}`,
    upgrade: `yum install ${rpmFile}`,
  },
  {
    program: 'rpm',
    remove: `rpm --erase ${serviceName}`,
    upgrade: `rpm --upgrade ${rpmFile}`,
  },
];

const debianTool: PackageTool = {
  remove: `apt remove ${serviceName}`,
  upgrade: `apt install ${debianFile}`,
};

/** Undefined where no package that we know of brought the file at `path`. */
export async function findPackageTool(
  runCommand: RunCommand,
  path: string,
): Promise<PackageTool | undefined> {
  const succeeds = async (program: string, ...args: string[]): Promise<boolean> => {
    try {
      return (await ask(runCommand, program, args)).exitCode === 0;
    } catch (error) {
      // Not on this system, or not to be started.
      if (error instanceof MonitorError) return false;
      throw error;
    }
  };
  if (await succeeds('dpkg-query', '--search', path)) return debianTool;
  if (!(await succeeds('rpm', '--query', '--file', path))) return undefined;
  for (const tool of rpmTools) if (await succeeds(tool.program, '--version')) return tool;
  return undefined;
}
