/**
 * Makes the code caches: runs the program once, in the target's own Node, and writes what V8 has
 * compiled of each chunk when it ends. A cache made after the run holds the functions that the run
 * called; one made before holds only the outermost, and V8 parses the rest again at every start.
 *
 * node recorder.cjs <folder of the chunks> <entry chunk> <folder for the caches> [word …]
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import v8 from 'node:v8';
import { createChunkLoader, type Require } from './chunks.ts';

declare const require: Require;

const [node = '', , chunks = '', entry = '', caches = '', ...words] = process.argv;
// As in the executable, where Node repeats the program's own name as the first word.
process.argv = [node, node, ...words];

// V8 takes a cache only under the flags that it was made with. Those that the program sets while it
// runs (src/delivery/lean-webassembly.ts) are not set yet when the executable loads its chunks.
v8.setFlagsFromString = () => {};

const loader = createChunkLoader(
  { source: (name) => readFileSync(join(chunks, name), 'utf8'), codeCache: () => undefined },
  require,
);

process.once('exit', () => {
  for (const [name, script] of loader.compiled) {
    writeFileSync(join(caches, `${name}.cache`), script.createCachedData());
  }
});
loader.load(entry);
