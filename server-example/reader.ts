/**
 * Reads requests and stored reports, small ones at once and large ones in a thread of their own: a
 * report of 100 000 processes takes a fifth of a second, in which nobody else would be answered.
 */
import { Worker } from 'node:worker_threads';
import { createHeldBytes } from './held-bytes.ts';
import { HttpError } from './http.ts';
import { Overloaded } from './intake.ts';
import { largeBodyBytes, readingBytesMax, readingBytesOfSenderMax } from './limits.ts';
import type { Answer, Question } from './reader-thread.ts';
import { describeParts, type Reading, readRequest } from './reading.ts';

export interface Reader {
  /** What a request asks. `sender` tells whose it is, so that nobody fills the queue alone. */
  read(text: string, sender: string): Reading | Promise<Reading>;
  /** The parts of a stored report as JSON; see reading.ts. */
  describeParts(stored: string | undefined): string | Promise<string>;
  close(): Promise<void>;
}

interface Asked {
  readonly question: Question;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/** An object of eight megabytes of JSON may take thirty times as much. */
const heapMegabytesMax = 512;

export function createReader(): Reader {
  const asked: Asked[] = [];
  const held = createHeldBytes(readingBytesMax, readingBytesOfSenderMax);
  let thread: Worker | undefined;
  /** The question that the thread has. */
  let current: Asked | undefined;

  const end = (finish: (one: Asked) => void): void => {
    const one = current;
    current = undefined;
    if (one !== undefined) finish(one);
    next();
  };

  const startThread = (): Worker => {
    const started = new Worker(new URL('./reader-thread.ts', import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: heapMegabytesMax },
    });
    // It holds nobody up who wants to leave.
    started.unref();
    started.on('message', (answer: Answer) => end((one) => one.resolve(answer)));
    started.on('error', (error) => {
      thread = undefined;
      const reason = `reading this report takes too much memory: ${error.message}`;
      end((one) => one.reject(new HttpError(400, reason)));
    });
    return started;
  };

  const next = (): void => {
    if (current !== undefined) return;
    current = asked.shift();
    if (current === undefined) return;
    thread ??= startThread();
    thread.postMessage(current.question);
  };

  const ask = async (question: Question, sender: string): Promise<Answer> => {
    const { length } = question.text;
    if (held.take(sender, length) !== 'taken') {
      throw new Overloaded('too many large reports are waiting to be read');
    }
    try {
      return await new Promise((resolve, reject) => {
        asked.push({ question, resolve, reject });
        next();
      });
    } finally {
      held.giveBack(sender, length);
    }
  };

  return {
    read: (text, sender) =>
      text.length < largeBodyBytes
        ? readRequest(text)
        : ask({ text, wanted: 'reading' }, sender).then(({ reading }) => reading),
    describeParts: (stored) =>
      stored === undefined || stored.length < largeBodyBytes
        ? describeParts(stored)
        : ask({ text: stored, wanted: 'parts' }, 'the page').then(({ parts }) => parts),
    close: async () => {
      await thread?.terminate();
    },
  };
}
