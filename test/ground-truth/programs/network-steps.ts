/**
 * Run in a network namespace of its own with a program that asks psutil and with shell commands as
 * arguments: after each of these it prints
 * what psutil and one and the same collector say of the interfaces, the collector's remarks, and how
 * much CPU time, in milliseconds, it took at most without a turn of the event loop.
 */
import { execFileSync } from 'node:child_process';
import { createLinuxNetworkCollector } from '../../../src/collectors/network/linux.ts';
import { collectorContext } from '../../support/collector-context.ts';

const context = collectorContext();
const collector = createLinuxNetworkCollector(context);
const [psutilProgram = '', ...commands] = process.argv.slice(2);

for (const command of commands) {
  execFileSync('/bin/sh', ['-euc', command]);
  const { value: mine, heldMs } = await watched(() => collector.collect());
  const theirs = JSON.parse(
    execFileSync('/usr/bin/python3', [psutilProgram], { input: 'network\n', encoding: 'utf8' }),
  ).value;
  const reasons = context.remarks.current().map(({ reason }) => reason);
  process.stdout.write(`${JSON.stringify({ mine, theirs, reasons, heldMs })}\n`);
}

async function watched<Value>(
  work: () => Promise<Value>,
): Promise<{ value: Value; heldMs: number }> {
  let heldMs = 0;
  let usedMs = threadMs();
  let ended = false;
  function turn(): void {
    const nowMs = threadMs();
    heldMs = Math.max(heldMs, nowMs - usedMs);
    usedMs = nowMs;
    if (!ended) setImmediate(turn);
  }
  setImmediate(turn);
  const value = await work();
  ended = true;
  turn();
  return { value, heldMs };
}

function threadMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
