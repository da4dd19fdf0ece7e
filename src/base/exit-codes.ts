/** The one table from errors to exit codes (sysexits.h, so that scripts and service managers can tell). */
import type { ErrorCode } from './errors.ts';

export const exitCodes = {
  ok: 0,
  /** EX_USAGE */
  usage: 64,
  /** EX_UNAVAILABLE */
  unavailable: 69,
  /** EX_SOFTWARE */
  bug: 70,
  /** EX_CANTCREAT */
  cannotWrite: 73,
  /** EX_TEMPFAIL */
  tryLater: 75,
  /** EX_NOPERM */
  permission: 77,
  /** EX_CONFIG */
  configuration: 78,
  /** 128 + SIGINT, as shells report it. */
  interrupted: 130,
  /** "Program is not running" (LSB, systemctl(1)): only `service status` says it. */
  notRunning: 3,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

const exitCodeByError: Readonly<Record<ErrorCode, ExitCode>> = {
  USAGE: exitCodes.usage,
  CONFIG_INVALID: exitCodes.configuration,
  NOT_AVAILABLE: exitCodes.unavailable,
  MALFORMED: exitCodes.unavailable,
  PERMISSION: exitCodes.permission,
  TIMEOUT: exitCodes.unavailable,
  UNAVAILABLE: exitCodes.unavailable,
  CANNOT_WRITE: exitCodes.cannotWrite,
  BUSY: exitCodes.tryLater,
  CANCELLED: exitCodes.interrupted,
  BUG: exitCodes.bug,
};

export function exitCodeOf(code: ErrorCode): ExitCode {
  return exitCodeByError[code];
}
