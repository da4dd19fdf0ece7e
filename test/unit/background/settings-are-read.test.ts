/**
 * A setting that nobody reads passes types and lint, and does nothing. Here the background process
 * is put together for real, out of settings that remember who was read.
 */
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { composeBackground } from '../../../src/background/compose.ts';
import { createMakers, createSettingsLogger } from '../../../src/background/parts.ts';
import { partNames } from '../../../src/collectors/index.ts';
import { createRuntime } from '../../../src/main.ts';
import { settingKeys } from '../../../src/settings/setting-table.ts';
import { defaultSettings } from '../../../src/settings/settings.ts';
import { listCases, runCase } from '../../support/captured-case.ts';
import { createRecordingSettings } from '../../support/recording-settings.ts';
import { exampleSystemId } from '../../support/report.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

test('every setting is read by a room', async () => {
  const folder = temporaryFolder();
  const { settings, read } = createRecordingSettings({
    ...defaultSettings,
    system_id: exampleSystemId,
    log_file: join(folder, 'log'),
  });
  const runtime = createRuntime();
  const logger = createSettingsLogger(settings, runtime.disk);
  const loaded = { settings, sources: new Map(), file: undefined, problems: [], unknown: [] };
  const locations = {
    configuration: { path: join(folder, 'config.json'), why: 'of the test' },
    state: { path: folder, why: 'of the test' },
  };
  const background = composeBackground({
    ...{ runtime, loaded, logger, systemId: exampleSystemId },
    destination: { settings, waitsBecause: undefined },
    configuration: { load: () => loaded, locations },
    make: createMakers(runtime, locations, logger),
  });
  // One report, because some settings are read as it is made.
  await background.agent.collectOnce();
  background.inForce.collecting.close();
  background.spool.close();
  await background.delivery.stop(0);
  logger.close();
  // What the collectors read, they read when they collect, and not on every system.
  const cases = listCases();
  for (const part of partNames) {
    const first = cases.find((one) => one.part === part);
    if (first !== undefined) await runCase(first, settings);
  }
  expect(settingKeys.filter((key) => !read.has(key))).toEqual([]);
});
