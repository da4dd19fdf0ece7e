/**
 * The header `System-Monitor-Health`: how it stood with each part when a report was collected, so
 * that a receiver can tell "sent none on purpose" from "could not read". The note is kept in memory
 * beside the spool, whose files know nothing of it: a report that a restart found is sent without.
 */
import type { Transport } from './transport.ts';

export interface HealthNotes {
  /** Of the report with this key: `cpu=ok,disks=failed`. */
  note(key: string, health: string): void;
  /** The same transport; what is noted of a report goes with it. */
  through(transport: Transport): Transport;
}

const statusAccepted = 200;
/** A week of reports a minute; of older ones that wait, nothing is known any more. */
const notesMax = 10_000;

/** While `isWanted` says no, nothing is noted or sent. */
export function createHealthNotes(isWanted: () => boolean): HealthNotes {
  const notes = new Map<string, string>();
  return {
    note(key, health) {
      if (!isWanted()) return;
      notes.set(key, health);
      const [oldest] = notes.keys();
      if (notes.size > notesMax && oldest !== undefined) notes.delete(oldest);
    },
    through: (transport) => ({
      async post(request) {
        const key = request.idempotencyKey ?? '';
        const health = isWanted() ? notes.get(key) : undefined;
        const headers = health === undefined ? {} : { 'system-monitor-health': health };
        const result = await transport.post({ ...request, headers });
        if (result.kind === 'answer' && result.status === statusAccepted) notes.delete(key);
        return result;
      },
      close: () => transport.close(),
    }),
  };
}
