/** One sample of a part or of all, printed; or one after another. */
import { isForeseen, MonitorError } from '../base/errors.ts';
import { printable } from '../base/printable.ts';
import type { Runtime } from '../base/runtime.ts';
import { abortOnSignals } from '../base/signals.ts';
import type { View } from '../collectors/part.ts';
import { createSampler, type Form, type SamplerOptions, type Subject } from './collecting.ts';
import type { ShowOptions } from './output/json-option.ts';
import { jsonFor, tell, wantsJson } from './output/show.ts';

export interface StatsOptions extends ShowOptions {
  readonly wide?: true;
  readonly watch?: string | true;
  readonly sort?: string;
  readonly limit?: string;
}

const defaultWatchSeconds = 2;
const longestWatchSeconds = 86_400;

export async function runStats(
  subject: Subject,
  options: StatsOptions,
  sampling: Omit<SamplerOptions, 'form' | 'view'>,
): Promise<void> {
  const { runtime } = sampling;
  const watchMs = parseWatch(options.watch);
  const view = parseView(options);
  const isJson = wantsJson(options, runtime);
  const form: Form = !isJson ? 'tables' : options.wide === true ? 'wide' : 'json';
  const sampler = await createSampler(subject, { ...sampling, form, view });
  const say = createRemarkTeller(runtime);
  try {
    if (watchMs === undefined) await showOnce();
    else await watch(watchMs);
  } finally {
    sampler.close();
  }

  async function showOnce(): Promise<void> {
    const { text, remarks } = await sample(2);
    await runtime.stdout.write(text);
    await say(remarks);
  }

  /** One sample as text. Without `indent` its JSON is one line, for a reader that takes many. */
  async function sample(indent?: number): Promise<Shown> {
    const { values, json, remarks, cutNames } = await sampler.take();
    if (isJson) return { text: jsonFor(runtime.stdout, json, indent), remarks };
    const options = { columns: runtime.stdout.columns(), cutNames, view };
    const { formatAll, formatPart } = await import('./output/human.ts');
    const text =
      subject === 'stats'
        ? await formatAll(sampler.parts, values, options)
        : await formatPart(subject, values[subject], options);
    return { text, remarks };
  }

  async function watch(everyMs: number): Promise<void> {
    const { signal, release } = abortOnSignals(runtime);
    try {
      let dueMs = runtime.clock.monotonicMs();
      let isFirst = true;
      while (!signal.aborted) {
        const shown = await sample().catch((error: unknown) => {
          // What cannot be had at all ends the watch; what could be had may come again.
          if (isFirst || !isForeseen(error)) throw error;
          return error;
        });
        isFirst = false;
        if (signal.aborted) return;
        if (!('text' in shown)) await tell(runtime, `system-monitor: ${shown.message}`);
        else if (isJson) {
          await runtime.stdout.write(shown.text);
          await say(shown.remarks);
        } else await runtime.stdout.write(withClearedScreen(shown, subject, everyMs));
        const nowMs = runtime.clock.monotonicMs();
        dueMs = Math.max(dueMs + everyMs, nowMs);
        await runtime.clock.sleep(dueMs - nowMs, signal);
      }
    } finally {
      release();
    }
  }
}

/** Says what has not been said with the sample before. */
function createRemarkTeller(runtime: Runtime): (remarks: readonly string[]) => Promise<void> {
  let said: readonly string[] = [];
  return async (remarks) => {
    const news = remarks.filter((remark) => !said.includes(remark));
    said = remarks;
    await tell(runtime, ...news.map((remark) => `system-monitor: ${remark}.`));
  };
}

interface Shown {
  readonly text: string;
  readonly remarks: readonly string[];
}

/** Home, the new text, and only then the rest cleared: clearing first would flicker. */
function withClearedScreen({ text, remarks }: Shown, subject: Subject, everyMs: number): string {
  const title = `${subject}, every ${everyMs / 1000} s (stop with Ctrl-C)\n\n`;
  const below = remarks.map((remark) => `\n${printable(remark)}.\n`).join('');
  const clearToLineEnd = '\u001b[K\n';
  return `\u001b[H${(title + text + below).replaceAll('\n', clearToLineEnd)}\u001b[J`;
}

function parseView({ sort, limit }: StatsOptions): View {
  if (limit !== undefined && !/^[1-9]\d{0,8}$/.test(limit)) {
    throw new MonitorError({
      code: 'USAGE',
      operation: `read flag --limit ${limit}`,
      reason: 'it takes a whole number, from 1',
      hint: 'For example: --limit 10',
    });
  }
  return {
    ...(sort === undefined ? {} : { sort }),
    ...(limit === undefined ? {} : { limit: Number(limit) }),
  };
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
