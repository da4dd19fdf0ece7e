/** Where Windows keeps its own programs: asked of Windows, not of the environment. */

import { createNativeMemory } from '../native-memory.ts';
import { openLibrary } from './native-library.ts';

/** Of a path with its NUL (MAX_PATH). */
const pathCharacters = 260;
/** Where it is unless somebody has chosen otherwise when Windows was installed. */
const usualFolder = 'C:\\Windows\\System32';

/**
 * `C:\Windows\System32`, as GetSystemDirectoryW gives it; the usual one where it cannot be asked.
 * https://learn.microsoft.com/windows/win32/api/sysinfoapi/nf-sysinfoapi-getsystemdirectoryw
 */
export async function systemFolder(): Promise<string> {
  try {
    const { GetSystemDirectoryW } = await openLibrary('kernel32.dll', {
      GetSystemDirectoryW: { arguments: ['pointer', 'uint32'], return: 'uint32' },
    });
    const bytes = Buffer.alloc(pathCharacters * 2);
    const length = GetSystemDirectoryW(bytes, pathCharacters);
    if (length === 0 || length >= pathCharacters) return usualFolder;
    return createNativeMemory('system folder', bytes).textToNul(0, bytes.length);
  } catch {
    // A Node without node:ffi, as one that runs the program from its source may be.
    return usualFolder;
  }
}
