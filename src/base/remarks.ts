/**
 * What one should know of the figures for now, as data: the system keeps a disk secret, a mount does
 * not answer. A remark is no failure: the part is there, with less in it or had in another way.
 */
import type { Clock } from './clock.ts';
import { createLastingLog } from './lasting-log.ts';
import type { LogEvent } from './log-events.ts';
import type { Logger } from './logger.ts';

/** Of one kind. A machine may have a thousand mounts that are closed to us, and nobody reads of each. */
const subjectsMax = 64;

interface RemarkRow {
  /** For people: a sentence without its full stop. */
  readonly text: (subject: string, reason: string) => string;
  /** The field of its log line that names the subject. */
  readonly subject?: string;
  /** Whoever makes it says it in the log as well. */
  readonly logsItself?: true;
  /** Many machines are like that: the log says it at its lowest level. */
  readonly isUsual?: true;
}

/** Each has the name of the log event that says that it begins. */
const remarkTable = {
  'collector.fallback': {
    subject: 'part',
    text: (part, reason) => `${part} is read in another way: ${reason}`,
  },
  'descriptors.scarce': {
    subject: 'part',
    text: (_, reason) =>
      reason === 'ENFILE'
        ? 'The whole system may open too few files; raise its limit (fs.file-max)'
        : 'This process may open too few files; raise its limit (LimitNOFILE, ulimit -n)',
  },
  'disks.hidden': {
    subject: 'mount_point',
    text: (mountPoint, reason) => `The disk at ${mountPoint} is left out: ${reason}`,
  },
  // A mount may be slow once: the log names it when the next sample finds it waiting still.
  'mount.stuck': {
    subject: 'mount_point',
    text: (mountPoint) =>
      `${/^[A-Z]:/.test(mountPoint) ? 'Drive' : 'The mount at'} ${mountPoint} does not answer, and is left alone`,
    logsItself: true,
  },
  'names.cut': {
    subject: 'of',
    text: (subject, reason) => `Some names of ${subject} are cut: ${reason}`,
  },
  'network.addresses_unknown': {
    text: (_, reason) =>
      `Some addresses are left out, because it is not known which interfaces have them: ${reason}`,
  },
  'processes.hidden': { text: (_, reason) => `Only some processes can be seen: ${reason}` },
  'remarks.more': {
    subject: 'of',
    text: (of, count) => `There are ${count} more remarks of the kind ${of}`,
  },
  'report.cut': {
    text: (_, reason) => `Reports would be larger than report_max_kib allows: ${reason}`,
  },
  'users.lookup_failed': {
    text: (_, reason) => `Some users are shown by their numbers: ${reason}`,
  },
  'figures.absent': {
    subject: 'figure',
    text: (figure, reason) => `${figure} is left out: ${reason}`,
    isUsual: true,
  },
  'figures.clamped': {
    subject: 'figure',
    text: (figure, reason) => `${figure} was corrected: ${reason}`,
  },
} as const satisfies { readonly [Event in LogEvent]?: RemarkRow };

export type RemarkKind = keyof typeof remarkTable;

export const remarkKinds: readonly RemarkKind[] = Object.keys(remarkTable).filter(isRemarkKind);

function isRemarkKind(text: string): text is RemarkKind {
  return Object.hasOwn(remarkTable, text);
}

/** Whether many machines are like that, and nothing need be done. */
export function isUsualRemark(kind: RemarkKind): boolean {
  const { isUsual }: RemarkRow = remarkTable[kind];
  return isUsual === true;
}

/** For people: a sentence without its full stop. */
export function describeRemark(kind: RemarkKind, subject: string, reason: string): string {
  return remarkTable[kind].text(subject, reason);
}

export interface Remark {
  readonly kind: RemarkKind;
  /** What it is about: a part, a mount point, a figure. */
  readonly subject: string;
  readonly reason: string;
  /** Whole seconds since 1970. */
  readonly since: number;
}

export interface Remarks {
  /** It holds now: said in the log when it begins, when the reason changes, and every hour. */
  holds(kind: RemarkKind, subject: string, reason: string): void;
  /** It does not hold, or not any more. */
  ended(kind: RemarkKind, subject: string): void;
  /**
   * Those of this kind hold, from each subject to its reason, and no others: of the subjects that
   * begin with `prefix`, where the others are another part's to tell.
   */
  only(kind: RemarkKind, found: ReadonlyMap<string, string>, prefix?: string): void;
  /** In the order in which they began. */
  current(): readonly Remark[];
}

export interface RemarksOptions {
  readonly clock: Pick<Clock, 'epochMs' | 'monotonicMs'>;
  readonly logger: Logger;
}

export function createRemarks({ clock, logger }: RemarksOptions): Remarks {
  const remarks = new Map<string, Remark>();
  const lasting = createLastingLog({ clock });
  const keyOf = (kind: RemarkKind, subject: string): string => `${kind} ${subject}`;

  function holds(kind: RemarkKind, subject: string, reason: string): void {
    const key = keyOf(kind, subject);
    const since = remarks.get(key)?.since ?? Math.floor(clock.epochMs() / 1000);
    remarks.set(key, { kind, subject, reason, since });
    const { subject: field, logsItself }: RemarkRow = remarkTable[kind];
    const level = isUsualRemark(kind) ? 'debug' : 'warn';
    if (logsItself) return;
    const named = field === undefined ? {} : { [field]: subject };
    lasting.holds(key, reason, () => logger[level](kind, { ...named, reason }));
  }

  function ended(kind: RemarkKind, subject: string): void {
    const key = keyOf(kind, subject);
    if (!remarks.delete(key)) return;
    const level = isUsualRemark(kind) ? 'debug' : 'info';
    lasting.ended(key, () => logger[level]('remark.ended', { remark: kind, subject }));
  }

  return {
    holds,
    ended,
    only(kind, all, prefix = '') {
      const found = new Map([...all].slice(0, subjectsMax));
      if (all.size > found.size) holds('remarks.more', kind, String(all.size - found.size));
      else ended('remarks.more', kind);
      for (const remark of remarks.values()) {
        if (remark.kind !== kind || !remark.subject.startsWith(prefix)) continue;
        if (!found.has(remark.subject)) ended(kind, remark.subject);
      }
      for (const [subject, reason] of found) holds(kind, subject, reason);
    },
    current: () => [...remarks.values()],
  };
}
