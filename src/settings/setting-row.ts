/**
 * What a row of the table of settings says. Rows are data alone: help and completion read them at
 * every start and must load nothing for it. schema.ts makes checks of them.
 */

/** The headings under which settings stand in help and documentation. */
export const settingGroups = ['Reporting', 'Delivery', 'Keeping', 'Collecting', 'Log'] as const;

/**
 * The pieces of the background process that are made of settings, and when a change of those is
 * taken over: at once, by making the piece anew while the process runs, or at its next start.
 */
export const settingPieces = {
  /** What a report says of itself, and the schedule. */
  report: 'at once',
  transport: 'at once',
  collectors: 'at once',
  /** How fast a backlog is sent. */
  pacing: 'at the next start',
  spool: 'at the next start',
  log: 'at the next start',
} as const;

export type SettingPiece = keyof typeof settingPieces;

/** Those that are made anew while the process runs. */
export type LivePiece = {
  [Piece in SettingPiece]: (typeof settingPieces)[Piece] extends 'at once' ? Piece : never;
}[SettingPiece];

export function isLivePiece(piece: SettingPiece): piece is LivePiece {
  return settingPieces[piece] === 'at once';
}

interface CommonRow {
  readonly group: (typeof settingGroups)[number];
  /** Which piece of the background process is made of it. */
  readonly piece: SettingPiece;
  /** Whole sentences; the values that a choice has are added to it. */
  readonly description: string;
  /** A value that would be accepted, as it is typed at a command line. */
  readonly example: string;
}

/** A setting without a default is absent until somebody gives it. */
export interface TextRow extends CommonRow {
  readonly kind: 'text';
  readonly pattern: RegExp;
  /** What the pattern asks for, after "must be". */
  readonly form: string;
  readonly default?: string;
  /** Shown to nobody. */
  readonly secret?: true;
}

export interface PathRow extends CommonRow {
  readonly kind: 'path';
  readonly names: 'file' | 'folder';
  /** Empty for none. */
  readonly default: string;
}

export interface UrlRow extends CommonRow {
  readonly kind: 'url';
  /** Words that may stand in place of an address; the empty one means that it is not set. */
  readonly words: readonly string[];
  readonly default: string;
  /** Its `user:password@` and the values of its query are (server-url.ts). */
  readonly secret: true;
}

export interface NumberRow extends CommonRow {
  readonly kind: 'integer' | 'number';
  readonly min: number;
  readonly max: number;
  /** For one, and for any other number. */
  readonly unit: readonly [one: string, many: string];
  readonly default: number;
}

export interface BooleanRow extends CommonRow {
  readonly kind: 'boolean';
  readonly default: boolean;
}

export interface ChoiceRow extends CommonRow {
  readonly kind: 'choice';
  /** From each value to what it means. */
  readonly choices: Readonly<Record<string, string>>;
  readonly default: string;
}

/** Globs, separated by commas where they are typed; collectors/filter.ts says how they match. */
export interface PatternsRow extends CommonRow {
  readonly kind: 'patterns';
  readonly default: readonly string[];
}

/** HTTP headers by their names; a JSON object where they are typed. */
export interface HeadersRow extends CommonRow {
  readonly kind: 'headers';
  readonly default: Readonly<Record<string, string>>;
  /** Its values are. */
  readonly secret: true;
}

export type SettingRow =
  | TextRow
  | PathRow
  | UrlRow
  | NumberRow
  | BooleanRow
  | ChoiceRow
  | PatternsRow
  | HeadersRow;

/** The type of a setting's value, from its row. */
export type ValueOf<Row extends SettingRow> = Row extends ChoiceRow
  ? keyof Row['choices'] & string
  : Row extends NumberRow
    ? number
    : Row extends BooleanRow
      ? boolean
      : Row extends PatternsRow
        ? readonly string[]
        : Row extends HeadersRow
          ? Readonly<Record<string, string>>
          : string;
