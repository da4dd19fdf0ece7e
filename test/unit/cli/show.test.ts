import { expect, test } from '@jest/globals';
import type { OutputStream } from '../../../src/base/runtime.ts';
import { show, tell, wantsJson } from '../../../src/cli/output/show.ts';

function stream(isTerminal: boolean): { readonly stream: OutputStream; text(): string } {
  let written = '';
  return {
    stream: {
      isTerminal,
      columns: () => 33,
      write: async (text) => {
        written += text;
      },
    },
    text: () => written,
  };
}

test.each([
  ['a terminal', true, {}, false],
  ['a terminal with --json', true, { json: true }, true],
  ['a pipe', false, {}, true],
  ['a pipe with --json', false, { json: true }, true],
] as const)('%s gets JSON: it is %s a terminal, %j', (_, isTerminal, options, isJson) => {
  expect(wantsJson(options, { stdout: stream(isTerminal).stream })).toBe(isJson);
});

test('people get the text, as wide as their terminal', async () => {
  const { stream: stdout, text } = stream(true);
  await show({ stdout }, {}, { a: 1 }, ({ a }, columns) => `${a} in ${columns} columns\n`);
  expect(text()).toBe('1 in 33 columns\n');
});

test('a pipe gets the value, and the text is not even made', async () => {
  const { stream: stdout, text } = stream(false);
  await show({ stdout }, {}, { a: 1 }, () => {
    throw new Error('nobody reads it');
  });
  expect(text()).toBe('{\n  "a": 1\n}\n');
});

test('messages are lines of standard error', async () => {
  const { stream: stderr, text } = stream(false);
  await tell({ stderr }, 'Removed.', 'Kept: /a');
  expect(text()).toBe('Removed.\nKept: /a\n');
});
