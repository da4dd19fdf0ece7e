import { expect, test } from '@jest/globals';
import { digestOf, parseTokens } from '../../../server-example/tokens.ts';

const secret = 'secret-0123456789abcdef';

function parse(line: string) {
  const token = parseTokens(line, 'file').get(digestOf(secret));
  if (token === undefined) throw new Error('no token');
  return token;
}

for (const [line, permissions] of [
  [secret, ['manage', 'report', 'view']],
  [`report ${secret}`, ['report']],
  [`view ${secret}`, ['view']],
  [`manage ${secret}`, ['manage', 'view']],
  [`  report\tview  ${secret}  # both`, ['report', 'view']],
  [`report id=a ${secret}`, ['report']],
] as const) {
  test(`"${line}" may ${permissions.join(', ')}`, () => {
    expect([...parse(line).permissions].sort()).toEqual(permissions);
  });
}

for (const [pattern, yes, no] of [
  ['id=web-1', ['web-1'], ['web-10', 'Web-1', 'web-']],
  ['id=web-*', ['web-', 'web-1', 'web-*'], ['web', ' web-1']],
  ['id=*-db', ['-db', 'a-db'], ['a-db-', 'db']],
  ['id=a*b*c', ['abc', 'a-b-c', 'abbc', 'abcbc'], ['ab', 'acb', 'cba']],
  ['id=ab*ba', ['abba', 'ab-ba'], ['aba', 'ab']],
  ['id=my%20box%23%2A', ['my box#*'], ['my box#1']],
  ['id=a id=b', ['a', 'b'], ['c']],
  ['id=*', ['a', 'ä\u2028'], []],
] as const) {
  test(`report ${pattern} is for ${yes.join(' and ')} alone`, () => {
    const { mayReportAs } = parse(`report ${pattern} ${secret}`);
    expect(yes.filter((id) => !mayReportAs(id))).toEqual([]);
    expect(no.filter((id) => mayReportAs(id))).toEqual([]);
  });
}

test('a pattern of many stars takes no longer for an id that nearly fits', () => {
  const { mayReportAs } = parse(`report id=${'*a'.repeat(60)}*b ${secret}`);
  expect(mayReportAs('a'.repeat(200))).toBe(false);
});

test('a token may be bounded in the systems that it registers', () => {
  expect(parse(`report systems=50 ${secret}`).systemsMax).toBe(50);
  expect(parse(`report ${secret}`).systemsMax).toBe(Number.POSITIVE_INFINITY);
});

for (const [name, content, reason] of [
  ['no token', '# nothing\n', 'file: there is no token in it'],
  ['a short token', 'secret\n', 'line 1: must be'],
  ['an unknown word', `${secret}\nadmin ${secret}\n`, 'line 2: must be'],
  ['no token after its bounds', 'report id=web-0123456789abcdef\n', 'line 1: must be'],
  ['a bound that is none', `report systems=0 ${secret}\n`, 'line 1: must be'],
  ['a bound of nothing that reports', `view id=a ${secret}\n`, 'line 1: id= and systems= need'],
  ['a damaged id', `report id=%FF ${secret}\n`, 'line 1: '],
] as const) {
  test(`a file with ${name} is refused`, () => {
    expect(() => parseTokens(content, 'file')).toThrow(reason);
  });
}
