/**
 * Tidiness that no linter knows, in the manner of TigerBeetle's tidy.zig: the rules of this house,
 * each in a file of its own under scripts/tidy/.
 *
 *   npm run tidy      exit code 1 where a rule is broken; each breach is a line
 */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkLayers } from './tidy/layers.ts';
import { listFiles, parseSource } from './tidy/source.ts';

const top = dirname(dirname(fileURLToPath(import.meta.url)));
const files = listFiles(top, ['*.ts']).map((path) =>
  parseSource(path, readFileSync(join(top, path), 'utf8')),
);
const complaints = [...checkLayers(files)];
for (const { path, line, rule, what } of complaints)
  console.error(`${path}:${line}: ${what} [${rule}]`);
console.error(
  complaints.length === 0 ? `tidy: ${files.length} files` : `tidy: ${complaints.length} breaches`,
);
process.exitCode = complaints.length === 0 ? 0 : 1;
