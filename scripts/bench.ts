/**
 * `npm run bench`: every measurement of the project, each as a ratio to a peer in the same run, since
 * absolute times say more about the machine than about us.
 *
 *   npm run bench                  all of them
 *   npm run bench -- spool drain   some of them
 */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = join(dirname(fileURLToPath(import.meta.url)), 'bench');
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.replace(/\.ts$/, ''));
const wanted = process.argv.slice(2);

const unknown = wanted.filter((name) => !names.includes(name));
if (unknown.length > 0) {
  console.error(
    `There is no measurement called ${unknown.join(', ')}. There are: ${names.join(', ')}`,
  );
  process.exit(64);
}

const failed: string[] = [];
for (const name of wanted.length > 0 ? wanted : names) {
  console.log(`\n== ${name}`);
  const result = spawnSync(process.execPath, [join(folder, `${name}.ts`)], { stdio: 'inherit' });
  if (result.status !== 0) failed.push(name);
}
if (failed.length > 0) {
  console.error(`\nDid not finish: ${failed.join(', ')}`);
  process.exitCode = 1;
}
