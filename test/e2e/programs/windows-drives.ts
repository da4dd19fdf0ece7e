/**
 * Runs on Windows: samples the disks until one that did not answer does. With the word `probe-mount` it
 * is the helper.
 */
import type { Logger } from '../../../src/base/logger.ts';
import { silentLogger } from '../../../src/base/logger.ts';
import type { Disk } from '../../../src/collectors/disks/index.ts';
import { createWin32DisksCollector } from '../../../src/collectors/disks/win32.ts';
import { serveDrives } from '../../../src/host/win32/drive-helper.ts';
import { collectorContext } from '../../support/collector-context.ts';

export interface DrivesOnWindows {
  readonly samples: readonly {
    readonly disks: Readonly<Record<string, Pick<Disk, 'total'>>>;
    readonly tookMs: number;
    readonly stuck: readonly string[];
  }[];
  readonly events: readonly string[];
}

const patienceMs = 40_000;

async function sampleDrives(): Promise<DrivesOnWindows> {
  const events: string[] = [];
  const note = (event: string, fields?: object): void => {
    events.push(`${event} ${Object(fields).mount_point ?? ''}`);
  };
  const logger: Logger = { ...silentLogger, info: note, warn: note };
  const context = {
    ...collectorContext({ logger, platform: 'win32' }),
    mountProbe: [process.execPath, process.argv[1] ?? '', 'probe-mount'],
  };
  const collector = createWin32DisksCollector(context);
  const samples: DrivesOnWindows['samples'][number][] = [];
  const startedMs = performance.now();
  let wasStuck = false;
  do {
    const beganMs = performance.now();
    const disks = await collector.collect();
    const tookMs = Math.round(performance.now() - beganMs);
    const remarks = context.remarks.current().filter(({ kind }) => kind === 'mount.stuck');
    samples.push({ disks, tookMs, stuck: remarks.map(({ subject }) => subject) });
    wasStuck ||= remarks.length > 0;
    await context.clock.sleep(500);
  } while (
    performance.now() - startedMs < patienceMs &&
    !(wasStuck && samples.at(-1)?.stuck.length === 0)
  );
  collector.close?.();
  return { samples, events };
}

if (process.argv[2] === 'probe-mount') {
  void serveDrives(async (text) => {
    process.stdout.write(text);
  }).then(() => process.exit());
} else {
  void sampleDrives().then((seen) =>
    process.stdout.write(JSON.stringify(seen), () => process.exit()),
  );
}
