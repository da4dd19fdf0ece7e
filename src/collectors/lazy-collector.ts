/**
 * A collector that is loaded when it is first asked, in the way that this system has, and that goes
 * another way where Windows refuses to be called in the process.
 */
import { type ErrorCode, errorMessage, MonitorError } from '../base/errors.ts';
import type {
  Collector,
  CollectorContext,
  CollectorFactory,
  CollectorTable,
  SystemKind,
} from './collector.ts';
import { type PartName, type PartValues, parts } from './index.ts';
import { createTrust } from './trust.ts';

/** The way in which the figures of this platform are had. */
export function systemKind(platform: NodeJS.Platform): SystemKind {
  if (platform === 'linux' || platform === 'win32') return platform;
  return 'portable';
}

/** The collector of a part on this system. */
export function createCollector<Part extends PartName>(
  part: Part,
  context: CollectorContext,
): Collector<PartValues[Part]> {
  return createLazyCollector(part, parts[part].collectors, context);
}

/**
 * Nothing is loaded before the first call. Windows may refuse a native call, or this Node may have
 * no `node:ffi`: the portable collector then answers in its place. It starts a PowerShell for each
 * question, so that one bad moment is no reason to stay with it, and no refusal is believed for ever.
 * On Linux there is nothing better to fall back to: systeminformation reads the same files.
 */
export function createLazyCollector<Value>(
  part: string,
  table: CollectorTable<Value>,
  context: CollectorContext,
): Collector<Value> {
  const kind = systemKind(context.platform);
  const own = lazily(async () => (await factoryFor(kind))(context));
  const portable = lazily(async () => (await factoryFor('portable'))(context));
  const trust = createTrust(context.clock);

  async function factoryFor(system: SystemKind): Promise<CollectorFactory<Value>> {
    const load = table[system];
    if (load !== 'none') return await load();
    throw new MonitorError({
      code: 'NOT_AVAILABLE',
      operation: `read ${part}`,
      reason: 'this system does not provide it',
    });
  }

  async function collectHere(signal?: AbortSignal): Promise<Value> {
    return await (await own.get()).collect(signal);
  }

  async function collect(signal?: AbortSignal): Promise<Value> {
    if (kind !== 'win32') return await collectHere(signal);
    if (trust.isGiven()) {
      try {
        const value = await collectHere(signal);
        trust.answered();
        context.remarks.ended('collector.fallback', part);
        return value;
      } catch (error) {
        if (!isRefusal(error)) throw error;
        const reason = `Windows refuses direct calls (${errorMessage(error)})`;
        if (trust.refused() === 'once') {
          context.logger.debug('collector.fallback', { part, reason });
        } else {
          context.remarks.holds('collector.fallback', part, reason);
          own.drop();
        }
      }
    }
    return await (await portable.get()).collect(signal);
  }

  return {
    collect,
    close: () => {
      own.drop();
      portable.drop();
    },
  };
}

/**
 * The system does not answer this way. A passed deadline says nothing of the kind, nor
 * does whoever gave up waiting.
 */
function isRefusal(error: unknown): boolean {
  return !(error instanceof MonitorError) || !passing.has(error.code);
}

const passing: ReadonlySet<ErrorCode> = new Set(['TIMEOUT', 'CANCELLED', 'BUSY']);

interface Lazy<Value> {
  get(): Promise<Collector<Value>>;
  /** Closes it if it was made; the next one is a new one. */
  drop(): void;
}

function lazily<Value>(load: () => Promise<Collector<Value>>): Lazy<Value> {
  let loaded: Promise<Collector<Value>> | undefined;
  return {
    get: () => {
      loaded ??= load();
      return loaded;
    },
    drop: () => {
      loaded?.then(
        (collector) => collector.close?.(),
        () => {
          // It was never made, so there is nothing to close.
        },
      );
      loaded = undefined;
    },
  };
}
