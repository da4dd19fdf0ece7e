/**
 * How much the tests would notice: makes the source wrong in one small place after another and runs
 * the tests that pass through that line. What no test notices survives, and is listed.
 *
 *   npm run mutate                          everything below, for an hour at most
 *   npm run mutate -- src/spool             one folder or file
 *   npm run mutate -- --minutes 10 --jobs 2 --operators drop-call,empty-recovery
 *   npm run mutate -- --survivors           only what no test noticed before, after tests were added
 *
 * It works on a copy in dist/mutation and goes on where it was stopped: a mutant is tried again when
 * its file has changed. The report is dist/mutation/report.json. Not for every change, and not in
 * CI: it takes hours of a core.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Mutant, mutantsOf, mutate } from './mutate/operators.ts';
import { formatReport, type Results, resultsSchema, type Status } from './mutate/report.ts';
import { createSandbox, type Lines, type Sandbox } from './mutate/sandbox.ts';
import { readProject, type SourceFile } from './tidy/source.ts';

const rooms = ['agent', 'delivery', 'spool', 'config', 'background', 'settings'];
/** Those that are over in seconds; faults and end-to-end tests take minutes. */
const testFolders = ['test/unit', 'test/contract', 'test/durability'];
const testTimeoutMs = 120_000;
const outcomes = { passed: 'survived', failed: 'killed', 'timed-out': 'timed out' } as const;

const top = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = join(top, 'dist', 'mutation');
const resultsFile = join(folder, 'report.json');

interface Traced {
  readonly test: string;
  readonly seconds: number;
  readonly lines: Lines;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      minutes: { type: 'string', default: '60' },
      jobs: { type: 'string', default: '1' },
      operators: { type: 'string' },
      survivors: { type: 'boolean', default: false },
    },
  });
  const project = readProject(top);
  const wanted = positionals.length > 0 ? positionals : rooms.map((room) => `src/${room}`);
  const files = project.sources.filter(({ path }) =>
    wanted.some((place) => path === place || path.startsWith(`${place}/`)),
  );
  const results = readResults(files);
  const deadlineMs = performance.now() + Number(values.minutes) * 60_000;

  mkdirSync(folder, { recursive: true });
  const sandboxes = Array.from({ length: Number(values.jobs) }, (_, at) =>
    createSandbox(top, join(folder, `sandbox-${at + 1}`), project.paths),
  );
  const traced = await traceTests(sandboxes, files);

  const queue = files
    .flatMap((file) => mutantsOf(file).map((mutant) => ({ file, mutant, id: idOf(file, mutant) })))
    .filter(({ mutant }) => values.operators?.split(',').includes(mutant.operator) ?? true)
    .filter(({ id, file }) => {
      const before = results[file.path]?.mutants[id]?.status;
      return values.survivors ? before !== undefined && before !== 'killed' : before === undefined;
    });
  console.log(`${queue.length} mutants to try, ${traced.length} test files`);
  await Promise.all(
    sandboxes.map(async (sandbox) => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        if (performance.now() > deadlineMs) return;
        const { file, mutant, id } = next;
        const status = await tryMutant(sandbox, file, mutant, traced);
        const { path, line, operator } = mutant;
        const was = file.text.slice(mutant.start, mutant.end).replace(/\s+/g, ' ').slice(0, 100);
        results[path] ??= { hash: hashOf(file.text), mutants: {} };
        results[path].mutants[id] = { line, operator, was, status };
        writeFileSync(resultsFile, JSON.stringify(results, null, 1));
        if (status !== 'killed') console.log(`${status}: ${path}:${line} ${operator}: ${was}`);
      }
    }),
  );
  console.log(formatReport(results, queue.length));
}

/** Of a file that changed since, nothing is known. */
function readResults(files: readonly SourceFile[]): Results {
  if (!existsSync(resultsFile)) return {};
  const results = resultsSchema.parse(JSON.parse(readFileSync(resultsFile, 'utf8')));
  for (const { path, text } of files) {
    if (results[path] !== undefined && results[path].hash !== hashOf(text)) delete results[path];
  }
  return results;
}

/** Which lines each test passes through, and that all of them pass while nothing is wrong. */
async function traceTests(
  sandboxes: readonly Sandbox[],
  files: readonly SourceFile[],
): Promise<readonly Traced[]> {
  const [first] = sandboxes;
  const paths = files.map(({ path }) => path);
  const tests = [...((await first?.related(paths, testFolders)) ?? [])];
  const traced: Traced[] = [];
  await Promise.all(
    sandboxes.map(async (sandbox) => {
      for (let test = tests.shift(); test !== undefined; test = tests.shift()) {
        const { outcome, seconds, lines } = await sandbox.trace(test, testTimeoutMs);
        if (outcome === 'passed') traced.push({ test, seconds, lines });
        else console.log(`left out, for it ${outcome} as the code is: ${test}`);
      }
    }),
  );
  return traced.sort((one, other) => one.seconds - other.seconds);
}

async function tryMutant(
  sandbox: Sandbox,
  file: SourceFile,
  mutant: Mutant,
  traced: readonly Traced[],
): Promise<Status> {
  const concerned = traced.filter(({ lines }) => lines[file.path]?.includes(mutant.line));
  if (concerned.length === 0) return 'not run';
  const seconds = concerned.reduce((sum, test) => sum + test.seconds, 0);
  sandbox.write(file.path, mutate(file.text, mutant));
  try {
    const tests = concerned.map(({ test }) => test);
    const { outcome } = await sandbox.run(tests, seconds * 3000 + 10_000);
    return outcomes[outcome];
  } finally {
    sandbox.write(file.path, file.text);
  }
}

/** The same as long as the file is the same. */
function idOf(file: SourceFile, { operator, start, end }: Mutant): string {
  return `${operator}:${start}:${hashOf(file.text.slice(start, end)).slice(0, 8)}`;
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

// So that what runs in the sandboxes ends as well.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));
await main();
