import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from '@jest/globals';

const file = join(import.meta.dirname, '../../../src/delivery/lean-webassembly.ts');

test('V8 knows every flag, and WebAssembly still runs with them', () => {
  // The smallest module that computes: (func (export "f") (result i32) i32.const 42).
  const module = '0061736d010000000105016000017f03020100070501016600000a06010400412a0b';
  const program = `
    const { leanWebAssembly } = await import(${JSON.stringify(pathToFileURL(file).href)});
    leanWebAssembly();
    const instance = new WebAssembly.Instance(new WebAssembly.Module(Buffer.from('${module}', 'hex')));
    console.log(instance.exports.f());`;
  const words = ['--input-type=module', '--eval', program];
  const { stdout, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8' });
  expect({ stdout, stderr }).toEqual({ stdout: '42\n', stderr: '' });
});
