/**
 * Which mounts a path still leads to. A mount can be covered, by another one on the same point or on
 * a folder above it; asking for its figures by its path then gives those of the mount that covers it.
 */
import type { Mount } from './mountinfo.ts';

export interface MountTree {
  /** True when its mount point, as a path, leads to exactly this mount. */
  isReachable(mount: Mount): boolean;
  /** The mounts that the path passes through on its way to this one: nearest first. */
  ancestors(mount: Mount): Mount[];
}

export function createMountTree(mounts: readonly Mount[]): MountTree {
  const byId = new Map<number, Mount>();
  /** Mount point → the last mount there, for each parent: the kernel looks the newest up. */
  const children = new Map<number, Map<string, Mount>>();
  for (const mount of mounts) {
    byId.set(mount.id, mount);
    if (isItsOwnParent(mount)) continue;
    const siblings = children.get(mount.parentId);
    if (siblings === undefined) {
      children.set(mount.parentId, new Map([[mount.mountPointBytes, mount]]));
    } else {
      siblings.set(mount.mountPointBytes, mount);
    }
  }

  function ancestors(mount: Mount): Mount[] {
    const found: Mount[] = [];
    // A damaged list could hold a circle.
    const met = new Set([mount.id]);
    let parent = byId.get(mount.parentId);
    while (parent !== undefined && !met.has(parent.id)) {
      met.add(parent.id);
      found.push(parent);
      parent = byId.get(parent.parentId);
    }
    return found;
  }

  /** Another mount on the same parent, on this one's point or on a folder of the way to it. */
  function isCoveredOnParent(mount: Mount): boolean {
    const siblings = children.get(mount.parentId);
    if (siblings === undefined || isItsOwnParent(mount)) return false;
    for (const path of pathAndFoldersAbove(mount.mountPointBytes)) {
      const sibling = siblings.get(path);
      if (sibling !== undefined && sibling.id !== mount.id) return true;
    }
    return false;
  }

  return {
    ancestors,
    isReachable(mount) {
      const onTop = children.get(mount.id)?.get(mount.mountPointBytes);
      if (onTop !== undefined && onTop.id !== mount.id) return false;
      return ![mount, ...ancestors(mount)].some(isCoveredOnParent);
    },
  };
}

/** The kernel's first mount, rootfs, is. */
function isItsOwnParent(mount: Mount): boolean {
  return mount.parentId === mount.id;
}

/** `/a/b` → `/a/b`, `/a`, `/`. */
function* pathAndFoldersAbove(path: string): Generator<string> {
  let rest = path;
  while (rest.length > 1) {
    yield rest;
    rest = rest.slice(0, Math.max(rest.lastIndexOf('/'), 1));
    if (rest === '/') break;
  }
  yield '/';
}
