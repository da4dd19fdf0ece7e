/**
 * The original's window as a prompt: version, system id with check and generate, URL with check,
 * interval, save and close. Nothing is written before Save.
 */
import { Separator, select } from '@inquirer/prompts';
import { buildInfo } from '../base/build-info.ts';
import { MonitorError } from '../base/errors.ts';
import { redactText } from '../base/redact.ts';
import type { Configuration } from '../config/configuration.ts';
import { createServerChecks, describeAnswer } from '../delivery/server-checks.ts';
import { type SettingKey, settingKeys } from '../settings/setting-table.ts';
import { defaultSettings, type Settings, type SettingsFile } from '../settings/settings.ts';
import { showSetting } from '../settings/show.ts';
import { generateSystemId } from '../settings/system-id.ts';
import { askSetting } from './ask-setting.ts';
import type { CliContext } from './context.ts';

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

const mainKeys: readonly SettingKey[] = ['system_id', 'url', 'interval'];

/** Runs until Save, Close or Ctrl-C. */
export async function runConfigPrompt(
  configuration: Configuration,
  context: CliContext,
): Promise<void> {
  const { runtime } = context;
  const say = (text: string) => runtime.stdout.write(`${text}\n`);
  let settings = await loadOrDefaults(configuration, say);
  let changes: SettingsFile = {};
  let last: Choice = 'edit-url';

  await say(`System Monitor ${buildInfo().version}`);
  await say(`Configuration: ${configuration.locations.configuration.path}\n`);
  try {
    for (;;) {
      const choice = await ask(settings, Object.keys(changes).length > 0, last);
      last = choice;
      if (choice === 'close') return;
      if (choice === 'save') {
        await save();
        return;
      }
      await act(choice);
    }
  } catch (error) {
    // Ctrl-C and Ctrl-D at a prompt: nothing was saved, and the user knows.
    if (!(error instanceof Error && error.name === 'ExitPromptError')) throw error;
    throw new MonitorError({
      code: 'CANCELLED',
      operation: 'change the settings',
      reason: 'left without saving',
    });
  }

  async function act(choice: Exclude<Choice, 'save' | 'close'>): Promise<void> {
    switch (choice) {
      case 'edit-id':
        return await edit('system_id', 'System ID');
      case 'edit-url':
        return await edit('url', 'URL');
      case 'edit-interval':
        return await edit('interval', 'Interval (seconds)');
      case 'generate-id':
        change({ system_id: generateSystemId(runtime.platform, runtime.randomBytes) });
        return await say('New System ID Generated!');
      case 'check-url':
        return await check((checks) => checks.url());
      case 'check-id': {
        const systemId = settings.system_id;
        if (systemId === undefined) return await say('There is no System ID yet: generate one.');
        return await check((checks) => checks.systemId(systemId));
      }
      case 'more':
        return await editAnother();
    }
  }

  async function edit(key: SettingKey, message: string): Promise<void> {
    change(await askSetting(key, message, settings));
  }

  async function editAnother(): Promise<void> {
    const others = settingKeys.filter((key) => !mainKeys.includes(key));
    const key = await select<SettingKey>({
      message: 'Setting',
      choices: others.map((other) => ({
        value: other,
        name: `${other} = ${showSetting(other, settings[other]) || '(empty)'}`,
      })),
      pageSize: 15,
    });
    await edit(key, key);
  }

  async function check(
    question: (
      checks: Awaited<ReturnType<typeof createServerChecks>>,
    ) => Promise<Parameters<typeof describeAnswer>[0]>,
  ): Promise<void> {
    const checks = await createServerChecks(settings, runtime.environment);
    try {
      await say(describeAnswer(await question(checks)));
    } finally {
      await checks.close();
    }
  }

  function change(next: SettingsFile): void {
    changes = { ...changes, ...next };
    settings = { ...settings, ...next };
  }

  async function save(): Promise<void> {
    const { putAside } = await configuration.save(changes);
    if (putAside !== undefined) await say(`The file was damaged; it is kept as ${putAside}`);
    await say('Config saved. A running monitor takes it over by itself.');
  }
}

/** A damaged or wrong file must not lock its owner out of the very prompt that mends it. */
async function loadOrDefaults(
  configuration: Configuration,
  say: (text: string) => Promise<void>,
): Promise<Settings> {
  try {
    return configuration.load().settings;
  } catch (error) {
    if (!(error instanceof MonitorError) || error.code !== 'CONFIG_INVALID') throw error;
    await say(`${redactText(error.message)}\nThe defaults are shown instead.\n`);
    return defaultSettings;
  }
}

async function ask(settings: Settings, hasChanges: boolean, last: Choice): Promise<Choice> {
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
