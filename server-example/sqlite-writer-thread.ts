/** The thread of sqlite-writer.ts: it has a connection of its own and answers one call after another. */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { openDatabase } from './sqlite-database.ts';
import { createWrites, type Writes, type WriteTypes } from './sqlite-writes.ts';

export type Call<K extends keyof WriteTypes = keyof WriteTypes> = {
  [P in K]: { readonly operation: P; readonly asked: WriteTypes[P]['asked'] };
}[K];

export type Answer<K extends keyof WriteTypes> =
  | { readonly answered: WriteTypes[K]['answered'] }
  | { readonly failed: string };

const database = openDatabase(workerData);
const writes = createWrites(database);

function answerTo<K extends keyof WriteTypes>(all: Writes, call: Call<K>): Answer<K> {
  try {
    return { answered: all[call.operation](call.asked) };
  } catch (error) {
    return { failed: error instanceof Error ? error.message : String(error) };
  }
}

parentPort?.on('message', ({ call, reply }: { call: Call; reply: MessagePort }) => {
  reply.postMessage(answerTo(writes, call));
  reply.close();
});
