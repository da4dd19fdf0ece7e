/** The system user that the service runs as under systemd, and what is handed to it. */
import { chmodSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { wrapWriteError } from '../base/errors.ts';
import type { RunCommand } from '../host/run-command.ts';
import { ask, demand } from './ask.ts';
import { exists } from './files.ts';
import { serviceUser } from './systemd-unit.ts';

export async function ensureUser(runCommand: RunCommand): Promise<void> {
  if (await isKnown(runCommand)) return;
  await demand(runCommand, 'useradd', [
    '--system',
    '--user-group',
    '--no-create-home',
    '--home-dir=/nonexistent',
    '--shell=/usr/sbin/nologin',
    '--comment=System Monitor',
    serviceUser,
  ]);
}

export async function removeUser(runCommand: RunCommand): Promise<void> {
  if (await isKnown(runCommand)) await demand(runCommand, 'userdel', [serviceUser]);
}

async function isKnown(runCommand: RunCommand): Promise<boolean> {
  const { exitCode } = await ask(runCommand, 'getent', ['passwd', serviceUser]);
  return exitCode === 0;
}

/** The settings are root's, and the service's group may read them; it may change nothing there. */
export async function handOverConfiguration(
  runCommand: RunCommand,
  configurationFile: string,
): Promise<void> {
  const folder = dirname(configurationFile);
  try {
    mkdirSync(folder, { recursive: true });
    chmodSync(folder, 0o750);
    await demand(runCommand, 'chown', [`root:${serviceUser}`, folder]);
    if (!exists(configurationFile)) return;
    chmodSync(configurationFile, 0o640);
  } catch (error) {
    throw wrapWriteError(`hand ${folder} to the service's user`, error);
  }
  await demand(runCommand, 'chown', [`root:${serviceUser}`, configurationFile]);
}
