/**
 * The original's window as a prompt: version, system id with check and generate, URL with check,
 * interval, save and close. Nothing is written before Save.
 */
import { Separator, select } from '@inquirer/prompts';
import { buildInfo } from '../base/build-info.ts';
import { MonitorError } from '../base/errors.ts';
import { redactText } from '../base/redact.ts';
import type { Runtime } from '../base/runtime.ts';
import type { Configuration } from '../config/configuration.ts';
import { draftSettings, type SettingsDraft } from '../config/draft.ts';
import {
  createServerChecks,
  describeAnswer,
  type ServerChecks,
} from '../delivery/server-checks.ts';
import { type SettingKey, settingKeys } from '../settings/setting-table.ts';
import { showSetting } from '../settings/show.ts';
import { generateSystemId } from '../settings/system-id.ts';
import { askSetting } from './ask-setting.ts';

type Choice =
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
  readonly say: (text: string) => Promise<void>;
}

const mainKeys: readonly SettingKey[] = ['system_id', 'url', 'interval'];

/** Runs until Save, Close or Ctrl-C. */
export async function runConfigPrompt(
  configuration: Configuration,
  runtime: Runtime,
): Promise<void> {
  const say = (text: string) => runtime.stdout.write(`${text}\n`);
  const draft = draftSettings(configuration);
  const { unusable } = draft;
  if (unusable !== undefined) {
    await say(`${redactText(unusable.message)}\nThe defaults are shown instead.\n`);
  }
  await say(`System Monitor ${buildInfo().version}`);
  await say(`Configuration: ${configuration.locations.configuration.path}\n`);
  try {
    await untilClosed({ draft, runtime, say });
  } catch (error) {
    // Ctrl-C and Ctrl-D at a prompt: nothing was saved, and the user knows.
    if (!(error instanceof Error && error.name === 'ExitPromptError')) throw error;
    throw new MonitorError({
      code: 'CANCELLED',
      operation: 'change the settings',
      reason: 'it was left without saving',
    });
  }
}

async function untilClosed(prompt: Prompt): Promise<void> {
  let choice: Choice = 'edit-url';
  do {
    choice = await choose(prompt.draft, choice);
    await act(choice, prompt);
  } while (choice !== 'close' && choice !== 'save');
}

async function choose(draft: SettingsDraft, last: Choice): Promise<Choice> {
  const settings = draft.settings();
  const hasChanges = draft.hasChanges();
  return await select<Choice>({
    message: 'Settings',
    default: last,
    pageSize: 14,
    loop: false,
    choices: [
      { value: 'edit-id', name: `System ID   ${settings.system_id ?? '(none yet)'}` },
      { value: 'check-id', name: '  Check System ID' },
      { value: 'generate-id', name: '  Generate New' },
      { value: 'edit-url', name: `URL         ${showSetting('url', settings.url)}` },
      { value: 'check-url', name: '  Check URL' },
      { value: 'edit-interval', name: `Interval    ${settings.interval} s` },
      { value: 'more', name: 'More settings …' },
      new Separator(),
      { value: 'save', name: hasChanges ? 'Save (there are changes)' : 'Save' },
      { value: 'close', name: hasChanges ? 'Close without saving' : 'Close' },
    ],
  });
}

async function act(choice: Choice, prompt: Prompt): Promise<void> {
  const { draft, runtime, say } = prompt;
  switch (choice) {
    case 'edit-id':
      return await edit('system_id', 'System ID', draft);
    case 'edit-url':
      return await edit('url', 'URL', draft);
    case 'edit-interval':
      return await edit('interval', 'Interval (seconds)', draft);
    case 'generate-id':
      draft.change({ system_id: generateSystemId(runtime.platform, runtime.randomBytes) });
      return await say('New System ID Generated!');
    case 'check-url':
      return await check(prompt, (checks) => checks.url());
    case 'check-id': {
      const systemId = draft.settings().system_id;
      if (systemId === undefined) return await say('There is no System ID yet. Generate one.');
      return await check(prompt, (checks) => checks.systemId(systemId));
    }
    case 'more':
      return await editAnother(draft);
    case 'save':
      return await save(prompt);
    case 'close':
      return;
  }
}

async function edit(key: SettingKey, message: string, draft: SettingsDraft): Promise<void> {
  draft.change(await askSetting(key, message, draft.settings()));
}

async function editAnother(draft: SettingsDraft): Promise<void> {
  const settings = draft.settings();
  const others = settingKeys.filter((key) => !mainKeys.includes(key));
  const key = await select<SettingKey>({
    message: 'Setting',
    choices: others.map((other) => ({
      value: other,
      name: `${other} = ${showSetting(other, settings[other]) || '(empty)'}`,
    })),
    pageSize: 15,
  });
  await edit(key, key, draft);
}

async function check(
  { draft, runtime, say }: Prompt,
  question: (checks: ServerChecks) => Promise<Parameters<typeof describeAnswer>[0]>,
): Promise<void> {
  const checks = await createServerChecks(draft.settings(), runtime.environment);
  try {
    await say(describeAnswer(await question(checks)));
  } finally {
    await checks.close();
  }
}

async function save({ draft, say }: Prompt): Promise<void> {
  const { putAside } = await draft.save();
  if (putAside !== undefined) await say(`The file was damaged. It is kept as ${putAside}`);
  await say('Config saved. A running agent picks it up by itself.');
}
