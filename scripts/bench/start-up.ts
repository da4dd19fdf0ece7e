/**
 * How long the executable takes from start to end, beside a bare Node of the version that it
 * carries (`node -e 0`). Turns alternate, so that a busy machine slows both; the ratio is the
 * figure, milliseconds are for orientation.
 *
 *   node scripts/bench/start-up.ts [rounds]
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureNodeBinary } from '../../build/node-package.ts';
import { executableName, targetOfThisMachine } from '../../build/targets.ts';

const defaultRounds = 40;

const target = targetOfThisMachine();
const executable = join(import.meta.dirname, '../../dist', executableName(target));
if (!existsSync(executable)) throw new Error(`${executable} is not there: npm run build`);
const node = await ensureNodeBinary(target.nodePackage);
const folder = mkdtempSync(join(tmpdir(), 'system-monitor-bench-'));

/** The first is what the others are compared with. `cpu` and `stats` wait for a second sample. */
const commands: readonly (readonly string[])[] = [
  [node, '-e', '0'],
  [executable, '--version'],
  [executable, '--help'],
  [executable, 'memory', '--json'],
  [executable, 'network', '--json'],
  [executable, 'disks', '--json'],
  [executable, 'processes', '--json'],
];

function wallMs([program = '', ...words]: readonly string[]): number {
  const startedMs = performance.now();
  const { status } = spawnSync(program, words, {
    stdio: 'ignore',
    env: { HOME: folder, SYSTEM_MONITOR_CONFIG: join(folder, 'config.json') },
  });
  if (status !== 0) throw new Error(`${program} ${words.join(' ')} ended with ${status}`);
  return performance.now() - startedMs;
}

/** The lower quartile: what the command takes when nothing else is in its way. */
function lowerQuartile(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 4)] ?? Number.NaN;
}

try {
  const rounds = Number(process.argv[2] ?? defaultRounds);
  const walls: number[][] = commands.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, command] of commands.entries()) walls[index]?.push(wallMs(command));
  }
  const bareMs = lowerQuartile(walls[0] ?? []);
  for (const [index, words] of commands.entries()) {
    const ms = lowerQuartile(walls[index] ?? []);
    const name = index === 0 ? 'bare node -e 0' : `system-monitor ${words.slice(1).join(' ')}`;
    console.log(
      `${name.padEnd(36)} ${ms.toFixed(1).padStart(7)} ms  ${(ms / bareMs).toFixed(2)} ×`,
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
