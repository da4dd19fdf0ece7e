/**
 * A process's name as psutil 5.9 gives it: `comm`, which the kernel cuts at 15 bytes, completed from
 * the base name of argv[0] where that starts with it ("gnome-keyring-d" → "gnome-keyring-daemon").
 */

/** TASK_COMM_LEN − 1 (include/linux/sched.h). Kernel threads alone may show more. */
const cutLength = 15;
/** Of a longer name nobody needs more: 255 bytes are sent. */
const keptBytes = 512;
const nul = 0x00;
const space = 0x20;
const slash = 0x2f;

/**
 * Bytes that are no UTF-8 become U+FFFD. psutil makes lone surrogates of them; JSON can spell those,
 * but RFC 7493 forbids them and PostgreSQL's jsonb and others refuse the whole report for one.
 */
export function decodeName(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

/**
 * True for a `comm` that the kernel may have cut. psutil counts characters, not bytes, and so never
 * completes a name with a letter of two bytes or more: 15 characters are 15 bytes of ASCII, or bytes
 * that are no UTF-8. A longer one belongs to a kernel thread and has no command line.
 */
export function mayBeCut(comm: Uint8Array, name: string): boolean {
  if (comm.length !== cutLength) return false;
  for (const character of name) {
    if (character > '\u007f' && character !== '\ufffd') return false;
  }
  return true;
}

/** `comm`, or the longer name that the command line gives. Both are bytes as the kernel shows them. */
export function completeName(comm: Uint8Array, commandLine: Uint8Array): string {
  const first = firstArgument(commandLine);
  const base = first.subarray(first.lastIndexOf(slash) + 1);
  return decodeName(startsWith(base, comm) ? base.subarray(0, keptBytes) : comm);
}

/**
 * argv[0]. The arguments end in NUL; a process that wrote its own title over them separates them by
 * spaces, with or without a last NUL, and then the first word is taken, as psutil does (psutil#1179).
 */
function firstArgument(commandLine: Uint8Array): Uint8Array {
  const endsInNul = commandLine.at(-1) === nul;
  const text =
    endsInNul || commandLine.at(-1) === space ? commandLine.subarray(0, -1) : commandLine;
  const end = text.indexOf(endsInNul && text.includes(nul) ? nul : space);
  const first = end === -1 ? text : text.subarray(0, end);
  // A title that is shorter than what it was written over leaves a NUL, and the rest behind it.
  const nulAt = first.indexOf(nul);
  return nulAt === -1 ? first : first.subarray(0, nulAt);
}

function startsWith(bytes: Uint8Array, start: Uint8Array): boolean {
  return bytes.length >= start.length && start.every((byte, index) => bytes[index] === byte);
}
