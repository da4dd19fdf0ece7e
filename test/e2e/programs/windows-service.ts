/** Registers the service with this Windows' Task Scheduler, looks at what is there, and removes it. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { createCommandRunner } from '../../../src/host/run-command.ts';
import { servicePaths } from '../../../src/service/index.ts';
import type { ServiceContext } from '../../../src/service/service.ts';
import { createTaskSchedulerService } from '../../../src/service/task-scheduler.ts';
import { realDisk } from '../../support/real-disk.ts';

const name = `System Monitor test ${process.pid}`;
/** Beside the places of a service that may be installed here. */
const top = join(process.env.TEMP ?? '', name);
const environment: NodeJS.ProcessEnv = {
  ...process.env,
  ProgramFiles: join(top, 'programs'),
};
const folder = join(top, 'data');
const paths = servicePaths({
  platform: 'win32',
  environment,
  configurationFile: join(folder, 'config.json'),
  stateFolder: join(folder, 'state'),
});
const context: ServiceContext = {
  disk: realDisk,
  paths,
  runCommand: createCommandRunner({ environment }),
  clock: {
    epochMs: () => Date.now(),
    monotonicMs: () => performance.now(),
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  },
  userId: undefined,
};
const manager = createTaskSchedulerService(context, { name });
/** Where the Task Scheduler keeps what it was given. */
const taskFile = join(environment.SystemRoot ?? '', 'System32', 'Tasks', name);

function look(): unknown {
  return {
    task: existsSync(taskFile) ? decode(readFileSync(taskFile)) : undefined,
    executableSize: statSync(paths.executable, { throwIfNoEntry: false })?.size,
    folder: existsSync(folder) ? readdirSync(folder).sort() : undefined,
  };
}

/** Windows keeps UTF-16, Wine what it likes. */
function decode(content: Buffer): string {
  return content.toString(content[1] === 0 || content[0] === 0xff ? 'utf16le' : 'utf8');
}

async function install(content: string): Promise<unknown> {
  const source = join(top, 'downloaded.exe');
  mkdirSync(top, { recursive: true });
  writeFileSync(source, content);
  return manager.install({
    sourceExecutable: source,
    configure: async () => {
      mkdirSync(dirname(paths.configurationFile), { recursive: true });
      writeFileSync(paths.configurationFile, '{}');
    },
  });
}

async function main(): Promise<void> {
  const seen: Record<string, unknown> = { paths };
  seen.installed = await install('first');
  seen.afterInstall = look();
  seen.upgraded = await install('second one');
  seen.afterUpgrade = look();
  seen.uninstalled = await manager.uninstall({ purge: false });
  seen.afterUninstall = look();
  seen.purged = await manager.uninstall({ purge: true });
  seen.afterPurge = look();
  rmSync(top, { recursive: true });
  process.stdout.write(JSON.stringify(seen));
}

void main();
