/** `spool …`: see and settle what waits to be sent. It works while the monitor runs, or not. */
import { join } from 'node:path';
import type { Command } from 'commander';
import { MonitorError } from '../base/errors.ts';
import { exitCodes } from '../base/exit-codes.ts';
import { type CliContext, locationOptions } from './context.ts';

const states = ['pending', 'rejected', 'damaged'] as const;
type SpoolState = (typeof states)[number];

export function defineSpoolCommand(program: Command, context: CliContext): void {
  const { runtime } = context;
  const spool = program.command('spool').description('see and settle the reports that wait');

  spool
    .command('list')
    .description('list what waits, what was rejected and what is damaged')
    .option('--json', 'print JSON, which is also what a pipe gets')
    .action(async (options: { readonly json?: true }) => {
      const [{ listSpool }, { formatListing }] = await Promise.all([
        import('../spool/operations.ts'),
        import('./output/spool-listing.ts'),
      ]);
      const listing = listSpool(runtime.disk, await folder());
      const asJson = options.json === true || !runtime.stdout.isTerminal;
      const text = asJson
        ? `${JSON.stringify(listing, null, 2)}\n`
        : formatListing(listing, runtime.clock.epochMs() / 1000, runtime.stdout.columns() ?? 80);
      await runtime.stdout.write(text);
    });

  spool
    .command('show <key>')
    .description('print one report as it goes to the server')
    .action(async (key: string) => {
      const { showReport } = await import('../spool/operations.ts');
      const { body, reason } = showReport(runtime.disk, await folder(), key);
      await runtime.stdout.write(`${body}\n`);
      if (reason !== undefined) await runtime.stderr.write(`Rejected: ${reason}\n`);
    });

  spool
    .command('retry [keys...]')
    .description('put rejected reports back in line')
    .option('--all', 'all of them')
    .action(async (keys: readonly string[], options: { readonly all?: true }) => {
      const chosen = chooseKeys(keys, options.all, 'retry');
      const { retryRejected } = await import('../spool/operations.ts');
      const count = retryRejected(runtime.disk, await folder(), chosen);
      await runtime.stderr.write(`${count} reports are back in line.\n`);
    });

  spool
    .command('drop [keys...]')
    .description('delete reports for good')
    .option('--all', 'all of that state')
    .option('--state <state>', `which ones: ${states.join(', ')}`, 'rejected')
    .action(
      async (keys: readonly string[], options: { readonly all?: true; readonly state: string }) => {
        const state = knownState(options.state);
        const chosen = chooseKeys(keys, options.all, 'drop');
        if (state === 'damaged' && chosen !== 'all') throw damagedGoTogether();
        const { dropReports } = await import('../spool/operations.ts');
        const choice = state === 'damaged' ? { state } : { state, keys: chosen };
        const count = dropReports(runtime.disk, await folder(), choice);
        await runtime.stderr.write(`${count} deleted.\n`);
      },
    );

  spool
    .command('verify')
    .description('check every report that lies here; nothing is changed')
    .action(async () => {
      const { verifySpool } = await import('../spool/operations.ts');
      const result = verifySpool(runtime.disk, await folder());
      for (const { name, reason } of result.damaged) {
        await runtime.stdout.write(`${name}: ${reason}\n`);
      }
      await runtime.stderr.write(
        `${result.checkedReports} checked, ${result.damaged.length} damaged, ` +
          `${result.damagedAside} put aside earlier\n`,
      );
      if (result.damaged.length > 0) context.setExitCode(exitCodes.unavailable);
    });

  async function folder(): Promise<string> {
    const { findLocations } = await import('../config/locations.ts');
    return join(findLocations(locationOptions(spool, runtime)).state.path, 'spool');
  }
}

function chooseKeys(
  keys: readonly string[],
  all: true | undefined,
  verb: string,
): readonly string[] | 'all' {
  if (all === true && keys.length === 0) return 'all';
  if (all !== true && keys.length > 0) return keys;
  throw new MonitorError({
    code: 'USAGE',
    operation: `spool ${verb}`,
    reason: 'it takes keys, or --all, and not both',
    hint: 'The keys are those of "system-monitor spool list".',
  });
}

function knownState(text: string): SpoolState {
  const state = states.find((known) => known === text);
  if (state !== undefined) return state;
  throw new MonitorError({
    code: 'USAGE',
    operation: `read flag --state ${text}`,
    reason: `it takes ${states.join(', ')}`,
  });
}

function damagedGoTogether(): MonitorError {
  return new MonitorError({
    code: 'USAGE',
    operation: 'spool drop',
    reason: 'damaged files have no keys',
    hint: 'Delete all of them: system-monitor spool drop --state damaged --all',
  });
}
