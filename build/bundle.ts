/**
 * TypeScript and packages in, chunks of CommonJS out. esbuild bundles the program as ES modules cut
 * along every `import()`, and each chunk is then turned into CommonJS, which is all that V8's
 * scripts and code caches know. What a command does not reach is never read (embedded/chunks.ts).
 */
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Metafile, type Plugin, transform } from 'esbuild';
import type { BuildInfo } from '../src/base/build-info.ts';

export const projectRoot = dirname(dirname(fileURLToPath(import.meta.url)));
export const entryPoint = 'bin/system-monitor.ts';

/** The oldest Node that is embedded (build/targets.ts). */
const esbuildTarget = 'node24';

export interface Chunk {
  /** `system-monitor.js`, `chunk-ABCDEFGH.js`: stable for the same content. */
  readonly name: string;
  /** A function expression of (require, module, exports). */
  readonly code: string;
}

export interface Bundle {
  readonly entry: string;
  readonly chunks: readonly Chunk[];
  readonly metafile: Metafile;
}

/**
 * commander imports node:child_process for subcommands that are programs of their own, which we
 * have none of; loading it takes about 3 ms, a tenth of a start. Here it is loaded when first used.
 */
const lazyChildProcess: Plugin = {
  name: 'lazy-child-process',
  setup(context) {
    context.onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
      /[\\/]node_modules[\\/]commander[\\/]/.test(importer)
        ? { path: 'child-process', namespace: 'lazy' }
        : undefined,
    );
    context.onLoad({ filter: /.*/, namespace: 'lazy' }, () => ({
      contents: `export default { spawn: (...given) => process.getBuiltinModule('node:child_process').spawn(...given) };`,
    }));
  },
};

export interface BundleOptions {
  readonly info: BuildInfo;
  readonly root?: string;
  /** Relative to the root. */
  readonly entryPoint?: string;
}

/** Throws what esbuild finds wrong; its warnings count as wrong too. */
export async function bundleProgram(options: BundleOptions): Promise<Bundle> {
  const root = options.root ?? projectRoot;
  const result = await build({
    absWorkingDir: root,
    entryPoints: [options.entryPoint ?? entryPoint],
    outdir: 'chunks',
    write: false,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: esbuildTarget,
    // Names stay, so that a stack trace from the field can be read.
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    metafile: true,
    logLevel: 'silent',
    plugins: [lazyChildProcess],
    define: {
      systemMonitorBuild: JSON.stringify(options.info),
      // undici asks for it to leave out a second HTTP parser (75 kB of WebAssembly).
      esbuildDetection: '1',
      // There is no file to point at; what needs one must not be in the executable.
      'import.meta.url': JSON.stringify('file:///system-monitor'),
    },
  });
  if (result.warnings.length > 0) {
    throw new Error(
      result.warnings.map(({ text, location }) => `${location?.file}: ${text}`).join('\n'),
    );
  }
  const { inputs, outputs } = result.metafile;
  const entryOf = new Map(
    Object.entries(outputs).map(([path, output]) => [basename(path), output.entryPoint]),
  );
  const chunks = await Promise.all(
    result.outputFiles.map(async ({ path, text }) => {
      const name = basename(path);
      const converted = await toCommonJs(text);
      const isPackage = inputs[entryOf.get(name) ?? '']?.format === 'cjs';
      return { name, code: wrap(isPackage ? converted + namesOfDefault : converted) };
    }),
  );
  const wanted = options.entryPoint ?? entryPoint;
  const entry = [...entryOf].find(([, from]) => from === wanted);
  if (entry === undefined) throw new Error('esbuild names no chunk as the entry');
  return { entry: entry[0], chunks, metafile: result.metafile };
}

/**
 * Cutting into ES modules, esbuild lets an `import()` of a CommonJS package have a default alone;
 * Node gives its properties as names too, and so does the program when it runs from its source.
 */
const namesOfDefault = `
;(e=>{const d=Object(e.default);for(const k of Object.keys(d))if(!(k in e))Object.defineProperty(e,k,{enumerable:true,get:()=>d[k]})})(module.exports)`;

/** The shape that embedded/chunks.ts calls. */
function wrap(code: string): string {
  return `(function(require,module,exports){${code}\n})`;
}

async function toCommonJs(code: string): Promise<string> {
  const { code: converted } = await transform(code.replace(/^#!.*\n/, ''), {
    format: 'cjs',
    platform: 'node',
    target: esbuildTarget,
    minifySyntax: true,
    minifyWhitespace: true,
    // Every `import()` is a `require` of another chunk or of a module of Node's.
    supported: { 'dynamic-import': false },
    logLevel: 'silent',
  });
  return converted;
}

/** One of build/embedded/, as a script of its own. */
export async function bundleEmbedded(
  name: 'loader' | 'recorder',
  define: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const result = await build({
    absWorkingDir: projectRoot,
    entryPoints: [join('build', 'embedded', `${name}.ts`)],
    write: false,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: esbuildTarget,
    minifySyntax: true,
    minifyWhitespace: true,
    logLevel: 'silent',
    define: Object.fromEntries(
      Object.entries(define).map(([key, value]) => [key, JSON.stringify(value)]),
    ),
  });
  const [output] = result.outputFiles;
  if (output === undefined) throw new Error(`esbuild made nothing of ${name}`);
  return output.text;
}

export async function packageVersion(root = projectRoot): Promise<string> {
  const packageJson: unknown = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  if (
    typeof packageJson === 'object' &&
    packageJson !== null &&
    'version' in packageJson &&
    typeof packageJson.version === 'string'
  ) {
    return packageJson.version;
  }
  throw new Error('package.json names no version');
}
