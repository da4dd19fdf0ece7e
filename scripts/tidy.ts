/**
 * Tidiness that no linter knows, in the manner of TigerBeetle's tidy.zig: the rules of this house,
 * each in a file of its own under scripts/tidy/.
 *
 *   npm run tidy      exit code 1 where a rule is broken; each breach is a line
 */
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkCommands } from './tidy/commands.ts';
import { checkDecisions } from './tidy/decisions.ts';
import { checkEffects } from './tidy/effects.ts';
import { checkFixtures } from './tidy/fixtures.ts';
import { checkLayers } from './tidy/layers.ts';
import { checkLeftovers } from './tidy/leftovers.ts';
import { checkLength } from './tidy/length.ts';
import { checkLogEvents } from './tidy/log-events.ts';
import { checkNames } from './tidy/names.ts';
import { readProject } from './tidy/source.ts';

const rules = [
  checkLayers,
  checkEffects,
  checkNames,
  checkCommands,
  checkLogEvents,
  checkLeftovers,
  checkLength,
  checkFixtures,
  checkDecisions,
];

const project = readProject(dirname(dirname(fileURLToPath(import.meta.url))));
const complaints = rules.flatMap((rule) => rule(project));
for (const { path, line, rule, what } of complaints)
  console.error(`${path}:${line}: ${what} [${rule}]`);
console.error(
  complaints.length === 0
    ? `tidy: ${project.paths.size} files`
    : `tidy: ${complaints.length} breaches`,
);
process.exitCode = complaints.length === 0 ? 0 : 1;
