/**
 * The executable where there is little: a root file system with nothing in it, a /proc that hides
 * things, gVisor, LXC's file system over /proc, and cgroups within cgroups. Each beside psutil in the
 * same place, or beside what the kernel was told.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect } from '@jest/globals';
import { z } from 'zod';
import {
  cpuStatsSchema,
  memoryStatsSchema,
  networkSchema,
  processStatsSchema,
  statsSchema,
} from '../../src/wire/stats.ts';
import { startOriginalReceiver } from '../support/original-receiver.ts';
import { builtExecutable, executable, until } from '../support/program.ts';
import { debianPython, withPsutil } from '../support/psutil.ts';
import { asRoot, testWith, withFile, withProgram } from '../support/requirement.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const programs = join(import.meta.dirname, 'programs');
const psutilProgram = join(programs, 'psutil-system.py');
const inNamespaces = [builtExecutable(), asRoot(), withFile('/usr/bin/unshare')];
const manyProcesses = z.array(processStatsSchema);

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(
  program: string,
  words: readonly string[],
  options: { env?: NodeJS.ProcessEnv; input?: string } = {},
): Ended {
  const { status, stdout, stderr } = spawnSync(program, words, {
    encoding: 'utf8',
    timeout: 60_000,
    maxBuffer: 2 ** 26,
    ...options,
  });
  return { status, stdout, stderr };
}

/** psutil's answers to these questions, asked by the program and words that lead into the place. */
function psutilBy(
  program: string,
  words: readonly string[],
  ...questions: readonly string[]
): unknown[] {
  const { stdout } = run(program, [...words, debianPython, psutilProgram], {
    input: `${questions.join('\n')}\n`,
  });
  return stdout
    .trim()
    .split('\n')
    .map((line) => z.object({ value: z.unknown() }).parse(JSON.parse(line)).value);
}

describe('a root file system with the executable, its libraries and /proc alone, read-only, for a uid without a name or a home', () => {
  function inMinimalRoot(words: readonly string[], env: NodeJS.ProcessEnv = {}): Ended {
    const script = join(programs, 'minimal-root.sh');
    const place = ['--mount', 'sh', script, temporaryFolder(), executable];
    return run('/usr/bin/unshare', [...place, ...words], {
      env: { PATH: process.env.PATH, ...env },
    });
  }

  testWith(inNamespaces, 'each command answers, and stats are the contract’s', () => {
    const { status, stdout, stderr } = inMinimalRoot(['stats', '--json']);
    expect(status).toBe(0);
    expect(stderr).not.toMatch(/bug/);
    const stats = statsSchema.parse(JSON.parse(stdout));
    const total = Number(/^MemTotal: +(\d+) kB/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1]);
    expect(stats.memory.total).toBe(total * 1024);
    expect(stats.network.lo).toMatchObject({ ip: '127.0.0.1', netmask: '255.0.0.0' });
    const processes = manyProcesses.parse(stats.processes);
    expect(processes.find(({ pid }) => pid === 1)).toMatchObject({ username: '0' });
    expect(processes).toContainEqual(
      expect.objectContaining({ name: 'system-monitor', username: '54321' }),
    );
  });

  testWith(inNamespaces, 'one report arrives without a disk to keep it on', async () => {
    const id = 'LINUX-1';
    const receiver = await startOriginalReceiver({ registeredIds: [id] });
    const child = spawn(
      '/usr/bin/unshare',
      [
        '--mount',
        'sh',
        join(programs, 'minimal-root.sh'),
        temporaryFolder(),
        executable,
        'background',
      ],
      {
        env: {
          PATH: process.env.PATH,
          SYSTEM_MONITOR_URL: receiver.url,
          SYSTEM_MONITOR_SYSTEM_ID: id,
          SYSTEM_MONITOR_INTERVAL: '1',
        },
        stdio: 'ignore',
      },
    );
    try {
      await until(
        'two reports',
        () => receiver.requests.filter(({ status }) => status === 200).length >= 2,
      );
      expect(receiver.requests.map(({ refusal }) => refusal)).not.toContainEqual(
        expect.any(String),
      );
    } finally {
      child.kill('SIGTERM');
      await receiver.close();
    }
  });
});

describe('a /proc that hides', () => {
  const nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];

  /** The words that lead to a /proc that was mounted so, as nobody or as root. */
  function withProc(options: string, as: readonly string[]): [string, string[]] {
    const script = `mount -t proc -o ${options} proc /proc; exec "$@"`;
    return ['/usr/bin/unshare', ['--mount', 'sh', '-euc', script, 'sh', ...as]];
  }

  const psutilPids = 'import json, psutil; print(json.dumps(psutil.pids()))';

  testWith(
    [...inNamespaces, ...withPsutil],
    'hidepid=invisible: processes are those that psutil sees, and it is said',
    () => {
      const [program, words] = withProc('hidepid=invisible', nobody);
      const mine = run(program, [...words, executable, 'processes', '--json']);
      const own = manyProcesses.parse(JSON.parse(mine.stdout));
      // Of others' processes not one, and each sees itself: psutil its Python, we ourselves.
      expect(own.every(({ username }) => username === 'nobody')).toBe(true);
      expect(own.map(({ name }) => name)).toContain('system-monitor');
      const theirs = z
        .array(z.int())
        .parse(JSON.parse(run(program, [...words, debianPython, '-c', psutilPids]).stdout));
      expect(Math.abs(theirs.length - own.length)).toBeLessThanOrEqual(3);
      expect(mine.stderr).toMatch(
        /Only some processes can be seen: \/proc is mounted with hidepid/,
      );
    },
  );

  testWith(inNamespaces, 'hidepid=noaccess: others’ processes are left out, and it is said', () => {
    const [program, words] = withProc('hidepid=noaccess', nobody);
    const { stdout, stderr } = run(program, [...words, executable, 'processes', '--json']);
    const own = manyProcesses.parse(JSON.parse(stdout));
    expect(own.every(({ username }) => username === 'nobody')).toBe(true);
    expect(stderr).toMatch(/Only some processes can be seen/);
  });

  testWith(inNamespaces, 'root sees all in spite of hidepid', () => {
    const [program, words] = withProc('hidepid=invisible', []);
    const { stdout, stderr } = run(program, [...words, executable, 'processes', '--json']);
    expect(manyProcesses.parse(JSON.parse(stdout)).some(({ pid }) => pid === 1)).toBe(true);
    expect(stderr).not.toMatch(/hidepid/);
  });

  testWith(
    inNamespaces,
    'subset=pid: processes are told, what is not there is no figure but an error',
    () => {
      const [program, words] = withProc('subset=pid', []);
      const part = (name: string): Ended => run(program, [...words, executable, name, '--json']);
      expect(manyProcesses.parse(JSON.parse(part('processes').stdout)).length).toBeGreaterThan(1);
      for (const [name, file] of [
        ['cpu', 'stat'],
        ['memory', 'meminfo'],
        ['stats', 'stat'],
      ]) {
        const { status, stdout, stderr } = part(name ?? '');
        expect({ status, stdout }).toEqual({ status: 69, stdout: '' });
        expect(stderr).toContain(`read /proc/${file}`);
      }
    },
  );
});

describe('gVisor', () => {
  const sandbox = ['--rootless', '--network=none', '--ignore-cgroups', 'do'];
  const requirements = [builtExecutable(), ...withPsutil, withProgram('runsc', '--version')];

  testWith(
    requirements,
    'CPU, memory, processes and addresses are psutil’s',
    () => {
      const mine = statsSchema.parse(
        JSON.parse(run('runsc', [...sandbox, executable, 'stats', '--json']).stdout),
      );
      const [cpu, memory, network] = psutilBy('runsc', sandbox, 'cpu', 'memory', 'network');
      expect(mine.cpu.count).toBe(z.object({ count: z.int() }).parse(cpu).count);
      // gVisor counts no CPU time, and psutil says 0.0 of it.
      expect(mine.cpu.percent_used).toBe(0);
      expect(mine.memory.total).toBe(memoryStatsSchema.parse(memory).total);
      const addresses = (value: unknown): unknown =>
        Object.entries(networkSchema.parse(value)).map(([name, { ip, netmask }]) => [
          name,
          ip,
          netmask,
        ]);
      expect(addresses(mine.network)).toEqual(addresses(network));
      expect(manyProcesses.parse(mine.processes).map(({ name }) => name)).toEqual([
        'system-monitor',
      ]);
    },
    120_000,
  );
});

describe('LXC’s file system over /proc', () => {
  let mounted: { readonly folder: string; readonly pid: number } | undefined;
  afterEach(() => {
    if (mounted === undefined) return;
    process.kill(mounted.pid);
    spawnSync('umount', ['--lazy', mounted.folder]);
    rmdirSync(mounted.folder);
    mounted = undefined;
  });

  testWith(
    [
      ...inNamespaces,
      ...withPsutil,
      withProgram('lxcfs', '--version'),
      withFile('/sys/fs/cgroup/memory'),
    ],
    'CPU and memory are psutil’s, and those of the container’s limit',
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'lxcfs-'));
      const lxcfs = spawn('lxcfs', [folder], { stdio: 'ignore' });
      mounted = { folder, pid: lxcfs.pid ?? 0 };
      await until('lxcfs', () => existsSync(join(folder, 'proc/meminfo')));
      const script = `for file in cpuinfo meminfo stat; do mount --bind "$0/proc/$file" "/proc/$file"; done; exec "$@"`;
      const limitBytes = 768 * 2 ** 20;
      const cgroup = createCgroup('memory', { 'memory.limit_in_bytes': String(limitBytes) });
      try {
        // lxcfs looks at the cgroup of the first process of the reader's PID namespace.
        const enter = `echo $$ >"$0/cgroup.procs"; exec "$@"`;
        const place = [
          '-euc',
          enter,
          cgroup.folder,
          'unshare',
          '--mount',
          '--pid',
          '--fork',
          '--mount-proc',
          'sh',
          '-euc',
          script,
          folder,
        ];
        const mine = run('sh', [...place, executable, 'memory', '--json']);
        const memory = memoryStatsSchema.parse(JSON.parse(mine.stdout));
        const [their] = psutilBy('sh', place, 'memory');
        expect(memory.total).toBe(limitBytes);
        expect(memory.total).toBe(memoryStatsSchema.parse(their).total);
        expect(memory.available).toBeLessThanOrEqual(limitBytes);
        const cpu = cpuStatsSchema.parse(
          JSON.parse(run('sh', [...place, executable, 'cpu', '--json']).stdout),
        );
        const [theirCpu] = psutilBy('sh', place, 'cpu');
        expect(cpu.count).toBe(z.object({ count: z.int() }).parse(theirCpu).count);
      } finally {
        cgroup.remove();
      }
    },
    120_000,
  );
});

interface TestCgroup {
  readonly folder: string;
  remove(): void;
}

function createCgroup(parent: string, files: Readonly<Record<string, string>>): TestCgroup {
  const folder = join('/sys/fs/cgroup', parent, `monitor-test-${process.pid}`);
  mkdirSync(folder);
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
  return { folder, remove: () => rmdirSync(folder) };
}

const isUnified = existsSync('/sys/fs/cgroup/cgroup.controllers');
/** The limits of the outer cgroup, by hierarchy; the inner one has none of its own. */
const outerLimits: readonly (readonly [string, Readonly<Record<string, string>>])[] = isUnified
  ? [
      [
        '',
        {
          'cgroup.subtree_control': '+cpu +memory',
          'memory.max': '536870912',
          'cpu.max': '150000 100000',
        },
      ],
    ]
  : [
      ['memory', { 'memory.limit_in_bytes': '536870912' }],
      ['cpu', { 'cpu.cfs_quota_us': '150000' }],
      ['cpuacct', {}],
    ];

describe(`a cgroup within a limited one, ${isUnified ? 'v2' : 'v1'} as this machine has it`, () => {
  testWith(
    [
      builtExecutable(),
      asRoot(),
      withFile(isUnified ? '/sys/fs/cgroup/memory.stat' : '/sys/fs/cgroup/memory'),
    ],
    'is limited by the outer one',
    () => {
      const folders: string[] = [];
      try {
        for (const [parent, files] of outerLimits) {
          const { folder } = createCgroup(parent, files);
          folders.push(folder);
          mkdirSync(join(folder, 'inner'));
          folders.push(join(folder, 'inner'));
        }
        const inner = folders.filter((folder) => folder.endsWith('/inner'));
        const enter = `for folder in ${inner.join(' ')}; do echo $$ >"$folder/cgroup.procs"; done; exec "$@"`;
        const part = (name: string): unknown =>
          JSON.parse(
            execFileSync(
              'sh',
              ['-euc', enter, 'sh', executable, name, '--json', '--scope', 'container'],
              { encoding: 'utf8' },
            ),
          );
        const memory = memoryStatsSchema.parse(part('memory'));
        expect(memory.total).toBe(512 * 2 ** 20);
        expect(memory.available).toBeLessThan(memory.total);
        expect(cpuStatsSchema.parse(part('cpu')).count).toBe(2);
      } finally {
        for (const folder of folders.reverse()) rmdirSync(folder);
      }
    },
  );
});
