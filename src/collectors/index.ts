/**
 * The table of parts, in the order of the published contract. A new part is a folder with its row
 * and one line here; one that is sent needs a schema in wire/stats.ts as well, and the compiler
 * holds the two to the same names.
 */
import type { Stats } from '../wire/stats.ts';
import type { SystemKind } from './collector.ts';
import { cpu } from './cpu/index.ts';
import { disks } from './disks/index.ts';
import { memory } from './memory/index.ts';
import { network } from './network/index.ts';
import type { PartRow, SentRow, ShownRow } from './part.ts';
import { processes } from './processes/index.ts';

const table = { cpu, memory, processes, disks, network };

/** What is shown. */
export type PartName = keyof typeof table;
/** What is sent. */
export type SentPart = keyof Stats;
/** What the collector of each part gives. */
export type PartValues = {
  [Part in PartName]: (typeof table)[Part] extends PartRow<infer Value> ? Value : never;
};

/** Does not compile for a row that is sent and has no schema, or a schema that has no such row. */
const heldToContract: {
  readonly [Part in PartName | SentPart]: Part extends SentPart
    ? SentRow<PartValues[Part], Stats[Part]>
    : ShownRow<PartValues[Part]>;
} = table;

export const parts: { readonly [Part in PartName]: PartRow<PartValues[Part]> } = table;
export const sentRows: { readonly [Part in SentPart]: SentRow<PartValues[Part], Stats[Part]> } =
  heldToContract;

export const partNames: readonly PartName[] = Object.keys(table).filter(isPartName);
export const sentParts: readonly SentPart[] = partNames.filter(isSent);

export function isPartName(text: string): text is PartName {
  return Object.hasOwn(table, text);
}

export function isSent(part: PartName): part is SentPart {
  return heldToContract[part].toWire !== undefined;
}

/** Whether no report is sent without it. */
export function isRequired(part: PartName): boolean {
  return isSent(part) && sentRows[part].whenFailed === 'no report';
}

/** Whether systems of this kind have the part at all. */
export function isTold(part: PartName, kind: SystemKind): boolean {
  return parts[part].collectors[kind] !== 'none';
}
