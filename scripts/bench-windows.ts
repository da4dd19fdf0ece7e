/**
 * What a sample costs on Windows, beside systeminformation in the same run. Run it on Windows, or
 * with WINDOWS_RUNNER set; where there is no PowerShell the peer gives up early, and its figures are
 * a lower bound.
 */
import { join } from 'node:path';
import type { Cost, WindowsCosts } from '../test/e2e/programs/windows-cost.ts';
import { runOnWindows } from '../test/support/windows-run.ts';

const program = join(import.meta.dirname, '../test/e2e/programs/windows-cost.ts');
const { status, stdout, stderr } = await runOnWindows(program);
if (status !== 0) throw new Error(`the measuring program ended with ${status}: ${stderr}`);
const costs: WindowsCosts = JSON.parse(stdout);

const figures = ({ elapsedMs, childProcesses, failed }: Cost): string =>
  failed
    ? 'refused'.padStart(15)
    : `${elapsedMs.toFixed(2).padStart(8)} ${String(childProcesses).padStart(6)}`;

console.log(`One sample with ${costs.processes} processes: elapsed ms and child processes`);
console.log('part               native  systeminformation  ratio');
for (const [index, native] of costs.native.entries()) {
  const portable = costs.portable[index];
  if (portable === undefined) continue;
  const comparable = !native.failed && !portable.failed && portable.childProcesses > 0;
  const ratio = comparable ? (portable.elapsedMs / native.elapsedMs).toFixed(0) : '';
  console.log(
    `${native.part.padEnd(10)}${figures(native)}${figures(portable).padStart(19)}${ratio.padStart(7)}`,
  );
}
