import { expect, test } from '@jest/globals';
import { makeDeaf, unheardVariables } from '../../../build/deaf-node.ts';

/** As names stand in Node: strings of C, sources and names among the constants of a snapshot. */
function nodeWith(more: string, names = unheardVariables): Buffer {
  return Buffer.from(`${names.map((name) => `\0${name}\0`).join('')}|${more}`, 'latin1');
}

test('a string of C becomes the empty one, a name in a source another name', () => {
  const program = nodeWith("process.env.NODE_DEBUG;['NODE_DEBUG']\u0003NODE_DEBUG\u0004");
  const { length } = program;
  makeDeaf(program, 'linux');
  const text = program.toString('latin1');
  expect(text).toContain("process.env._ODE_DEBUG;['_ODE_DEBUG']\u0003_ODE_DEBUG\u0004");
  expect(text).toContain('\0\0ODE_DEBUG\0');
  for (const name of unheardVariables) expect(text).not.toContain(name);
  expect(program).toHaveLength(length);
});

test('a name that is a part of another one stays', () => {
  const program = nodeWith('MY_NODE_DEBUG NODE_DEBUGGER NODE_PATHS');
  makeDeaf(program, 'linux');
  expect(program.toString('latin1')).toMatch(/\|MY_NODE_DEBUG NODE_DEBUGGER NODE_PATHS$/);
});

test('a Node that asks in other words is told to whoever builds', () => {
  const without = (name: string) => unheardVariables.filter((one) => one !== name);
  expect(() => makeDeaf(nodeWith('', without('NODE_OPTIONS')), 'win32')).toThrow(/^NODE_OPTIONS /);
  expect(() => makeDeaf(nodeWith('', without('UV_USE_IO_URING')), 'linux')).toThrow(/IO_URING/);
  makeDeaf(nodeWith('', without('UV_USE_IO_URING')), 'darwin');
});
