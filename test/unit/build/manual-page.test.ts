import { expect, test } from '@jest/globals';
import { Command } from 'commander';
import { manualPage } from '../../../build/manual-page.ts';
import { exitCodeRows } from '../../../src/base/exit-codes.ts';

function page(): string {
  const program = new Command('tool').description("'tis a tool").option('--top <x>', 'for all');
  program.command('plain').description('.begins with a stop').option('--only', 'for one');
  const group = program.command('group').description('has commands');
  group.command('child <needed> [more...]').description('takes a back\\slash');
  return manualPage({ program, version: '1.2.3', sourceEpoch: 1_800_000_000 });
}

test('every command is in the manual page, grouped ones under their whole name', () => {
  expect(page()).toContain('\\fBplain\\fR');
  expect(page()).toContain('.SS group');
  expect(page()).toContain('\\fBgroup child\\fR <needed> [more...]');
});

test('options stand with their command', () => {
  const lines = page().split('\n');
  const at = (text: string) => lines.findIndex((line) => line.includes(text));
  expect(at('\\-\\-top <x>')).toBeLessThan(at('.SH COMMANDS'));
  expect(at('\\-\\-only')).toBeGreaterThan(at('\\fBplain\\fR'));
});

test('what roff would take for a command or an escape is text', () => {
  expect(page()).toContain("\n\\&'tis a tool.");
  expect(page()).toContain('\n\\&.begins with a stop.');
  expect(page()).toContain('Takes a back\\eslash.');
});

test('the date is that of the source, not of the build', () => {
  expect(page()).toContain('.TH TOOL 1 2027-01-15 "tool 1.2.3"');
});

test('every exit code is told with its meaning, and what it says after a command', () => {
  const status = page().split('.SH EXIT STATUS')[1]?.split('.SH FILES')[0] ?? '';
  for (const { code } of exitCodeRows) expect(status).toContain(`.TP\n.B ${code}\n`);
  expect(status).toContain('.B 64\nWrong command line. There is no such command,');
  expect(status).toContain('After "service status": it is not running.');
});
