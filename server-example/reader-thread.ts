/** The thread of reader.ts: one question, one answer, one after the other. */
import { parentPort } from 'node:worker_threads';
import { describeParts, type Reading, readRequest } from './reading.ts';

export interface Question {
  readonly text: string;
  readonly wanted: 'reading' | 'parts';
}

export interface Answer {
  readonly reading: Reading;
  readonly parts: string;
}

const nothing: Reading = { action: 'refused', reason: '', ofReport: false };

parentPort?.on('message', ({ text, wanted }: Question) => {
  const answer: Answer =
    wanted === 'reading'
      ? { reading: readRequest(text), parts: '' }
      : { reading: nothing, parts: describeParts(text) };
  parentPort?.postMessage(answer);
});
