/**
 * The one error class. Callers match `code`, never the text; the text is for people and is made of
 * the operation that failed ("read /proc/stat"), the reason and, where the user can act, a hint.
 */

export type ErrorCode =
  /** A command was called with words or values that it does not take. */
  | 'USAGE'
  /** The configuration holds a wrong value, or cannot be read. */
  | 'CONFIG_INVALID'
  /** A figure's source does not exist on this system: a normal absence. */
  | 'NOT_AVAILABLE'
  /** A source answered with something that its parser does not know. */
  | 'MALFORMED'
  /** The operating system refuses. */
  | 'PERMISSION'
  /** A deadline passed. */
  | 'TIMEOUT'
  /** The server or a needed service cannot be reached. */
  | 'UNAVAILABLE'
  /** A file cannot be written. */
  | 'CANNOT_WRITE'
  /** Another process holds what this one needs; later it may go. */
  | 'BUSY'
  /** The user pressed Ctrl-C or closed a prompt. */
  | 'CANCELLED'
  /** A broken invariant: a bug. */
  | 'BUG';

export interface MonitorErrorOptions {
  readonly code: ErrorCode;
  /** Verb and object: "read /proc/stat". */
  readonly operation: string;
  /** Why it failed, as a clause without a full stop. */
  readonly reason: string;
  /** What the user can do about it, as a sentence. */
  readonly hint?: string;
  readonly cause?: unknown;
}

export class MonitorError extends Error {
  readonly code: ErrorCode;
  readonly operation: string;
  readonly reason: string;
  readonly hint: string | undefined;

  constructor(options: MonitorErrorOptions) {
    super(
      `${options.operation}: ${options.reason}`,
      options.cause === undefined ? {} : { cause: options.cause },
    );
    this.name = 'MonitorError';
    this.code = options.code;
    this.operation = options.operation;
    this.reason = options.reason;
    this.hint = options.hint;
  }
}

/**
 * Whether this is a fault that is foreseen: the disk is full, the file is wrong. Anything else that
 * is thrown is a bug, and whoever cannot tell what is left whole afterwards stops.
 */
export function isForeseen(error: unknown): error is MonitorError {
  return error instanceof MonitorError && error.code !== 'BUG';
}

/** The `code` of a Node system error (`ENOENT`, `ECONNREFUSED`), or undefined for anything else. */
export function systemErrorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** One line that says why, for a thrown value of any type. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

const permissionCodes = new Set(['EACCES', 'EPERM']);
const absentCodes = new Set(['ENOENT', 'ENOTDIR', 'ENODEV', 'ENXIO']);
/** Only writing meets these. */
const unwritableCodes = new Set(['ENOSPC', 'EROFS', 'EDQUOT', 'EFBIG']);

/** What the system itself lacks, in words that `EMFILE: too many open files` does not have. */
const scarcityHints: Readonly<Record<string, string>> = {
  EMFILE: 'This process may open no more files: raise its limit (LimitNOFILE, ulimit -n).',
  ENFILE: 'The whole system may open no more files: raise its limit (fs.file-max).',
  ENOMEM: 'The system has no memory left for it.',
};

/**
 * Wraps a file system error with the operation that met it, so that the reader learns which file,
 * and the caller gets a stable code. A MonitorError passes through as it is; what is no error of the
 * system at all is a bug.
 */
export function wrapSystemError(
  operation: string,
  error: unknown,
  hint = scarcityHints[systemErrorCode(error) ?? ''],
): MonitorError {
  if (error instanceof MonitorError) return error;
  return new MonitorError({
    code: codeOf(systemErrorCode(error)),
    operation,
    reason: errorMessage(error),
    cause: error,
    ...(hint === undefined ? {} : { hint }),
  });
}

/** The same for writing: whatever stands in the way of it, it cannot be written. */
export function wrapWriteError(operation: string, error: unknown, hint?: string): MonitorError {
  const wrapped = wrapSystemError(operation, error, hint);
  if (wrapped === error || wrapped.code === 'PERMISSION' || wrapped.code === 'BUG') return wrapped;
  const { reason } = wrapped;
  return new MonitorError({
    ...{ code: 'CANNOT_WRITE', operation, reason, cause: error },
    ...(hint === undefined ? {} : { hint }),
  });
}

function codeOf(systemCode: string | undefined): ErrorCode {
  if (systemCode === undefined) return 'BUG';
  if (permissionCodes.has(systemCode)) return 'PERMISSION';
  if (absentCodes.has(systemCode)) return 'NOT_AVAILABLE';
  return unwritableCodes.has(systemCode) ? 'CANNOT_WRITE' : 'UNAVAILABLE';
}
