/**
 * What is said of each part of a report, once, in its row: `<part>/index.ts` holds it, and index.ts
 * is the table. Three things are kept apart in it:
 *
 *   value   what a collector gives, and what `--wide` prints
 *   shown   the value as a table for people
 *   sent    the value as the published contract (wire/) has it; a part may be shown and not sent
 */
import type { Table } from '../base/table.ts';
import type { CgroupController } from '../host/linux/cgroup.ts';
import type { SettingKey } from '../settings/setting-table.ts';
import type { CollectingSettings, CollectorTable } from './collector.ts';

/** The short flags of the commands that show parts. The command line says what each one means. */
export type ShortFlag = 'include' | 'exclude' | 'detail' | 'scope' | 'host-root';

export interface PartRow<Value> {
  /** For help: what it tells, as a clause. */
  readonly summary: string;
  /** Which setting each of its flags stands for. */
  readonly flags: Readonly<Partial<Record<ShortFlag, SettingKey>>>;
  readonly collectors: CollectorTable<Value>;
  /** By what people can have its entries sorted; they can then be limited to the first ones too. */
  readonly sortKeys?: readonly string[];
  /** Absent for a part that always has figures. */
  readonly judge?: (value: Value, settings: CollectingSettings) => Verdict;
  /** Lazy: the row stands in what every start reads. */
  readonly details: () => Promise<PartDetails<Value>>;
  /** The one projection from the value to the contract. Absent where nothing is sent. */
  readonly toWire?: (value: Value) => unknown;
}

/**
 * What is to be thought of a value that was read: that it has figures, that it has none because there
 * are none (`empty`) or because the settings want none (`off`), or that it has none and no system is
 * like that, which is a failure.
 */
export type Verdict = 'ok' | 'empty' | 'off' | 'impossible';

export const emptyOrOk = (value: object): Verdict =>
  Object.keys(value).length === 0 ? 'empty' : 'ok';

/** How people want to see entries: all of them in their own order unless told. */
export interface View {
  /** One of the row's `sortKeys`. */
  readonly sort?: string;
  readonly limit?: number;
}

export interface PartDetails<Value> {
  /** For people. Pure. */
  readonly show: (value: Value, view: View) => Table;
  /** For a part with `sortKeys`: the value in that order, and no more of it. Pure. */
  readonly arrange?: (value: Value, view: View) => Value;
  /** Its table may be long: it stands below the others. */
  readonly isLong?: true;
  readonly capture: CaptureSources;
}

/** A part of the published contract. */
export interface SentRow<Value, Wire> extends PartRow<Value> {
  readonly toWire: (value: Value) => Wire;
  /** What stands in a report in its place when it cannot be read. */
  readonly whenFailed: Wire | 'no report';
}

/** A part for people at this machine alone. */
export interface ShownRow<Value> extends PartRow<Value> {
  readonly toWire?: never;
}

/**
 * Of two types that are the same, the first. A part that is sent as it is collected takes it in
 * `toWire`: once its value holds more than the contract, that does not compile any more, and the
 * projection has to name what is sent.
 */
export type Same<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? A : never;

/** What a Linux system says to its collector, for captured systems (scripts/capture-fixture.ts). */
export interface CaptureSources {
  readonly files: readonly CapturedFile[];
  /** All files of the cgroup that this runs in, and of those above it. */
  readonly cgroups?: readonly CgroupController[];
  /** Answers that are no files: see SystemCalls. */
  readonly calls?: readonly ('interfaces' | 'ip-address' | 'statfs')[];
}

export interface CapturedFile {
  /** Below `/`. `*` is any name, `<pid>` that of each process. */
  readonly path: string;
  /** The lines that count; all of them unless told. */
  readonly lines?: RegExp;
  /** What is taken out of it, because it names a person, a machine or a network. */
  readonly hide?: 'paths' | 'accounts' | 'arguments' | 'addresses' | 'hex addresses';
}
