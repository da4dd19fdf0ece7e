/**
 * Everything that is said to survive a power cut, done once on the real disk as main.ts makes it. Each
 * act begins with a line on standard output, so that a trace can be cut there.
 *
 *   node durable-acts.ts FOLDER
 */
import { writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { silentLogger } from '../../../src/base/logger.ts';
import { openConfiguration } from '../../../src/config/configuration.ts';
import { createRuntime } from '../../../src/main.ts';
import { installExecutable, writeDefinition } from '../../../src/service/files.ts';
import { createSpool } from '../../../src/spool/create-spool.ts';
import { dropReports, retryRejected } from '../../../src/spool/operations.ts';
import type { Spool } from '../../../src/spool/spool.ts';

const [top = ''] = process.argv.slice(2);
const runtime = createRuntime();
const { disk, clock } = runtime;
const folder = join(top, 'state', 'spool');
const config = join(top, 'config.json');

async function act<Result>(name: string, work: () => Result | Promise<Result>): Promise<Result> {
  writeSync(1, `act ${name}\n`);
  return work();
}

/** Somebody else writes a file of ours. */
function interfere(path: string, content: string): Promise<void> {
  return act('interfere', () => writeFileSync(join(top, path), content));
}

function configure(configFlag: string) {
  const places = { configFlag, stateFlag: join(top, 'state'), homeFolder: top };
  return openConfiguration({ disk, platform: 'linux', environment: {}, ...places }, clock);
}

const spool: Spool = await act('start', () =>
  createSpool({ disk, folder, pid: process.pid, clock, logger: silentLogger }),
);
const report = await act('append', () => spool.append(1_800_000_000, Buffer.from('{}')));
const damaged = await act('append another', () => spool.append(1_800_000_001, Buffer.from('{}')));
await act('reject', () => spool.reject(report, 'status 422'));
await act('retry', () => retryRejected(disk, folder, [report.key]));
await interfere(join('state', 'spool', 'pending', `${damaged.key}.report`), 'garbage');
await act('put a damaged report aside', () => spool.read(damaged));
await act('drop', () => dropReports(disk, folder, { state: 'damaged' }));
await act('close', () => spool.close());

await act('save', () => configure(config).save({ interval: 5 }));
await interfere('config.json', '{"interval": 5,}');
await act('repair', () => configure(config).repair());
await act('keep an id', () =>
  configure('/sys/nowhere/config.json').loadWithSystemId(runtime.randomBytes),
);

await interfere('program', 'program');
await act('install', () => installExecutable(disk, join(top, 'program'), join(top, 'installed')));
await act('define', () => writeDefinition(disk, join(top, 'unit.service'), '[Unit]\n'));
