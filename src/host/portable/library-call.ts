/**
 * Questions to systeminformation, which starts programs and may wait for them for ever: a dead mount
 * stops its `df` in the kernel, where no signal reaches it.
 */
import { type Clock, waitAtMost } from '../../base/clock.ts';
import { errorMessage, MonitorError } from '../../base/errors.ts';

export type Library = typeof import('systeminformation');

export interface LibraryCallOptions<Value> {
  /** The library's function, for messages: `fsSize`. */
  readonly name: string;
  readonly call: (library: Library) => Promise<Value>;
  readonly clock: Clock;
  readonly deadlineMs: number;
  /** Tests hand in their own; the real one is loaded at the first call. */
  readonly loadLibrary?: () => Promise<Library>;
}

/**
 * A call that ends within its deadline, one way or the other. A question that got no answer is not
 * asked again before the first one ends, so that programs that hang do not pile up.
 *
 * Throws a MonitorError: TIMEOUT, BUSY while an earlier call hangs, UNAVAILABLE when it failed.
 */
export function createLibraryCall<Value>(options: LibraryCallOptions<Value>): () => Promise<Value> {
  const { name, call, clock, deadlineMs, loadLibrary = loadSystemInformation } = options;
  const operation = `ask systeminformation for ${name}`;
  let hanging = false;

  async function ask(): Promise<Value> {
    hanging = true;
    try {
      return await call(await loadLibrary());
    } catch (error) {
      throw new MonitorError({
        code: 'UNAVAILABLE',
        operation,
        reason: errorMessage(error),
        cause: error,
      });
    } finally {
      hanging = false;
    }
  }

  return async () => {
    if (hanging) {
      throw new MonitorError({
        code: 'BUSY',
        operation,
        reason: 'an earlier call has not returned yet',
      });
    }
    const answer = ask().then((value) => ({ value }));
    const first = await waitAtMost(clock, deadlineMs, answer);
    if (first !== 'late') return first.value;
    answer.catch(() => {
      // It came too late to be told.
    });
    throw new MonitorError({
      code: 'TIMEOUT',
      operation,
      reason: `no answer within ${deadlineMs} ms`,
    });
  };
}

async function loadSystemInformation(): Promise<Library> {
  const { default: library } = await import('systeminformation');
  return library;
}
