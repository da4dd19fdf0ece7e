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

const hostile = 'a\u001b[2J\u007f\u009b31m\u202e\u2066\u{e0041}"\\\n';

test('JSON at a terminal holds nothing that the terminal obeys, and is the same JSON', async () => {
  const { stream: stdout, text } = stream(true);
  await show({ stdout }, { json: true }, { [hostile]: hostile, lines: ['é', '監視'] }, () => '');
  expect(text()).not.toMatch(/[\p{Cf}\p{Cs}\p{Zl}\p{Zp}]|(?!\n)\p{Cc}/u);
  expect(text()).toContain('監視');
  expect(JSON.parse(text())).toEqual({ [hostile]: hostile, lines: ['é', '監視'] });
});

test('a pipe gets those characters as they are', async () => {
  const { stream: stdout, text } = stream(false);
  await show({ stdout }, {}, hostile, () => '');
  expect(text()).toBe(`${JSON.stringify(hostile)}\n`);
});

test('messages at a terminal hold none of them either, and keep their lines', async () => {
  const { stream: stderr, text } = stream(true);
  await tell({ stderr }, 'read /mnt/\u001b[2J: denied', 'and so on');
  expect(text()).toBe('read /mnt/\\u001b[2J: denied\nand so on\n');
});

test('a number beyond 2^53 is shown with all its digits', async () => {
  const { stream: stdout, text } = stream(false);
  await show({ stdout }, {}, { bytes: 2n ** 64n - 1n, less: 7 }, () => '');
  expect(text()).toBe('{\n  "bytes": 18446744073709551615,\n  "less": 7\n}\n');
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
