/**
 * Reads what schtasks says of our task. Its words are translated (Running, Wird ausgeführt, 実行中),
 * so only the XML and the numbers are looked at.
 */

export interface TaskState {
  readonly installed: boolean;
  readonly enabled: boolean;
  readonly running: boolean;
  readonly state: string;
  /** The program that it starts. Absent where there is no task. */
  readonly executable?: string;
}

/** Field of `/Query /FO CSV /V` that holds the last result, counted from 0. */
const lastResultField = 6;

/**
 * SCHED_S_TASK_RUNNING, and what replaces it once the every-minute trigger was refused because the
 * agent runs already (ERROR_REQUEST_REFUSED as an HRESULT, printed signed or unsigned). When the
 * agent ends, its exit code takes their place.
 * https://learn.microsoft.com/windows/win32/taskschd/task-scheduler-error-and-success-constants
 */
const runningResults = new Set([0x41301, 0x800710e0, 0x800710e0 - 2 ** 32]);
/** SCHED_S_TASK_HAS_NOT_RUN */
const neverRan = 0x41303;

/** `definition` is the answer to `/Query /XML`, `details` that to `/Query /FO CSV /NH /V`. */
export function parseTaskState(definition: string, details: string): TaskState {
  const installed = definition.includes('<Task');
  if (!installed) return { installed, enabled: false, running: false, state: 'not installed' };
  const settings = /<Settings>[\s\S]*<\/Settings>/.exec(definition)?.[0] ?? '';
  const enabled = !/<Enabled>\s*false\s*<\/Enabled>/.test(settings);
  const lastResult = parseLastResult(details);
  const running = lastResult !== undefined && runningResults.has(lastResult);
  const executable = parseCommand(definition);
  return {
    ...{ installed, enabled, running, state: describeResult(running, lastResult) },
    ...(executable === undefined ? {} : { executable }),
  };
}

/** task-xml.ts quotes it. */
function parseCommand(definition: string): string | undefined {
  const text = /<Command>\s*([^<]*?)\s*<\/Command>/.exec(definition)?.[1];
  const entities = { quot: '"', apos: "'", lt: '<', gt: '>', amp: '&' } as const;
  return text
    ?.replaceAll(/&(quot|apos|lt|gt|amp);/g, (_, name: keyof typeof entities) => entities[name])
    .replaceAll('"', '');
}

function describeResult(running: boolean, lastResult: number | undefined): string {
  if (running) return 'running';
  if (lastResult === undefined || lastResult === neverRan) return 'never ran';
  return `ended with status ${lastResult}`;
}

/** One row a trigger, all with the same result. */
function parseLastResult(details: string): number | undefined {
  const row = details.split(/\r?\n/).find((line) => line.startsWith('"'));
  const text = row === undefined ? undefined : parseCsvRow(row)[lastResultField];
  if (text === undefined || !/^-?\d+$|^0x[\da-f]+$/i.test(text)) return undefined;
  return Number(text);
}

function parseCsvRow(row: string): readonly string[] {
  return Array.from(row.matchAll(/"((?:[^"]|"")*)"(?:,|$)/g), (match) =>
    (match[1] ?? '').replaceAll('""', '"'),
  );
}
