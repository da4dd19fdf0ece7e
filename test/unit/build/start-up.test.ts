import { beforeAll, expect, test } from '@jest/globals';
import type { Metafile } from 'esbuild';
import { type Bundle, bundleProgram } from '../../../build/bundle.ts';

let bundle: Bundle;
/** Output paths of the chunks that every start reads: the entry, and what it imports outright. */
let startUp: ReadonlySet<string>;

function importedOutright(metafile: Metafile, from: string, seen = new Set<string>()): Set<string> {
  if (seen.has(from)) return seen;
  seen.add(from);
  for (const { path, kind, external } of metafile.outputs[from]?.imports ?? []) {
    if (kind === 'import-statement' && external !== true) importedOutright(metafile, path, seen);
  }
  return seen;
}

function modulesIn(paths: Iterable<string>): string[] {
  return [...paths].flatMap((path) => Object.keys(bundle.metafile.outputs[path]?.inputs ?? {}));
}

beforeAll(async () => {
  bundle = await bundleProgram({ info: { version: '1.0.0', commit: 'test', target: 'test' } });
  const outputs = Object.keys(bundle.metafile.outputs);
  const entry = outputs.find((path) => path.endsWith(`/${bundle.entry}`)) ?? '';
  startUp = importedOutright(bundle.metafile, entry);
});

test('of the packages, commander alone is read at every start', () => {
  const packages = modulesIn(startUp)
    .map((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1])
    .filter((name) => name !== undefined);
  expect([...new Set(packages)]).toEqual(['commander']);
});

test("Node's modules that take long to load are reached later", () => {
  const slow =
    /^node:(child_process|crypto|dns|http|https|net|os|stream|timers\/promises|tls|tty|zlib)/;
  const imported = [...startUp].flatMap((path) =>
    (bundle.metafile.outputs[path]?.imports ?? [])
      .filter(({ kind }) => kind === 'import-statement')
      .map((one) => one.path),
  );
  expect(imported.filter((path) => slow.test(path))).toEqual([]);
});

test('what a start reads stays below 100 kB, the whole program below 3 MB', () => {
  const bytes = (paths: Iterable<string>): number =>
    [...paths].reduce((sum, path) => sum + (bundle.metafile.outputs[path]?.bytes ?? 0), 0);
  expect(bytes(startUp)).toBeLessThan(100_000);
  expect(bytes(Object.keys(bundle.metafile.outputs))).toBeLessThan(3_000_000);
});

test('the packages that the product is made of are inside, and no tool that only builds it', () => {
  const all = modulesIn(Object.keys(bundle.metafile.outputs)).join('\n');
  for (const name of ['conf', 'pino', 'systeminformation', 'undici', 'zod']) {
    expect(all).toContain(`node_modules/${name}/`);
  }
  expect(all).not.toMatch(/node_modules\/(esbuild|postject|resedit|jest|pg)\//);
});
