/**
 * Names are chosen by others: whoever may start a program may call it what he likes. A name that is
 * longer than any real one is cut, so that nobody can make reports that no server takes.
 */
import type { Remarks } from '../base/remarks.ts';

/** UTF-8. NAME_MAX (include/uapi/linux/limits.h): what a name of a file may have. */
export const nameBytesMax = 255;

/** A UTF-16 unit is three bytes of UTF-8 at most: a shorter text needs no counting. */
const unitsAlwaysShort = Math.floor(nameBytesMax / 3);

/**
 * The text as it is sent: well-formed, without NUL, and of 255 bytes at most. It is cut between two
 * code points; nothing is put in the place of what was cut.
 */
export function boundName(text: string): string {
  const clean = withoutNul(text.isWellFormed() ? text : text.toWellFormed());
  if (clean.length <= unitsAlwaysShort || Buffer.byteLength(clean) <= nameBytesMax) return clean;
  const bytes = Buffer.from(clean.slice(0, nameBytesMax + 1));
  let end = nameBytesMax;
  // 10xxxxxx goes on with the character that an earlier byte begins.
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.toString('utf8', 0, end);
}

/** No kernel has it in a name; PostgreSQL's jsonb refuses a whole report for one. */
function withoutNul(text: string): string {
  const end = text.indexOf('\0');
  return end === -1 ? text : text.slice(0, end);
}

export interface NameBound {
  /** `boundName`, counted where that made it another. */
  bound(text: string): string;
  /** Says how many names of this sample were cut, and begins the next. */
  endSample(): void;
}

/** `subject`: whose names they are, in the plural: "processes". */
export function createNameBound(remarks: Remarks, subject: string): NameBound {
  let cut = 0;
  return {
    bound(text) {
      const name = boundName(text);
      if (name !== text) cut += 1;
      return name;
    },
    endSample() {
      const reason = `${cut} longer than ${nameBytesMax} bytes`;
      if (cut > 0) remarks.holds('names.cut', subject, reason);
      else remarks.ended('names.cut', subject);
      cut = 0;
    },
  };
}
