/** What the commands of `spool` do, and what they show. */
import type { Command } from 'commander';
import { MonitorError } from '../base/errors.ts';
import { exitCodes } from '../base/exit-codes.ts';
import { forReader } from '../base/printable.ts';
import { plural } from '../base/units.ts';
import {
  type DropChoice,
  dropReports,
  listSpool,
  retryRejected,
  showReport,
  verifySpool,
} from '../spool/operations.ts';
import { type CliContext, spoolFolderOf } from './context.ts';
import { insistOnYes } from './insist.ts';
import type { ShowOptions } from './output/json-option.ts';
import { show, tell } from './output/show.ts';
import type { YesOption } from './yes-flag.ts';

export interface ChoiceOptions {
  readonly all?: true;
}

export type DropOptions = ChoiceOptions & YesOption & Pick<DropChoice, 'state'>;

export async function list(
  options: ShowOptions,
  command: Command,
  context: CliContext,
): Promise<void> {
  const { clock, disk } = context.runtime;
  const listing = listSpool(disk, await spoolFolderOf(command, context));
  await show(context.runtime, options, listing, async (_, columns) => {
    const { formatListing } = await import('./output/spool-listing.ts');
    return formatListing(listing, clock.epochMs() / 1000, columns);
  });
}

export async function showOne(key: string, command: Command, context: CliContext): Promise<void> {
  const { disk, stdout } = context.runtime;
  const { body, reason } = showReport(disk, await spoolFolderOf(command, context), key);
  await stdout.write(forReader(`${body}\n`, stdout));
  if (reason !== undefined) await tell(context.runtime, `Rejected: ${reason}`);
}

export async function retry(
  keys: readonly string[],
  options: ChoiceOptions,
  command: Command,
  context: CliContext,
): Promise<void> {
  const chosen = chooseKeys(keys, options, 'retry');
  const folder = await spoolFolderOf(command, context);
  const count = retryRejected(context.runtime.disk, folder, chosen);
  await tell(
    context.runtime,
    `${plural(count, 'report is', 'reports are')} waiting to be sent again.`,
  );
}

export async function drop(
  keys: readonly string[],
  options: DropOptions,
  command: Command,
  context: CliContext,
): Promise<void> {
  const { runtime } = context;
  const choice = chooseDrop(keys, options);
  const folder = await spoolFolderOf(command, context);
  const count =
    keys.length > 0 ? keys.length : listSpool(runtime.disk, folder)[choice.state].length;
  if (count > 0) {
    const what = choice.state === 'damaged' ? plural(count, 'damaged file') : unsent(count);
    await insistOnYes(runtime, options, 'delete reports', `Permanently delete ${what}?`);
  }
  const deleted = dropReports(runtime.disk, folder, choice);
  await tell(runtime, `${plural(deleted, 'report')} deleted.`);
}

export async function verify(command: Command, context: CliContext): Promise<void> {
  const { runtime } = context;
  const result = verifySpool(runtime.disk, await spoolFolderOf(command, context));
  const { checkedReports, damaged, damagedAside } = result;
  for (const { name, reason } of damaged) await runtime.stdout.write(`${name}: ${reason}\n`);
  await tell(
    runtime,
    `${plural(checkedReports, 'report')} checked, ${damaged.length} damaged; ${plural(damagedAside, 'damaged file')} put aside earlier`,
  );
  if (damaged.length > 0) context.setExitCode(exitCodes.unavailable);
}

function chooseKeys(
  keys: readonly string[],
  { all }: ChoiceOptions,
  verb: string,
): readonly string[] | 'all' {
  if (all === true && keys.length === 0) return 'all';
  if (all !== true && keys.length > 0) return keys;
  throw new MonitorError({
    code: 'USAGE',
    operation: `spool ${verb}`,
    reason: 'give either keys or --all',
    hint: 'See the keys with: system-monitor spool list',
  });
}

function unsent(count: number): string {
  return plural(count, 'report that no server has accepted', 'reports that no server has accepted');
}

function chooseDrop(keys: readonly string[], options: DropOptions): DropChoice {
  const { state } = options;
  const chosen = chooseKeys(keys, options, 'drop');
  if (state !== 'damaged') return { state, keys: chosen };
  if (chosen === 'all') return { state };
  throw new MonitorError({
    code: 'USAGE',
    operation: 'spool drop',
    reason: 'damaged files have no keys',
    hint: 'Delete all of them: system-monitor spool drop --state damaged --all',
  });
}
