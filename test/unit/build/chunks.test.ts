import { createRequire } from 'node:module';
import { expect, test } from '@jest/globals';
import { type ChunkLoader, createChunkLoader } from '../../../build/embedded/chunks.ts';

function loaderOf(
  sources: Readonly<Record<string, string>>,
  caches: Readonly<Record<string, Uint8Array>> = {},
): ChunkLoader {
  return createChunkLoader(
    {
      source: (name) => `(function(require,module,exports){${sources[name] ?? ''}\n})`,
      codeCache: (name) => caches[name],
    },
    createRequire(import.meta.url),
  );
}

test('a chunk runs once, however often it is required', () => {
  const loader = loaderOf({
    'a.js': `require('./b.js').count++; require('./b.js').count++; module.exports = require('./b.js');`,
    'b.js': `exports.count = 0;`,
  });
  expect(loader.load('a.js')).toEqual({ count: 2 });
});

test('chunks that require each other in a circle both load', () => {
  const loader = loaderOf({
    'a.js': `exports.name = 'a'; exports.other = () => require('./b.js').name;`,
    'b.js': `const a = require('./a.js'); exports.name = 'b of ' + a.name;`,
  });
  const a = loader.load('a.js') as { other: () => string };
  expect(a.other()).toBe('b of a');
});

test("Node's own modules come from Node", () => {
  const loader = loaderOf({
    'a.js': `module.exports = require('node:path').posix.join('x', 'y');`,
  });
  expect(loader.load('a.js')).toBe('x/y');
});

test('a code cache of the same source is used, and one of another is named and does no harm', () => {
  const source = { 'a.js': `module.exports = (() => 'ran')();` };
  const first = loaderOf(source);
  first.load('a.js');
  const cache = first.compiled.get('a.js')?.createCachedData() ?? new Uint8Array();
  expect(cache.length).toBeGreaterThan(0);

  const same = loaderOf(source, { 'a.js': cache });
  expect(same.load('a.js')).toBe('ran');
  expect(same.rejected).toEqual([]);

  const other = loaderOf({ 'a.js': `module.exports = (() => 'ran anew')();` }, { 'a.js': cache });
  expect(other.load('a.js')).toBe('ran anew');
  expect(other.rejected).toEqual(['a.js']);
});
