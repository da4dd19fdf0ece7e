/** Which files each Linux collector reads, and what of them goes into a case. */
import { readdirSync, readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { type CgroupController, findCgroup } from '../../src/host/linux/cgroup.ts';
import { parseMountinfo } from '../../src/host/linux/mountinfo.ts';
import { type FileSystemBlocks, readFileSystemBlocks } from '../../src/host/linux/statfs.ts';
import type { StatsPart } from '../../src/wire/stats.ts';
import type { Sanitiser } from './sanitise.ts';

/** Paths within a step's folder, and their content. */
export type CapturedFiles = Map<string, string>;

const roots = { proc: '/proc', sys: '/sys' };

/** Reads this machine once. Files that it does not have are left out. */
export function captureStep(part: StatsPart, sanitiser: Sanitiser): CapturedFiles {
  const files: CapturedFiles = new Map();
  switch (part) {
    case 'cpu':
      captureCpu(files);
      captureCgroup(files, sanitiser, ['cpu', 'cpuacct', 'cpuset']);
      break;
    case 'memory':
      take(files, 'proc/meminfo');
      take(files, 'proc/zoneinfo', (text) => keepLines(text, /^Node|^ +(?:min|low|high) /));
      captureCgroup(files, sanitiser, ['memory']);
      break;
    case 'processes':
      captureProcesses(files, sanitiser);
      break;
    case 'disks':
      captureDisks(files, sanitiser);
      break;
    case 'network':
      captureNetwork(files, sanitiser);
      break;
  }
  return files;
}

function captureCpu(files: CapturedFiles): void {
  take(files, 'proc/stat', (text) => keepLines(text, /^(?:cpu|btime|procs_)/));
  take(files, 'proc/cpuinfo', (text) => keepLines(text, /^$|^(?:processor|vendor_id|cpu MHz)\b/));
  take(files, 'sys/devices/system/cpu/online');
  for (const policy of list('/sys/devices/system/cpu/cpufreq')) {
    for (const name of ['scaling_cur_freq', 'cpuinfo_cur_freq']) {
      take(files, `sys/devices/system/cpu/cpufreq/${policy}/${name}`);
    }
  }
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

function captureProcesses(files: CapturedFiles, sanitiser: Sanitiser): void {
  take(files, 'etc/passwd', (text) => sanitisePasswd(text, sanitiser));
  for (const pid of list('/proc').filter((name) => /^\d+$/.test(name))) {
    take(files, `proc/${pid}/comm`);
    take(files, `proc/${pid}/status`, (text) => keepLines(text, /^(?:Name|State|Uid|Gid):/));
    // Arguments may hold secrets; the name of the program is all that counts.
    take(files, `proc/${pid}/cmdline`, (text) => `${sanitiser.path(text.split('\0')[0] ?? '')}\0`);
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

function captureDisks(files: CapturedFiles, sanitiser: Sanitiser): void {
  take(files, 'proc/filesystems');
  take(files, 'proc/partitions');
  take(files, 'proc/self/mountinfo', sanitiser.path);
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

function captureNetwork(files: CapturedFiles, sanitiser: Sanitiser): void {
  take(files, 'proc/net/dev');
  take(files, 'proc/net/fib_trie', sanitiser.text);
  take(files, 'proc/net/route', (text) =>
    text.replace(/(?<=\t)[0-9A-F]{8}(?=\s)/g, sanitiser.hexIpv4),
  );
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
