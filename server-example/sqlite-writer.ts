/**
 * Writes to the SQLite store in a thread of their own. SQLite is synchronous: a commit waits for the
 * disk and a report of 8 MiB takes some tens of milliseconds, in which nobody else would be answered.
 */
import { MessageChannel, Worker } from 'node:worker_threads';
import type { Answer, Call } from './sqlite-writer-thread.ts';
import type { WriteTypes } from './sqlite-writes.ts';

export interface SqliteWriter {
  /** One call after the other. Rejects with the reason where it could not be written. */
  write<K extends keyof WriteTypes>(call: Call<K>): Promise<WriteTypes[K]['answered']>;
  /** After what was asked before. */
  close(): Promise<void>;
}

export interface SqliteWriterOptions {
  /** Told of each thread as it starts. */
  readonly onThread?: (thread: Worker) => void;
}

/** `path` names a database that is there already. */
export function createSqliteWriter(path: string, options: SqliteWriterOptions = {}): SqliteWriter {
  let thread: Worker | undefined;
  let isClosed = false;
  const asked = new Set<Promise<unknown>>();

  const startThread = (): Worker => {
    const started = new Worker(new URL('./sqlite-writer-thread.ts', import.meta.url), {
      workerData: path,
    });
    // It holds nobody up who wants to leave; an answer that is waited for does.
    started.unref();
    const forget = (): void => {
      if (thread === started) thread = undefined;
    };
    // Whoever waits is told by the channel, which ends with the thread.
    started.on('error', forget);
    started.on('exit', forget);
    options.onThread?.(started);
    return started;
  };

  const ask = <K extends keyof WriteTypes>(call: Call<K>): Promise<WriteTypes[K]['answered']> =>
    new Promise((resolve, reject) => {
      const { port1, port2 } = new MessageChannel();
      port1.once('message', (answer: Answer<K>) => {
        if ('failed' in answer) reject(new Error(answer.failed));
        else resolve(answer.answered);
      });
      port1.once('close', () => reject(new Error("the store's thread has ended")));
      thread ??= startThread();
      thread.postMessage({ call, reply: port2 }, [port2]);
    });

  return {
    write: async (call) => {
      if (isClosed) throw new Error('the store is closed');
      const answer = ask(call);
      asked.add(answer);
      try {
        return await answer;
      } finally {
        asked.delete(answer);
      }
    },
    close: async () => {
      isClosed = true;
      await Promise.allSettled(asked);
      await thread?.terminate();
    },
  };
}
