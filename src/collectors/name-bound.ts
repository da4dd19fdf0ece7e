/**
 * Names are chosen by others: whoever may start a program may call it what he likes. A name that is
 * longer than any real one is cut, so that nobody can make reports that no server takes.
 */
import type { Remarks } from '../base/remarks.ts';

/** UTF-8. NAME_MAX (include/uapi/linux/limits.h): what a name of a file may have. */
export const nameBytesMax = 255;

/**
 * The text as it is sent: well-formed, without NUL, and of 255 bytes at most. It is cut between two
 * code points; nothing is put in the place of what was cut.
 */
export function boundName(text: string, bytesMax = nameBytesMax): string {
  const clean = withoutNul(text.isWellFormed() ? text : text.toWellFormed());
  // A UTF-16 unit is three bytes of UTF-8 at most: a shorter text needs no counting.
  if (clean.length * 3 <= bytesMax || Buffer.byteLength(clean) <= bytesMax) return clean;
  const bytes = Buffer.from(clean.slice(0, bytesMax + 1));
  let end = bytesMax;
  // 10xxxxxx goes on with the character that an earlier byte begins.
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.toString('utf8', 0, end);
}

/** No kernel has it in a name; PostgreSQL's jsonb refuses a whole report for one. */
function withoutNul(text: string): string {
  const end = text.indexOf('\0');
  return end === -1 ? text : text.slice(0, end);
}

/**
 * Keys, all different before, as they are sent: bounded, and still all different. Of those that the
 * bound makes the same, the first has the plain cut, the others end in `~2`, `~3` and so on. A key
 * that needs no cutting stays what it is.
 */
export function boundKeys(keys: readonly string[], bytesMax = nameBytesMax): string[] {
  const bounded = keys.map((key) => boundName(key, bytesMax));
  const taken = new Set(keys.filter((key, index) => bounded[index] === key));
  /** How far the numbers of a cut key are used up: counting from 2 each time would be quadratic. */
  const numbers = new Map<string, number>();
  return bounded.map((cut, index) => {
    const key = keys[index] ?? cut;
    if (cut === key) return key;
    let free = cut;
    let number = numbers.get(cut) ?? 2;
    while (taken.has(free)) {
      const mark = `~${number}`;
      free = boundName(key, bytesMax - mark.length) + mark;
      number += 1;
    }
    numbers.set(cut, number);
    taken.add(free);
    return free;
  });
}

/** Of one sample. */
export interface NameBound {
  /** `boundName`, counted where something was cut off. */
  bound(text: string): string;
  /** `boundKeys`, counted likewise. */
  boundKeys(keys: readonly string[]): string[];
  /** Says how many names of this sample were cut. */
  tell(): void;
}

export interface NameBoundContext {
  readonly remarks: Remarks;
  /** Takes what was cut, where somebody wants to mark it for people. */
  readonly cutNames?: Set<string>;
}

/** `subject`: whose names they are, in the plural: "processes". */
export function createNameBound(context: NameBoundContext, subject: string): NameBound {
  const { remarks, cutNames } = context;
  let cut = 0;

  function count(text: string, sent: string): string {
    // Half a letter that becomes U+FFFD is not cut.
    if (sent === text || sent === text.toWellFormed()) return sent;
    cut += 1;
    cutNames?.add(sent);
    return sent;
  }

  return {
    bound: (text) => count(text, boundName(text)),
    boundKeys: (keys) => boundKeys(keys).map((sent, index) => count(keys[index] ?? sent, sent)),
    tell() {
      const reason = `${cut} longer than ${nameBytesMax} bytes`;
      if (cut > 0) remarks.holds('names.cut', subject, reason);
      else remarks.ended('names.cut', subject);
    },
  };
}
