/**
 * How this room reaches Windows: functions of system libraries, called in the process through
 * `node:ffi`, which is loaded when first needed.
 *
 * None of the bindings asks GetLastError: Node itself calls Windows between two of our calls, so
 * the thread's last error may be somebody else's by then. Where the reason of a refusal matters,
 * the Nt function is taken that returns its NTSTATUS.
 */
import type { NativeFunctions, Signature } from 'node:ffi';
import { errorMessage, MonitorError } from '../../base/errors.ts';

/**
 * Only libraries that node.exe itself is linked with: they are in memory before this runs, so that
 * a bare name can never load a file of the same name from a download folder.
 */
export type SystemLibrary = 'advapi32.dll' | 'iphlpapi.dll' | 'kernel32.dll' | 'ntdll.dll';

/**
 * The named functions of a system library. Throws NOT_AVAILABLE where this Node has no `node:ffi`
 * (before 26.1, or `--no-experimental-ffi`), where the permission model forbids it, and where the
 * library lacks a function (an older Windows).
 */
export async function openLibrary<const Definitions extends Readonly<Record<string, Signature>>>(
  library: SystemLibrary,
  definitions: Definitions,
): Promise<NativeFunctions<Definitions>> {
  try {
    const { dlopen } = await import('node:ffi');
    return dlopen(library, definitions).functions;
  } catch (error) {
    throw new MonitorError({
      code: 'NOT_AVAILABLE',
      operation: `load ${library}`,
      reason: errorMessage(error),
      cause: error,
    });
  }
}

/** The error of a call that Windows refused; the caller may ask the portable collector instead. */
export function refused(call: string, reason: string): MonitorError {
  return new MonitorError({ code: 'NOT_AVAILABLE', operation: `call ${call}`, reason });
}

/**
 * For functions that return a BOOL. Throws NOT_AVAILABLE when it is FALSE.
 */
export function requireTrue(call: string, result: number): void {
  if (result === 0) throw refused(call, 'Windows refused the call');
}
