/**
 * Asks before something is done that cannot be undone, where a person is there to answer. A script is
 * asked nothing: what it says is meant.
 */
import { MonitorError } from '../base/errors.ts';
import type { Runtime } from '../base/runtime.ts';
import type { Configuration } from '../config/configuration.ts';
import { showSetting } from '../settings/show.ts';
import type { YesOption } from './yes-flag.ts';

/** A prompt reads from the one and is shown on the other. */
export function isAtTerminal({ stdin, stdout }: Pick<Runtime, 'stdin' | 'stdout'>): boolean {
  return stdin.isTerminal && stdout.isTerminal;
}

/** Throws CANCELLED where a person answers anything but yes. `operation` is verb and object. */
export async function insistOnYes(
  runtime: Pick<Runtime, 'stdin' | 'stdout'>,
  options: YesOption,
  operation: string,
  question: string,
): Promise<void> {
  if (!(await isSure(runtime, options, question))) throw cancelled(operation);
}

async function isSure(
  runtime: Pick<Runtime, 'stdin' | 'stdout'>,
  { yes }: YesOption,
  message: string,
): Promise<boolean> {
  if (yes === true || !isAtTerminal(runtime)) return true;
  const { isConfirmed } = await import('./ask-setting.ts');
  return await isConfirmed(runtime, message);
}

/** The id that a new one would take the place of, in the file or kept beside the reports. */
export function savedId({ loadGood }: Pick<Configuration, 'loadGood'>): string | undefined {
  const { file, settings, sources } = loadGood();
  const isKept = sources.get('system_id') === 'state';
  return file?.system_id ?? (isKept ? settings.system_id : undefined);
}

/** Whether an id may take another one's place: to its server this is another machine then. */
export async function isSureOfId(
  runtime: Pick<Runtime, 'stdin' | 'stdout'>,
  options: YesOption,
  before: string | undefined,
  after: string | undefined,
): Promise<boolean> {
  if (before === undefined || after === undefined || before === after) return true;
  const [old, next] = [before, after].map((id) => showSetting('system_id', id));
  const question = `The system id of this machine is ${old}. Change it to ${next}? The server will then take it for a different machine.`;
  return await isSure(runtime, options, question);
}

/** As `isSureOfId`; throws CANCELLED where it may not. */
export async function insistOnNewId(...asked: Parameters<typeof isSureOfId>): Promise<void> {
  if (!(await isSureOfId(...asked))) throw cancelled('change the system id');
}

function cancelled(operation: string): MonitorError {
  return new MonitorError({ code: 'CANCELLED', operation, reason: 'nothing was changed' });
}
