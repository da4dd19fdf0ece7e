/**
 * Takes the memory that Windows fills for src/host/win32 and writes it where the tests of its
 * parsers read it. Run it on Windows, or with WINDOWS_RUNNER set (test/support/windows-run.ts):
 *
 *   node scripts/capture-windows.ts <name of the system>
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runOnWindows } from '../test/support/windows-run.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [system] = process.argv.slice(2);
if (system === undefined) throw new Error('give the captured system a name, such as windows-11-vm');

const { status, stdout, stderr } = await runOnWindows(
  join(root, 'test/e2e/programs/windows-capture.ts'),
);
if (status !== 0) throw new Error(`the capturing program ended with ${status}: ${stderr}`);

const folder = join(root, 'test/unit/host-win32/captured');
mkdirSync(folder, { recursive: true });
const captures: Record<string, unknown> = JSON.parse(stdout);
writeFileSync(join(folder, `${system}.json`), `${JSON.stringify(captures, null, 2)}\n`);
console.log(`${Object.keys(captures).join(', ')} of ${system}`);
