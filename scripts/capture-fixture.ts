/**
 * Takes a sanitised slice of this Linux machine for test/cases: the files that one collector reads,
 * without names, public addresses, ids and arguments of processes.
 *
 *   node scripts/capture-fixture.ts network my-odd-router "what is odd about it" [steps] [seconds]
 *
 * Then run `UPDATE_CASES=1 npm run jest -- test/cases`, and read what expected.json says before you
 * commit it: it must be what the machine's own tools say.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isPartName, partNames } from '../src/collectors/index.ts';
import { captureStep } from './capture/capture-step.ts';
import { createSanitiser } from './capture/sanitise.ts';

const usage =
  'usage: node scripts/capture-fixture.ts ' +
  `${partNames.join('|')} <name> "<what is odd>" [steps, 2] [seconds between, 1]`;

const [part, name, why, stepsWord = '2', secondsWord = '1'] = process.argv.slice(2);
if (
  part === undefined ||
  !isPartName(part) ||
  name === undefined ||
  why === undefined ||
  !/^[a-z0-9.-]+$/.test(name)
) {
  console.error(usage);
  process.exit(64);
}

const casesFolder = join(dirname(dirname(fileURLToPath(import.meta.url))), 'test/cases');
const folder = join(casesFolder, part, name);
if (existsSync(folder)) {
  console.error(`${folder} is there already; give the case another name.`);
  process.exit(73);
}

// One key for all steps, kept nowhere: the same address is the same in each of them.
const sanitiser = createSanitiser(randomBytes(32));
for (let step = 1; step <= Number(stepsWord); step += 1) {
  if (step > 1) await sleep(Number(secondsWord) * 1000);
  for (const [path, content] of await captureStep(part, sanitiser)) {
    const target = join(folder, `step-${step}`, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, content);
  }
}
writeFileSync(join(folder, 'WHY'), `Captured: ${why}\n`);
console.log(
  `${folder}: read it for names that nobody should see, then run UPDATE_CASES=1 npm run jest -- test/cases`,
);
