/**
 * Takes each call that makes something durable out of src/, one at a time and in a copy of this tree,
 * and runs test/durability: a call that no test misses is either not needed or not tested.
 *
 *   node scripts/mutate/syncs.ts      exit code 1 where a call is not missed
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { listFiles } from '../tidy/source.ts';
import { createSandbox } from './sandbox.ts';

const top = fileURLToPath(new URL('../..', import.meta.url));
const deadlineMs = 300_000;
/** Of the disk's port, and of what the real disk makes of it. */
const call = /[A-Za-z_.]*\.(?:sync|syncFolder)\(|\bfsyncSync\(/;
const nothing = '((..._: unknown[]) => undefined)(';
const comment = /^\s*(?:\/\/|\*|\/\*)/;

const paths = listFiles(top);
const sandbox = createSandbox(top, join(top, 'dist', 'mutate', 'syncs'), paths);
const tests = paths.filter((path) => /^test\/durability\/.*\.test\.ts$/.test(path));

const whole = await sandbox.run(tests, deadlineMs);
console.log(`unchanged  ${whole.outcome} after ${whole.seconds} s`);
let survivors = whole.outcome === 'passed' ? 0 : 1;
for (const path of paths.filter((one) => /^src\/.*(?<!\.d)\.ts$/.test(one))) {
  const source = readFileSync(join(top, path), 'utf8');
  const lines = source.split('\n');
  for (const [at, line] of lines.entries()) {
    if (!call.test(line) || comment.test(line)) continue;
    sandbox.write(path, lines.with(at, line.replace(call, nothing)).join('\n'));
    const { outcome, seconds } = await sandbox.run(tests, deadlineMs);
    if (outcome !== 'failed') survivors += 1;
    console.log(`${path}:${at + 1}  ${line.trim()}  ${outcome} after ${seconds} s`);
  }
  sandbox.write(path, source);
}
console.log(survivors === 0 ? 'every call is missed' : `${survivors} calls are not missed`);
process.exitCode = survivors === 0 ? 0 : 1;
