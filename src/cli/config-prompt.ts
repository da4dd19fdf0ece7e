/**
 * The original's window as a prompt: version, system id with check and generate, URL with check,
 * interval, save and close. Nothing is written before Save.
 */
import { confirm, Separator, select } from '@inquirer/prompts';
import { buildInfo } from '../base/build-info.ts';
import { MonitorError } from '../base/errors.ts';
import { printable } from '../base/printable.ts';
import { redactText } from '../base/redact.ts';
import type { Runtime } from '../base/runtime.ts';
import { abortOnSignals } from '../base/signals.ts';
import type { Configuration } from '../config/configuration.ts';
import { draftSettings, type SettingsDraft } from '../config/draft.ts';
import {
  createServerChecks,
  describeAnswer,
  type ServerChecks,
} from '../delivery/server-checks.ts';
import {
  environmentName,
  flagName,
  type SettingKey,
  settingKeys,
} from '../settings/setting-table.ts';
import type { Settings } from '../settings/settings.ts';
import { showSetting } from '../settings/show.ts';
import { generateSystemId } from '../settings/system-id.ts';
import { askSetting, isConfirmed, orBack, proposedName } from './ask-setting.ts';
import { isSureOfId, savedId } from './insist.ts';

type Choice =
  | 'edit-name'
  | 'edit-id'
  | 'check-id'
  | 'generate-id'
  | 'edit-url'
  | 'check-url'
  | 'edit-interval'
  | 'more'
  | 'save'
  | 'close';

interface Prompt {
  readonly draft: SettingsDraft;
  readonly runtime: Runtime;
  readonly namedFiles: Configuration['namedFiles'];
  readonly say: (text: string) => Promise<void>;
  /** As it was saved when the prompt was opened. */
  readonly idBefore: string | undefined;
}

const mainKeys: readonly SettingKey[] = ['name', 'system_id', 'url', 'interval'];

/** Runs until Save or Close. Esc and Ctrl-C go one step back, and leave from the first one. */
export async function runConfigPrompt(
  configuration: Configuration,
  runtime: Runtime,
): Promise<void> {
  const say = (text: string) => runtime.stdout.write(`${text}\n`);
  const draft = await openDraft(configuration, runtime, say);
  await say(`System Monitor ${buildInfo().version}`);
  await say(`Configuration: ${configuration.locations.configuration.path}\n`);
  const { namedFiles } = configuration;
  await untilClosed({ draft, runtime, say, namedFiles, idBefore: savedId(configuration) });
}

/** A damaged file must not lock its owner out of what mends it. */
async function openDraft(
  configuration: Configuration,
  runtime: Runtime,
  say: Prompt['say'],
): Promise<SettingsDraft> {
  try {
    return draftSettings(configuration);
  } catch (error) {
    if (!(error instanceof MonitorError) || error.code !== 'CONFIG_INVALID') throw error;
    await say(redactText(error.message));
    const message = 'Repair it? What can be read is saved, and the old file is kept next to it.';
    if ((await orBack(runtime, (context) => confirm({ message }, context))) !== true) throw error;
  }
  const { settings, unreadable, keptAs } = await configuration.repair();
  await say(`Read: ${Object.keys(settings).join(', ') || 'nothing'}`);
  if (unreadable.length > 0)
    await say(`Could not be read: ${unreadable.map(printable).join(', ')}`);
  if (keptAs !== undefined) await say(`The old file is kept as ${keptAs}\n`);
  return draftSettings(configuration);
}

async function untilClosed(prompt: Prompt): Promise<void> {
  let last: Choice = 'edit-url';
  for (;;) {
    const choice = await orBack(prompt.runtime, (context) => choose(prompt.draft, last, context));
    const isLeaving = choice === undefined || choice === 'close';
    if (isLeaving && (await mayLeave(prompt))) {
      if (choice === 'close') return;
      throw new MonitorError({
        code: 'CANCELLED',
        operation: 'change the settings',
        reason: 'it was left without saving',
      });
    }
    if (choice === 'save' && (await save(prompt))) return;
    if (!isLeaving && choice !== 'save') await act(choice, prompt);
    last = choice ?? last;
  }
}

/** Leaving a second time is meant. */
async function mayLeave({ draft, runtime }: Prompt): Promise<boolean> {
  if (!draft.hasChanges()) return true;
  const message = 'There are unsaved changes. Leave anyway?';
  const answer = await orBack(runtime, (context) => confirm({ message, default: false }, context));
  return answer ?? true;
}

async function choose(
  draft: SettingsDraft,
  last: Choice,
  context: { readonly signal: AbortSignal },
): Promise<Choice> {
  const hasChanges = draft.hasChanges();
  return await select<Choice>(
    {
      message: 'Settings',
      default: last,
      pageSize: 14,
      loop: false,
      choices: [
        { value: 'edit-name', name: `Name        ${describe(draft, 'name') || '(none)'}` },
        { value: 'edit-id', name: `System ID   ${describe(draft, 'system_id') || '(none yet)'}` },
        { value: 'check-id', name: '  Check System ID' },
        { value: 'generate-id', name: '  Generate New' },
        { value: 'edit-url', name: `URL         ${describe(draft, 'url')}` },
        { value: 'check-url', name: '  Check URL' },
        { value: 'edit-interval', name: `Interval    ${describe(draft, 'interval', ' s')}` },
        { value: 'more', name: 'More settings …' },
        new Separator(),
        { value: 'save', name: hasChanges ? 'Save (there are changes)' : 'Save' },
        { value: 'close', name: hasChanges ? 'Close without saving' : 'Close' },
      ],
    },
    context,
  );
}

/** The value, what is wrong with it, and whether it is from outside the file. */
function describe(draft: SettingsDraft, key: SettingKey, unit = ''): string {
  const problem = draft.problemOf(key);
  if (problem !== undefined) return `(wrong) ${problem.reason}`;
  const value = showSetting(key, draft.settings()[key]);
  const from = outsideSource(draft, key);
  return `${value}${value === '' ? '' : unit}${from === undefined ? '' : ` (from ${from})`}`;
}

/** Of a setting that the file does not decide. */
function outsideSource(draft: SettingsDraft, key: SettingKey): string | undefined {
  const source = draft.sourceOf(key);
  if (source === 'environment') return `the environment variable ${environmentName(key)}`;
  if (source === 'flag') return `the flag ${flagName(key)}`;
  return source === 'state' ? 'the state folder' : undefined;
}

/** False where a new id was asked about and is not to be. */
async function save({ draft, runtime, say, idBefore }: Prompt): Promise<boolean> {
  if (!(await isSureOfId(runtime, {}, idBefore, draft.inFile('system_id')))) return false;
  await draft.save();
  await say('Config saved. A running agent picks it up by itself.');
  return true;
}

async function act(choice: Exclude<Choice, 'save' | 'close'>, prompt: Prompt): Promise<void> {
  const { draft, runtime, say } = prompt;
  switch (choice) {
    case 'edit-name':
      return await edit('name', 'Name (for people; empty for none)', prompt, proposedName(runtime));
    case 'edit-id':
      return await edit('system_id', 'System ID', prompt);
    case 'edit-url':
      return await edit('url', 'URL', prompt);
    case 'edit-interval':
      return await edit('interval', 'Interval (seconds)', prompt);
    case 'generate-id':
      if (!(await mayChange('system_id', prompt))) return;
      draft.change({ system_id: generateSystemId(runtime.platform, runtime.randomBytes) });
      return await say('New System ID Generated!');
    case 'check-url':
      return await check(prompt, (checks, signal) => checks.url(signal));
    case 'check-id': {
      const systemId = draft.settings().system_id;
      if (systemId === undefined) return await say('There is no System ID yet. Generate one.');
      return await check(prompt, (checks, signal) => checks.systemId(systemId, signal));
    }
    case 'more':
      return await editAnother(prompt);
  }
}

/** `proposal` stands in the line where the file says nothing; it is taken by whoever leaves it there. */
async function edit<Key extends SettingKey>(
  key: Key,
  message: string,
  prompt: Prompt,
  proposal?: Settings[Key],
): Promise<void> {
  const { draft, runtime } = prompt;
  if (!(await mayChange(key, prompt))) return;
  const isSaid = draft.inFile(key) !== undefined;
  const fallback = draft.sourceOf(key) === undefined ? draft.settings()[key] : undefined;
  const value = isSaid ? draft.inFile(key) : (proposal ?? fallback);
  const changes = await orBack(runtime, (context) => askSetting(key, message, value, context));
  // A default that was left as it stood is still nobody's word.
  const isDefault = !isSaid && proposal === undefined && changes?.[key] === value;
  if (changes !== undefined && !isDefault) draft.change(changes);
}

/** What the environment says holds, whatever the file says. */
async function mayChange(key: SettingKey, { draft, runtime }: Prompt): Promise<boolean> {
  const from = outsideSource(draft, key);
  if (from === undefined || draft.sourceOf(key) === 'state') return true;
  return await isConfirmed(runtime, `${from} overrides the file. Change the file anyway?`);
}

async function editAnother(prompt: Prompt): Promise<void> {
  const others = settingKeys.filter((key) => !mainKeys.includes(key));
  const choices = others.map((other) => ({
    value: other,
    name: `${other} = ${describe(prompt.draft, other) || '(empty)'}`,
  }));
  const key = await orBack(prompt.runtime, (context) =>
    select<SettingKey>({ message: 'Setting', choices, pageSize: 15 }, context),
  );
  if (key !== undefined) await edit(key, key, prompt);
}

async function check(
  { draft, runtime, say, namedFiles }: Prompt,
  question: (
    checks: ServerChecks,
    signal: AbortSignal,
  ) => Promise<Parameters<typeof describeAnswer>[0]>,
): Promise<void> {
  const wrong = draft.problemOf('url');
  if (wrong !== undefined) return await say(wrong.reason);
  const settings = draft.settings();
  await say(`Asking ${showSetting('url', settings.url)} … (Ctrl-C cancels)`);
  const { signal, release } = abortOnSignals(runtime);
  try {
    const checks = await createServerChecks(namedFiles(), settings, runtime.environment);
    try {
      const answer = await question(checks, signal);
      await say(signal.aborted ? 'Cancelled.' : describeAnswer(answer));
    } finally {
      await checks.close();
    }
  } finally {
    release();
  }
}
