/** One sample of a part or of all, printed; or one after another. */
import { isForeseen, MonitorError } from '../base/errors.ts';
import { abortOnSignals } from '../base/signals.ts';
import { createSampler, type Form, type SamplerOptions, type Subject } from './collecting.ts';
import { type ShowOptions, wantsJson } from './output/show.ts';

export interface StatsOptions extends ShowOptions {
  readonly wide?: true;
  readonly watch?: string | true;
}

const defaultWatchSeconds = 2;
const longestWatchSeconds = 86_400;

export async function runStats(
  subject: Subject,
  options: StatsOptions,
  sampling: Omit<SamplerOptions, 'form'>,
): Promise<void> {
  const { runtime } = sampling;
  const watchMs = parseWatch(options.watch);
  const isJson = wantsJson(options, runtime);
  const form: Form = !isJson ? 'tables' : options.wide === true ? 'wide' : 'json';
  const sampler = await createSampler(subject, { ...sampling, form });
  try {
    if (watchMs === undefined) await runtime.stdout.write(await sample(2));
    else await watch(watchMs);
  } finally {
    sampler.close();
  }

  /** One sample as text. Without `indent` its JSON is one line, for a reader that takes many. */
  async function sample(indent: number): Promise<string> {
    const { values, json } = await sampler.take();
    if (isJson) return `${JSON.stringify(json, null, indent)}\n`;
    const columns = runtime.stdout.columns();
    const { formatAll, formatPart } = await import('./output/human.ts');
    return subject === 'stats'
      ? await formatAll(sampler.parts, values, columns)
      : await formatPart(subject, values[subject], columns);
  }

  async function watch(everyMs: number): Promise<void> {
    const { signal, release } = abortOnSignals(runtime);
    try {
      let dueMs = runtime.clock.monotonicMs();
      let isFirst = true;
      while (!signal.aborted) {
        const text = await sample(0).catch((error: unknown) => {
          // What cannot be had at all ends the watch; what could be had may come again.
          if (isFirst || !isForeseen(error)) throw error;
          return error;
        });
        isFirst = false;
        if (signal.aborted) return;
        if (typeof text !== 'string')
          await runtime.stderr.write(`system-monitor: ${text.message}\n`);
        else await runtime.stdout.write(isJson ? text : withClearedScreen(text, subject, everyMs));
        const nowMs = runtime.clock.monotonicMs();
        dueMs = Math.max(dueMs + everyMs, nowMs);
        await runtime.clock.sleep(dueMs - nowMs, signal);
      }
    } finally {
      release();
    }
  }
}

/** Home, the new text, and only then the rest cleared: clearing first would flicker. */
function withClearedScreen(text: string, subject: Subject, everyMs: number): string {
  const title = `${subject}, every ${everyMs / 1000} s (stop with Ctrl-C)\n\n`;
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
