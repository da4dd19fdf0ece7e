/**
 * What is the most that somebody else may ask of this receiver, all in one place. Every bound stands
 * far above what machines send, so that it is met by mistakes and attacks alone; docs/receiver.md has
 * them as a table.
 */

/** A report of 20 000 processes is about 1.5 MB. Also after inflation. */
export const bodyBytesMax = 8 * 1024 * 1024;

/** The parts of one report. Processes are as many as fit into the body. */
export const reportLimits = {
  disks: 10_000,
  interfaces: 10_000,
  /** MAX_ARG_STRLEN of Linux: no word that a program is started with is longer (execve(2)). */
  processNameLength: 131_072,
  /** The longest path that Windows knows; PATH_MAX of Linux is an eighth of it. */
  nameLength: 32_768,
  addressLength: 1024,
  urlLength: 8192,
} as const;

/**
 * Disks and interfaces that are kept beside a report, for the list and the charts; the report itself
 * stays whole. A chart of 2000 points reads as many of these.
 */
export const keptEntriesMax = 256;
export const keptBytesMax = 32 * 1024;

/** Bodies that are on their way, together: many slow senders cannot fill the memory. */
export const arrivingBytesMax = 128 * 1024 * 1024;
/** Of one sender: half, because behind a proxy all machines may be one. */
export const arrivingBytesOfSenderMax = arrivingBytesMax / 2;
/** Bodies that are inflated at a time; the others wait as small as they came. */
export const inflationsMax = 4;
/** A larger body is read by another thread, so that nobody waits for it here. */
export const largeBodyBytes = 256 * 1024;
/** Large bodies that wait to be read: of all, and of one sender. */
export const readingBytesMax = 64 * 1024 * 1024;
export const readingBytesOfSenderMax = 2 * bodyBytesMax;
/** JSON that waits for a commit: of all, and of one system. */
export const waitingBytesMax = 64 * 1024 * 1024;
export const waitingBytesOfSystemMax = 2 * bodyBytesMax;

/** Half as many again as one receiver was measured with. */
export const systemsMaxDefault = 15_000;

/** Distinct reports of one system within an hour, as a multiple of what its interval gives. */
export const quotaTimes = 10;

/** What one sender may add to a second that has a report already. A hundred machines of one image. */
export const copiesOfSenderMax = 100;
export const copiesBytesOfSenderMax = 2 * bodyBytesMax;

/** Work in the receiver's own thread gives way to others after this long. */
export const sliceMs = 10;
