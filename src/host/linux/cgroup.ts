/**
 * Where the cgroup files of the container that this process runs in are found (cgroups(7),
 * Documentation/admin-guide/cgroup-v2.rst and cgroup-v1/).
 *
 *   /proc/self/cgroup     in which cgroup of each hierarchy this process is
 *   /proc/self/mountinfo  where that hierarchy is mounted, and which part of it
 */
import { existsSync } from 'node:fs';
import { MonitorError } from '../../base/errors.ts';
import { readKernelFile } from './files.ts';
import { parseMountinfo } from './mountinfo.ts';

export type CgroupController = 'cpu' | 'cpuacct' | 'cpuset' | 'memory';

export interface Cgroup {
  readonly version: 1 | 2;
  /** The container's own folder first, then those above it as far as they can be seen. */
  readonly folders: readonly [string, ...string[]];
}

/** Of each hierarchy, the path of this process's cgroup. */
export interface CgroupMembership {
  /** Of the one v2 hierarchy, if there is one. */
  readonly unified: string | undefined;
  readonly byController: ReadonlyMap<string, string>;
}

export interface CgroupMount {
  readonly version: 1 | 2;
  readonly controllers: readonly string[];
  /** Which cgroup is mounted there: `/` is the hierarchy's, or the cgroup namespace's, own root. */
  readonly root: string;
  readonly mountPoint: string;
}

/** Lines such as `4:memory:/docker/8f3a` and `0::/system.slice`; others are passed over. */
export function parseCgroupMembership(text: string): CgroupMembership {
  let unified: string | undefined;
  const byController = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, id, controllers, path] = /^(\d+):([^:]*):(\/.*)$/.exec(line) ?? [];
    if (id === undefined || controllers === undefined || path === undefined) continue;
    if (controllers === '') unified = path;
    else for (const controller of controllers.split(',')) byController.set(controller, path);
  }
  return { unified, byController };
}

/** The mounted hierarchies. A v1 mount names its controllers among its super options. */
export function parseCgroupMounts(mountinfo: string): CgroupMount[] {
  const mounts: CgroupMount[] = [];
  for (const line of mountinfo.split('\n')) {
    if (!line.includes(' - cgroup')) continue;
    const mount = parseMountinfo(line)[0];
    if (mount?.fileSystem !== 'cgroup' && mount?.fileSystem !== 'cgroup2') continue;
    mounts.push({
      version: mount.fileSystem === 'cgroup2' ? 2 : 1,
      controllers: (line.split(' ').at(-1) ?? '').split(','),
      root: mount.root,
      mountPoint: mount.mountPoint,
    });
  }
  return mounts;
}

/**
 * The container's cgroup for one controller. Throws NOT_AVAILABLE where there is none, for a system
 * without cgroups or a container that does not see its own.
 */
export function findCgroup(
  controller: CgroupController,
  roots: { readonly proc: string; readonly sys: string },
): Cgroup {
  const membership = parseCgroupMembership(readKernelFile(`${roots.proc}/self/cgroup`));
  const mounts = parseCgroupMounts(readKernelFile(`${roots.proc}/self/mountinfo`));
  const path = membership.byController.get(controller);
  const own = path ?? membership.unified;
  const mount = mounts.find((one) =>
    path === undefined
      ? one.version === 2
      : one.version === 1 && one.controllers.includes(controller),
  );
  if (own === undefined || mount === undefined) {
    throw new MonitorError({
      code: 'NOT_AVAILABLE',
      operation: `find the ${controller} cgroup of this container`,
      reason: 'that hierarchy is not mounted here',
      hint: 'Set the setting scope to host.',
    });
  }
  // Captured systems and host roots have their /sys elsewhere.
  const base = mount.mountPoint.startsWith('/sys/')
    ? `${roots.sys}${mount.mountPoint.slice('/sys'.length)}`
    : mount.mountPoint;
  return { version: mount.version, folders: foldersOf(base, pathBelow(mount, base, own)) };
}

/**
 * The path from the mount to the container. In a container the mount shows its cgroup as the top,
 * and this process may be in a service's cgroup below it: the container is the top. On the host
 * itself the "container" is the cgroup that this process is in.
 */
function pathBelow(mount: CgroupMount, base: string, own: string): string {
  // Only the real root of the v2 hierarchy has no cgroup.type.
  const isContainerTop =
    mount.root !== '/' || (mount.version === 2 && existsSync(`${base}/cgroup.type`));
  return isContainerTop ? '' : own.replace(/\/+$/, '');
}

/** A path that leaves the mount (`/../..`, a process outside of its namespace) stays at its top. */
function foldersOf(base: string, path: string): [string, ...string[]] {
  if (path === '' || path.split('/').includes('..')) return [base];
  const above: string[] = [];
  for (let end = path.lastIndexOf('/'); end >= 0; end = path.lastIndexOf('/', end - 1)) {
    above.push(base + path.slice(0, end));
    if (end === 0) break;
  }
  return [base + path, ...above];
}
