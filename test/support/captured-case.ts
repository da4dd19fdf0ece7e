/**
 * Captured systems: `test/cases/<collector>/<oddity>/` holds what a machine's files said, step by
 * step, and what our collector must make of it.
 *
 *   WHY              one line: what is odd here, and whether it was captured or made from a format
 *   case.json        optional: `settings`, `hostRoot` (the steps are a host seen from a container),
 *                    `secondsBetween` (1 unless told)
 *   step-1/proc …    the files; also sys/ and etc/
 *   step-1/interfaces.json   optional: what Node's networkInterfaces() said
 *   step-1/ip-address.txt    optional: what `ip -4 -oneline address show` said; no ip without it
 *   step-1/statfs.json       optional: `mounts` (statfs by mount point, or "stuck") and `devices`
 *   expected.json    one value for each sample, or the code of the error
 *
 * The first CPU sample takes a window of its own and so uses up two steps.
 */
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  unlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { Clock } from '../../src/base/clock.ts';
import { MonitorError } from '../../src/base/errors.ts';
import type {
  CollectingSettings,
  Collector,
  CollectorContext,
  SystemCalls,
} from '../../src/collectors/collector.ts';
import { type PartName, type PartValues, partNames, parts } from '../../src/collectors/index.ts';
import { createCollector } from '../../src/collectors/lazy-collector.ts';
import type { InterfaceList } from '../../src/collectors/network/addresses.ts';
import { createSystemRoots } from '../../src/collectors/roots.ts';
import type { MountProber } from '../../src/host/linux/mount-prober.ts';
import type { FileSystemBlocks } from '../../src/host/linux/statfs.ts';
import type { CommandResult } from '../../src/host/run-command.ts';
import { validateSettingsFile } from '../../src/settings/validate.ts';
import { collectorContext } from './collector-context.ts';

const casesFolder = join(import.meta.dirname, '../cases');

const caseSchema = z.strictObject({
  settings: z.record(z.string(), z.unknown()).optional(),
  hostRoot: z.boolean().optional(),
  secondsBetween: z.number().positive().optional(),
});

const blocksSchema = z.strictObject({
  fragmentBytes: z.int(),
  blocks: z.int(),
  blocksFree: z.int(),
  blocksAvailable: z.int(),
});

const statfsSchema = z.strictObject({
  mounts: z.record(z.string(), z.union([blocksSchema, z.literal('stuck')])),
  devices: z.array(z.string()).optional(),
});

const interfacesSchema = z.record(
  z.string(),
  z.array(z.object({ address: z.string(), netmask: z.string(), family: z.enum(['IPv4', 'IPv6']) })),
);

export interface CapturedCase {
  readonly part: PartName;
  readonly name: string;
  readonly folder: string;
  readonly why: string;
}

/** Every case of every collector, in the order of the report's parts. */
export function listCases(): CapturedCase[] {
  return partNames.flatMap((part) => {
    const partFolder = join(casesFolder, part);
    if (!existsSync(partFolder)) return [];
    return readdirSync(partFolder)
      .sort()
      .map((name) => {
        const folder = join(partFolder, name);
        return { part, name, folder, why: readFileSync(join(folder, 'WHY'), 'utf8').trim() };
      });
  });
}

export interface CaseOutcome {
  /** What the collector gave; `{ error: code }` where it failed. */
  readonly collected: unknown;
  /** What of it is sent. Undefined where it failed, and for a part that is not sent. */
  readonly sent?: unknown;
}

/** One for each sample; with other settings than its own where they are given. */
export async function runCase(
  { part, folder }: CapturedCase,
  settings?: CollectingSettings,
): Promise<CaseOutcome[]> {
  const temporary = mkdtempSync(join(tmpdir(), 'captured-case-'));
  try {
    const steps = createSteps(folder, join(temporary, 'step'));
    const own = createContext(folder, steps);
    const context = settings === undefined ? own : { ...own, settings };
    const collector = createCollector(part, context);
    const outcomes: CaseOutcome[] = [];
    do {
      outcomes.push(await outcomeOf(part, collector));
    } while (steps.advance());
    collector.close?.();
    return outcomes;
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

async function outcomeOf<Part extends PartName>(
  part: Part,
  collector: Collector<PartValues[Part]>,
): Promise<CaseOutcome> {
  try {
    const collected = await collector.collect();
    return { collected, sent: parts[part].toWire?.(collected) };
  } catch (error) {
    if (error instanceof MonitorError) return { collected: { error: error.code } };
    throw error;
  }
}

interface Steps {
  /** Always the same path, behind which the files change. */
  readonly current: string;
  readonly clock: Clock;
  /** The next step begins; false when there is none. */
  advance(): boolean;
}

function createSteps(folder: string, current: string): Steps {
  const { secondsBetween = 1 } = readCaseFile(folder);
  let step = 0;
  let nowMs = 1_000_000;

  function enterNext(): boolean {
    const next = join(folder, `step-${step + 1}`);
    if (!existsSync(next)) return false;
    if (step > 0) unlinkSync(current);
    symlinkSync(next, current, 'junction');
    step += 1;
    return true;
  }
  enterNext();
  return {
    current,
    clock: {
      epochMs: () => nowMs,
      monotonicMs: () => nowMs,
      async sleep(ms) {
        nowMs += ms;
        enterNext();
      },
    },
    advance() {
      nowMs += secondsBetween * 1000;
      return enterNext();
    },
  };
}

function readCaseFile(folder: string): z.infer<typeof caseSchema> {
  const path = join(folder, 'case.json');
  return existsSync(path) ? caseSchema.parse(JSON.parse(readFileSync(path, 'utf8'))) : {};
}

function createContext(folder: string, { current, clock }: Steps): CollectorContext {
  const { settings = {}, hostRoot = false } = readCaseFile(folder);
  const roots = createSystemRoots(current);
  return collectorContext({
    clock,
    platform: 'linux',
    roots: hostRoot ? roots : { ...roots, mountPrefix: '' },
    settings: validateSettingsFile(settings, folder),
    calls: {
      ...capturedStatfs(current),
      listInterfaces: () => capturedInterfaces(current),
      runCommand: () => capturedIp(current),
    },
  });
}

function capturedInterfaces(current: string): InterfaceList {
  const path = join(current, 'interfaces.json');
  return interfacesSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
}

async function capturedIp(current: string): Promise<CommandResult> {
  const path = join(current, 'ip-address.txt');
  if (existsSync(path)) return { exitCode: 0, stdout: readFileSync(path, 'utf8'), stderr: '' };
  throw new MonitorError({ code: 'NOT_AVAILABLE', operation: 'run ip', reason: 'not captured' });
}

/** What statfs(2) said in the captured system, whether in this process or through a probe. */
function capturedStatfs(
  current: string,
): Pick<SystemCalls, 'readBlocks' | 'mountProber' | 'exists'> {
  const read = (): z.infer<typeof statfsSchema> =>
    statfsSchema.parse(JSON.parse(readFileSync(join(current, 'statfs.json'), 'utf8')));

  function readBlocks(mountPointBytes: string): FileSystemBlocks {
    const mountPoint = Buffer.from(mountPointBytes, 'latin1').toString('utf8');
    const blocks = read().mounts[mountPoint];
    if (blocks === undefined || blocks === 'stuck') {
      throw new MonitorError({
        code: 'PERMISSION',
        operation: `ask the captured system for ${mountPoint}`,
        reason: blocks ?? 'it was not captured',
      });
    }
    return blocks;
  }

  const mountProber: MountProber = {
    ask: async (mount) => {
      const blocks = read().mounts[mount.mountPoint];
      return blocks === undefined || blocks === 'stuck' ? undefined : { blocks };
    },
    retain: () => {},
    stuck: () => [],
    close: () => {},
  };
  return { readBlocks, mountProber, exists: (path) => read().devices?.includes(path) ?? true };
}
