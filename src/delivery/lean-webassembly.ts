import { setFlagsFromString } from 'node:v8';

/**
 * Keeps V8 from compiling undici's HTTP parser a second time, by its optimizing compiler, whose
 * memory stays with the process: 9 MB for an agent that parses one answer an interval. What is
 * parsed is a few hundred bytes, so nothing is lost.
 *
 * To be called before the first connection, which compiles the parser, and not given on the command
 * line: there the flags would make V8 refuse the code cache inside Node, and every start 5 ms longer.
 * The names are those of `node --v8-options`; of one that it does not know V8 complains on standard
 * error and goes on.
 */
export function leanWebAssembly(): void {
  for (const flag of [
    '--liftoff',
    '--no-wasm-tier-up',
    '--no-wasm-dynamic-tiering',
    '--wasm-lazy-compilation',
  ]) {
    setFlagsFromString(flag);
  }
}
