/**
 * Loaded before the program (`node --import`): as soon as the file BUG_WHEN is there, what BUG names
 * is broken, as if somebody had written it so.
 */
import { existsSync } from 'node:fs';

const { BUG: bug = '', BUG_WHEN: armingFile = '' } = process.env;

function breakIt(): void {
  throw new TypeError(`injected: ${bug}`);
}

/** Writing JSON breaks for such values. */
function breakJson(isBroken: (value: unknown) => boolean): void {
  const { stringify } = JSON;
  JSON.stringify = (value: unknown, ...more: []) => {
    if (isBroken(value)) breakIt();
    return stringify(value, ...more);
  };
}

const ways: Readonly<Record<string, () => void>> = {
  agent: () => breakJson((value) => Reflect.get(Object(value), 'action') === 'send_stats'),
  // Two numbers are compared when settings are.
  reload: () => breakJson((value) => typeof value === 'number'),
  status: () => {
    Reflect.set(process, 'cpuUsage', breakIt);
  },
  rejection: () => {
    void Promise.reject(new TypeError('injected: rejection'));
  },
  /** And something that would hold the process open for good. */
  exception: () => {
    setInterval(() => {}, 1000);
    setImmediate(breakIt);
  },
};

const looking = setInterval(() => {
  if (!existsSync(armingFile)) return;
  clearInterval(looking);
  process.stderr.write('broken from now on\n');
  ways[bug]?.();
}, 20).unref();
