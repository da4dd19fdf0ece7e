/**
 * How the executable runs its program: the bundle is cut into chunks along its `import()`s, and a
 * chunk is read and compiled when it is first required, with V8's code cache where one was made.
 * So a start pays for what it reaches and for nothing else.
 *
 * This file is shared by the executable's loader and by the recorder that makes the caches: V8
 * takes a cache only for a source of the same length, compiled under the same flags.
 */
import { Script } from 'node:vm';

export interface ChunkStore {
  source(name: string): string;
  /** The chunk's code cache, or undefined where none was made. */
  codeCache(name: string): Uint8Array | undefined;
}

/** CommonJS's `require`: here the platform's own, for Node's modules. */
export type Require = (name: string) => unknown;

export interface ChunkLoader {
  /** Runs a chunk, and what it requires, once; returns its exports. */
  load(name: string): unknown;
  /** Every chunk that has been compiled, for the recorder. */
  readonly compiled: ReadonlyMap<string, Script>;
  /** Names of the chunks whose cache V8 refused. */
  readonly rejected: readonly string[];
}

type ChunkFunction = (require: Require, module: { exports: unknown }, exports: unknown) => void;

/** Chunks require each other by this prefix, Node's modules by any other name. */
const chunkPrefix = './';

export function createChunkLoader(store: ChunkStore, requireFromNode: Require): ChunkLoader {
  const modules = new Map<string, { exports: unknown }>();
  const compiled = new Map<string, Script>();
  const rejected: string[] = [];

  function compile(name: string): ChunkFunction {
    const cachedData = store.codeCache(name);
    const script = new Script(store.source(name), {
      filename: `system-monitor/${name}`,
      ...(cachedData === undefined ? {} : { cachedData }),
    });
    if (script.cachedDataRejected === true) rejected.push(name);
    compiled.set(name, script);
    // The build wraps every chunk in a function expression of exactly this shape (bundle.ts).
    return script.runInThisContext() as ChunkFunction;
  }

  function requireFromChunk(name: string): unknown {
    return name.startsWith(chunkPrefix)
      ? load(name.slice(chunkPrefix.length))
      : requireFromNode(name);
  }

  function load(name: string): unknown {
    const known = modules.get(name);
    if (known !== undefined) return known.exports;
    const module = { exports: {} };
    // Registered before it runs: chunks may import each other in a circle, as ES modules may.
    modules.set(name, module);
    compile(name)(requireFromChunk, module, module.exports);
    return module.exports;
  }

  return { load, compiled, rejected };
}
