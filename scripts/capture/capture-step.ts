/** Takes the files that a part's row names (src/collectors/part.ts), without what they tell of people. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { type PartName, parts } from '../../src/collectors/index.ts';
import type { CapturedFile, CaptureSources } from '../../src/collectors/part.ts';
import { type CgroupController, findCgroup } from '../../src/host/linux/cgroup.ts';
import { ipAddressArgs } from '../../src/host/linux/ip-address.ts';
import { parseMountinfo } from '../../src/host/linux/mountinfo.ts';
import { type FileSystemBlocks, readFileSystemBlocks } from '../../src/host/linux/statfs.ts';
import { systemPath } from '../../src/host/run-command.ts';
import type { Sanitiser } from './sanitise.ts';

/** Paths within a step's folder, and their content. */
export type CapturedFiles = Map<string, string>;

const roots = { proc: '/proc', sys: '/sys' };

/** Reads this machine once. Files that it does not have are left out. */
export async function captureStep(part: PartName, sanitiser: Sanitiser): Promise<CapturedFiles> {
  const { capture } = await parts[part].details();
  const { files: sources, cgroups = [], calls = [] } = capture;
  const files: CapturedFiles = new Map();
  for (const { path, lines, hide } of sources) {
    for (const found of matchingPaths(path)) {
      take(files, found, (text) => {
        const kept = lines === undefined ? text : keepLines(text, lines);
        return hide === undefined ? kept : hidden[hide](kept, sanitiser);
      });
    }
  }
  if (cgroups.length > 0) captureCgroup(files, sanitiser, cgroups);
  for (const call of calls) answers[call](files, sanitiser);
  return files;
}

const hidden: Readonly<
  Record<NonNullable<CapturedFile['hide']>, (text: string, sanitiser: Sanitiser) => string>
> = {
  paths: (text, { path }) => path(text),
  accounts: sanitisePasswd,
  // They may hold secrets; the name of the program is all that counts.
  arguments: (text, { path }) => `${path(text.split('\0')[0] ?? '')}\0`,
  addresses: (text, sanitiser) => sanitiser.text(text),
  'hex addresses': (text, { hexIpv4 }) => text.replace(/(?<=\t)[0-9A-F]{8}(?=\s)/g, hexIpv4),
};

const answers: Readonly<
  Record<
    NonNullable<CaptureSources['calls']>[number],
    (files: CapturedFiles, sanitiser: Sanitiser) => void
  >
> = {
  interfaces: captureInterfaces,
  'ip-address': captureIpAddress,
  statfs: captureStatfs,
};

/** Of a pattern as CapturedFile has it. */
function matchingPaths(pattern: string): readonly string[] {
  return pattern.split('/').reduce<readonly string[]>(
    (folders, segment) => {
      if (segment !== '*' && segment !== '<pid>') {
        return folders.map((folder) => join(folder, segment));
      }
      return folders.flatMap((folder) =>
        list(`/${folder}`)
          .filter((name) => segment === '*' || /^\d+$/.test(name))
          .map((name) => join(folder, name)),
      );
    },
    [''],
  );
}

const cgroupFiles: readonly string[] = [
  ...['cgroup.type', 'cpu.stat', 'cpu.max', 'cpuset.cpus.effective', 'memory.current'],
  ...['memory.max', 'memory.stat', 'cpuacct.usage', 'cpu.cfs_quota_us', 'cpu.cfs_period_us'],
  ...['cpuset.cpus', 'cpuset.effective_cpus', 'memory.usage_in_bytes', 'memory.limit_in_bytes'],
];

/** A hierarchy that is not mounted here has no files to take. */
function captureCgroup(
  files: CapturedFiles,
  sanitiser: Sanitiser,
  controllers: readonly CgroupController[],
): void {
  const clean = (path: string): string => sanitiser.cgroupPath(sanitiser.path(path));
  take(files, 'proc/self/cgroup', (text) =>
    text.replace(/(?<=^\d+:[^:\n]*:).*$/gm, (path) => clean(path)),
  );
  take(files, 'proc/self/mountinfo', (text) =>
    keepLines(text, / - cgroup2? /).replace(
      /^((?:\S+ ){3})(\S+)/gm,
      (_, start, root) => `${start}${clean(root)}`,
    ),
  );
  for (const controller of controllers) {
    const folders = cgroupFolders(controller);
    const top = folders.at(-1) ?? '';
    for (const folder of folders) {
      const target = `${top}${clean(folder.slice(top.length))}`.slice(1);
      for (const name of cgroupFiles) {
        const text = read(`${folder}/${name}`);
        if (text !== undefined) files.set(`${target}/${name}`, text);
      }
    }
  }
}

function cgroupFolders(controller: CgroupController): readonly string[] {
  try {
    return findCgroup(controller, roots).folders;
  } catch {
    return [];
  }
}

function sanitisePasswd(text: string, sanitiser: Sanitiser): string {
  return text
    .split('\n')
    .map((line) => {
      const [name, , uid, gid] = line.split(':');
      if (name === undefined || uid === undefined) return '';
      return `${sanitiser.userName(name, Number(uid))}:x:${uid}:${gid}::/:/bin/sh`;
    })
    .join('\n');
}

function captureStatfs(files: CapturedFiles): void {
  // The figures are asked by the real paths, which stand in the same order as the cleaned ones.
  const real = parseMountinfo(read('/proc/self/mountinfo') ?? '');
  const cleaned = parseMountinfo(files.get('proc/self/mountinfo') ?? '');
  const mounts: Record<string, FileSystemBlocks> = {};
  for (const [index, { source, mountPoint, mountPointBytes }] of real.entries()) {
    if (!source.startsWith('/dev/')) continue;
    mounts[cleaned[index]?.mountPoint ?? mountPoint] = readFileSystemBlocks(mountPointBytes);
  }
  files.set('statfs.json', toJson({ mounts }));
}

function captureInterfaces(files: CapturedFiles, sanitiser: Sanitiser): void {
  const interfaces = Object.entries(networkInterfaces()).map(([name, infos = []]) => [
    name,
    infos.map(({ address, netmask, family }) => ({
      address: family === 'IPv4' ? sanitiser.ipv4(address) : sanitiser.ipv6(address),
      netmask,
      family,
    })),
  ]);
  files.set('interfaces.json', toJson(Object.fromEntries(interfaces)));
}

function captureIpAddress(files: CapturedFiles, sanitiser: Sanitiser): void {
  const output = execFileSync('ip', ipAddressArgs, {
    env: { PATH: systemPath },
    encoding: 'utf8',
  });
  files.set('ip-address.txt', sanitiser.text(output));
}

function toJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function take(files: CapturedFiles, path: string, change = (text: string): string => text): void {
  const text = read(`/${path}`);
  if (text !== undefined) files.set(path, change(text));
}

function keepLines(text: string, wanted: RegExp): string {
  return text
    .split('\n')
    .filter((line) => wanted.test(line))
    .join('\n')
    .concat('\n');
}

/** A process may end, a driver may refuse: then there is nothing to take. */
function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}
