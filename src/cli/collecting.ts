/** Collectors for the commands: which settings they are given, and one sample of a part or of all. */
import type { Disk } from '../base/disk.ts';
import { MonitorError } from '../base/errors.ts';
import { silentLogger } from '../base/logger.ts';
import { describeRemark } from '../base/remarks.ts';
import type { Runtime } from '../base/runtime.ts';
import { collectWithin, createStatsCollector } from '../collectors/collect-stats.ts';
import type { CollectorContext } from '../collectors/collector.ts';
import { createCollectorContext } from '../collectors/context.ts';
import {
  isRequired,
  isTold,
  type PartName,
  type PartValues,
  partNames,
  parts,
  sentParts,
} from '../collectors/index.ts';
import { createCollector, systemKind } from '../collectors/lazy-collector.ts';
import type { View } from '../collectors/part.ts';
import { findLocations, type LocationOptions } from '../config/locations.ts';
import { environmentName, settingKeys } from '../settings/setting-table.ts';
import { defaultSettings, type Settings, type TypedSettings } from '../settings/settings.ts';
import { tell } from './output/show.ts';

export type Subject = PartName | 'stats';

/** `json` is what is sent, `wide` all that is collected, `tables` for people. */
export type Form = 'json' | 'wide' | 'tables';

export interface Sample {
  readonly values: Partial<PartValues>;
  /** What JSON says of them, by the form that was asked for. */
  readonly json: unknown;
  /** What should be known of them, as sentences without their full stops. */
  readonly remarks: readonly string[];
  /** Names in them that are cut. */
  readonly cutNames: ReadonlySet<string>;
}

export interface Sampler {
  readonly parts: readonly PartName[];
  /** Throws a MonitorError where the subject cannot be had. */
  take(): Promise<Sample>;
  close(): void;
}

export interface SamplerOptions {
  readonly runtime: Runtime;
  readonly locations: LocationOptions;
  readonly flags: TypedSettings;
  readonly form: Form;
  /** Of a part with `sortKeys`. */
  readonly view: View;
}

/** Figures of thousands of processes take a busy machine longer than a report would wait. */
const longDeadlineMs = 20_000;

export async function createSampler(subject: Subject, options: SamplerOptions): Promise<Sampler> {
  const { runtime, form, view } = options;
  const settings = await collectingSettings(options);
  const cutNames = new Set<string>();
  const context = { ...createCollectorContext(runtime, silentLogger, settings), cutNames };
  if (subject === 'stats') return createStatsSampler(context, form, runtime);
  const isShown = form !== 'json' || view.sort !== undefined;
  const hasManyFigures = isShown && parts[subject].sortKeys !== undefined;
  const deadlineMs = hasManyFigures ? longDeadlineMs : context.deadlineMs;
  return createPartSampler(subject, { ...context, isShown, deadlineMs }, options);
}

type SamplingContext = CollectorContext & { readonly cutNames: Set<string> };

function besides({ remarks, cutNames }: SamplingContext): Pick<Sample, 'remarks' | 'cutNames'> {
  const texts = remarks.current().map((one) => describeRemark(one.kind, one.subject, one.reason));
  return { remarks: texts, cutNames };
}

/** A part that is not sent is told as it is in either form. */
function createPartSampler<Part extends PartName>(
  part: Part,
  context: SamplingContext,
  { form, view }: SamplerOptions,
): Sampler {
  const collector = createCollector(part, context);
  const { toWire, details } = parts[part];
  const isArranged = view.sort !== undefined || view.limit !== undefined;
  return {
    parts: [part],
    async take() {
      const values: Partial<PartValues> = {};
      context.cutNames.clear();
      const value = await collectWithin(part, (signal) => collector.collect(signal), context);
      values[part] = value;
      const arrange = isArranged && form !== 'tables' ? (await details()).arrange : undefined;
      const arranged = arrange === undefined ? value : arrange(value, view);
      const json = form === 'json' && toWire !== undefined ? toWire(arranged) : arranged;
      return { values, json, ...besides(context) };
    },
    close: () => collector.close?.(),
  };
}

/** Failed parts are said; without cpu or memory nothing is told, as nothing would be sent. */
function createStatsSampler(context: SamplingContext, form: Form, runtime: Runtime): Sampler {
  const kind = systemKind(context.platform);
  const shown = form === 'json' ? sentParts : partNames.filter((part) => isTold(part, kind));
  const collector = createStatsCollector(context, { parts: shown });
  return {
    parts: shown,
    async take() {
      context.cutNames.clear();
      const result = await collector.collect();
      for (const { error } of result.failures) {
        await tell(runtime, `system-monitor: ${error.message}`);
      }
      if (result.kind === 'incomplete') {
        const missing = result.failures.find(({ part }) => isRequired(part));
        throw new MonitorError({
          code: missing?.error.code ?? 'NOT_AVAILABLE',
          operation: 'collect stats',
          reason: 'without cpu and memory there is no report',
        });
      }
      const { stats, values } = result;
      const json = form === 'json' ? stats : inOrder(shown, values);
      return { values, json, ...besides(context) };
    },
    close: collector.close,
  };
}

/** Samples end in any order. */
function inOrder(shown: readonly PartName[], values: Partial<PartValues>): unknown {
  return Object.fromEntries(
    shown.flatMap((part) => (values[part] === undefined ? [] : [[part, values[part]]])),
  );
}

/**
 * Reading settings loads zod, which would double the start of a one-shot command: it is done only
 * where there is something to read. A file that cannot be used is said and left aside, since the
 * question was what the machine does and not how it is configured.
 */
async function collectingSettings(options: SamplerOptions): Promise<Settings> {
  const { runtime, flags, locations } = options;
  const { disk } = locations;
  const { path } = findLocations(locations).configuration;
  const hasFlags = Object.keys(flags).length > 0;
  const hasEnvironment = settingKeys.some((key) => runtime.environment[environmentName(key)]);
  if (!hasFlags && !hasEnvironment && !isThere(disk, path)) return defaultSettings;
  const { loadSettings } = await import('../config/load.ts');
  const { environment } = runtime;
  try {
    const { settings, problems } = loadSettings({ disk, path, environment, flags });
    for (const { source, reason } of problems) {
      await tell(
        runtime,
        `system-monitor: read ${source}: ${reason}`,
        '(this call uses the default)',
      );
    }
    return settings;
  } catch (error) {
    if (!(error instanceof MonitorError) || error.code === 'USAGE') throw error;
    // An ordinary user may not read a service's file, and need not.
    if (error.code !== 'PERMISSION') {
      await tell(runtime, `system-monitor: ${error.message}`, '(The defaults are used instead.)');
    }
    return loadSettings({ disk, environment: {}, flags }).settings;
  }
}

/** Or may be: in a folder that this user may not enter. */
function isThere(disk: Disk, path: string): boolean {
  try {
    return disk.stat(path) !== undefined;
  } catch {
    return true;
  }
}
