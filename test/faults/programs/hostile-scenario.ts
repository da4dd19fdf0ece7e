/**
 * Run by hostile.test.ts in namespaces of its own (network, mounts, pids): everything at once that
 * others may do to the figures, beside the executable itself, and prints what came of it.
 *
 *   node hostile-scenario.ts <stuck-mount program> <folder>
 */
import { execFileSync, spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { runProgram, startProgram, until } from '../../support/program.ts';
import { hostile, type Seen, type SeenReport } from '../hostile-figures.ts';

const [stuckMount = '', folder = ''] = process.argv.slice(2);
const bodies: string[] = [];
const server = createServer((request, response) => {
  let body = '';
  request.setEncoding('utf8').on('data', (piece: string) => {
    body += piece;
  });
  request.on('end', () => {
    bodies.push(body);
    response.end();
  });
});

makeInterfaces();
makeStuckMounts();
makeHostileProcesses();
await new Promise<void>((resolve) => server.listen(8086, '127.0.0.1', resolve));
const environment = {
  SYSTEM_MONITOR_URL: 'http://127.0.0.1:8086/',
  SYSTEM_MONITOR_INTERVAL: '1',
  SYSTEM_MONITOR_SYSTEM_ID: 'Linux-hostile',
  SYSTEM_MONITOR_DISKS_INCLUDE: '*',
  SYSTEM_MONITOR_REPORT_MAX_KIB: String(hostile.reportKib),
  SYSTEM_MONITOR_PROCESSES_EXCLUDE: '*java*server*prod*,{a,{b,c}}*{a,b}*{a,b}*z,[[]*]*]*!',
};
const agent = startProgram(['background'], { folder, environment });
await until('three reports', () => bodies.length >= 3);
const before = bodies.length;
await delay(hostile.watchedSeconds * 1000);
const reports = bodies.slice(before).map(readReport);
const { stdout } = await runProgram(['status', '--json'], { folder, environment });
const stoppedMs = performance.now();
agent.kill('SIGTERM');
const { code: exitCode } = await agent.ended;
const stopMs = performance.now() - stoppedMs;
const seen: Seen = { reports, status: JSON.parse(stdout), stopMs, exitCode };
// Written whole before the end, which takes every process of this namespace with it.
writeFileSync(join(folder, 'seen.json'), JSON.stringify(seen));
process.exit(0);

function makeInterfaces(): void {
  const pairs = Array.from({ length: hostile.interfaces / 2 }, (_, n) => {
    const [high, low] = [Math.floor(n / 250), n % 250];
    return [
      `link add v${n} type veth peer name w${n}`,
      ...[`address add 10.${high}.${low}.1/32 dev v${n}`, `link set v${n} up`],
      ...[`address add 10.${100 + high}.${low}.1/32 dev w${n}`, `link set w${n} up`],
    ].join('\n');
  });
  const batch = join(folder, 'interfaces');
  writeFileSync(batch, `link set lo up\n${pairs.join('\n')}\n`);
  execFileSync('ip', ['-batch', batch]);
}

function makeStuckMounts(): void {
  for (let n = 0; n < hostile.mounts; n += 1) {
    const mountPoint = join(folder, `m${n}`);
    mkdirSync(mountPoint);
    spawn(stuckMount, [mountPoint], { stdio: 'ignore' });
  }
}

/** Programs whose name the kernel cuts, with a first argument that goes on for 50 kB. */
function makeHostileProcesses(): void {
  const program = join(folder, 'javaserverjavaserver');
  copyFileSync('/usr/bin/sleep', program);
  const shell = `
    for n in $(seq ${hostile.processes}); do
      (exec -a "$2$n" "$1" 600) &
    done
    wait`;
  const name = 'javaserver'.repeat(5000);
  spawn('/bin/bash', ['-c', shell, 'bash', program, name], { stdio: 'ignore' });
}

function readReport(body: string): SeenReport {
  const { epoch, stats } = JSON.parse(body);
  const names: string[] = stats.processes.map(({ name }: { readonly name: string }) => name);
  return {
    epoch,
    bytes: Buffer.byteLength(body),
    processes: names.length,
    interfaces: Object.keys(stats.network).length,
    disks: Object.values<{ mount_point: string }>(stats.disks).map((disk) => disk.mount_point),
    longestNameBytes: Math.max(...names.map((name) => Buffer.byteLength(name))),
  };
}
