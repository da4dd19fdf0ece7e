/**
 * The executable's own main script: runs the entry chunk from the assets that were injected beside
 * it. Bundled by build/bundle.ts; nothing else imports it.
 */
import { getRawAsset } from 'node:sea';
import { createChunkLoader, type Require } from './chunks.ts';

/** Given by the build: the entry chunk, and the chunks that have a code cache. */
declare const entryChunk: string;
declare const cachedChunks: readonly string[];
declare const require: Require;

const withCache = new Set(cachedChunks);

const loader = createChunkLoader(
  {
    source: (name) => Buffer.from(getRawAsset(name)).toString('utf8'),
    codeCache: (name) =>
      withCache.has(name) ? Buffer.from(getRawAsset(`${name}.cache`)) : undefined,
  },
  require,
);

// src/base/build-info.ts tells it to whoever asks for `--version --verbose`.
Object.defineProperty(globalThis, 'systemMonitorCodeCache', {
  get: () => (withCache.size === 0 ? 'absent' : loader.rejected.length === 0 ? 'used' : 'rejected'),
});
loader.load(entryChunk);
