/** `cpu | memory | processes | disks | network | stats`: one sample, printed; or one after another. */

import { type Command, Option } from 'commander';
import { MonitorError } from '../base/errors.ts';
import { silentLogger } from '../base/logger.ts';
import { abortOnSignals } from '../base/signals.ts';
import type { SettingKey } from '../settings/setting-table.ts';
import { type StatsPart, statsParts } from '../wire/stats-parts.ts';
import { type CliContext, locationOptions } from './context.ts';

interface StatsOptions {
  readonly json?: true;
  readonly watch?: string | true;
  readonly include?: string;
  readonly exclude?: string;
  readonly detail?: string;
  readonly scope?: string;
  readonly hostRoot?: string;
}

type Subject = StatsPart | 'stats';

const summaries: Readonly<Record<Subject, string>> = {
  cpu: 'number of CPUs, frequency and use',
  memory: 'memory: total, available, used and free',
  processes: 'every process with its user',
  disks: 'mounted disks with their space',
  network: 'interfaces with address and traffic since boot',
  stats: 'all of them, exactly as they are sent',
};

const defaultWatchSeconds = 2;
const longestWatchSeconds = 86_400;

export function defineStatsCommands(program: Command, context: CliContext): void {
  for (const subject of [...statsParts, 'stats'] as const) {
    const command = program
      .command(subject)
      .description(summaries[subject])
      .option('--json', 'print JSON, which is also what a pipe gets')
      .option('--watch [seconds]', `print again every so many seconds (${defaultWatchSeconds})`);
    for (const option of filterOptions(subject)) command.addOption(option);
    command.action(async (options: StatsOptions) => {
      await runStats(subject, options, command, context);
    });
  }
}

function filterOptions(subject: Subject): Option[] {
  const hostRoot = new Option('--host-root <folder>', "report the host whose '/' is mounted there");
  const scope = new Option('--scope <scope>', "the machine's figures or the container's").choices([
    'host',
    'container',
  ]);
  const filters = [
    new Option('--include <patterns>', 'only what matches, separated by commas'),
    new Option('--exclude <patterns>', 'not what matches, separated by commas'),
  ];
  const detail = new Option('--detail <detail>', 'how much of each process').choices([
    'full',
    'names',
    'count',
    'off',
  ]);
  switch (subject) {
    case 'cpu':
    case 'memory':
      return [scope, hostRoot];
    case 'processes':
      return [...filters, detail, hostRoot];
    case 'disks':
    case 'network':
      return [...filters, hostRoot];
    case 'stats':
      return [detail, scope, hostRoot];
  }
}

async function runStats(
  subject: Subject,
  options: StatsOptions,
  command: Command,
  context: CliContext,
): Promise<void> {
  const { runtime } = context;
  const watchMs = parseWatch(options.watch);
  const { createCommandCollectors } = await import('./collecting.ts');
  const collectors = await createCommandCollectors({
    runtime,
    logger: silentLogger,
    locations: locationOptions(command, runtime),
    flags: settingFlags(subject, options),
  });
  const isJson = options.json === true || !runtime.stdout.isTerminal;
  try {
    if (watchMs === undefined) await runtime.stdout.write(await sample(isJson ? 'json' : 'human'));
    else await watch(watchMs);
  } finally {
    collectors.close();
  }

  /** One sample as text; `line` is JSON on one line, for a reader that takes one after another. */
  async function sample(form: 'json' | 'line' | 'human'): Promise<string> {
    if (form === 'human') {
      const columns = runtime.stdout.columns() ?? 80;
      const { formatAll, formatPart } = await import('./output/human.ts');
      return subject === 'stats'
        ? formatAll(await collectors.stats(), columns)
        : formatPart(subject, await collectors.part(subject), columns);
    }
    const value = subject === 'stats' ? await collectors.stats() : await collectors.part(subject);
    return `${JSON.stringify(value, null, form === 'json' ? 2 : 0)}\n`;
  }

  async function watch(everyMs: number): Promise<void> {
    const { signal, release } = abortOnSignals(runtime);
    try {
      let dueMs = runtime.clock.monotonicMs();
      while (!signal.aborted) {
        const text = await sample(isJson ? 'line' : 'human');
        if (signal.aborted) return;
        await runtime.stdout.write(isJson ? text : withClearedScreen(text, subject, everyMs));
        dueMs = Math.max(dueMs + everyMs, runtime.clock.monotonicMs());
        await runtime.clock.sleep(dueMs - runtime.clock.monotonicMs(), signal);
      }
    } finally {
      release();
    }
  }
}

/** Home, the new text, and only then the rest cleared: clearing first would flicker. */
function withClearedScreen(text: string, subject: Subject, everyMs: number): string {
  const title = `${subject}, every ${everyMs / 1000} s (Ctrl-C ends)\n\n`;
  const clearToLineEnd = '\u001b[K\n';
  return `\u001b[H${(title + text).replaceAll('\n', clearToLineEnd)}\u001b[J`;
}

function parseWatch(watch: string | true | undefined): number | undefined {
  if (watch === undefined) return undefined;
  const seconds = watch === true ? defaultWatchSeconds : Number(watch);
  if (!(seconds >= 0.1 && seconds <= longestWatchSeconds)) {
    throw new MonitorError({
      code: 'USAGE',
      operation: `read flag --watch ${String(watch)}`,
      reason: `it takes seconds, from 0.1 to ${longestWatchSeconds}`,
      hint: 'For example: --watch 5',
    });
  }
  return seconds * 1000;
}

/** The flags of these commands are short names of settings. */
function settingFlags(
  subject: Subject,
  options: StatsOptions,
): Partial<Record<SettingKey, string>> {
  const isFiltered = subject === 'processes' || subject === 'disks' || subject === 'network';
  return {
    ...(isFiltered && options.include !== undefined
      ? { [`${subject}_include`]: options.include }
      : {}),
    ...(isFiltered && options.exclude !== undefined
      ? { [`${subject}_exclude`]: options.exclude }
      : {}),
    ...(options.detail === undefined ? {} : { processes_detail: options.detail }),
    ...(options.scope === undefined ? {} : { scope: options.scope }),
    ...(options.hostRoot === undefined ? {} : { host_root: options.hostRoot }),
  };
}
