/** A settings file's bytes as text, and its text as JSON with the place of the first fault. */
import { isUtf8 } from 'node:buffer';
import { readTolerantly } from './tolerant-json.ts';

/** Undefined where the bytes are not UTF-8: read as if they were, letters would become others. */
export function utf8TextOf(bytes: Buffer): string | undefined {
  // Windows editors begin a file with a byte-order mark, which JSON forbids (RFC 8259, section 8.1).
  return isUtf8(bytes) ? bytes.toString('utf8').replace(/^\uFEFF/, '') : undefined;
}

/** In whatever the bytes are: UTF-16 with its mark or with every other byte zero, UTF-8, Latin-1. */
export function textOf(bytes: Buffer): string {
  const [first = 1, second = 1] = bytes;
  const isLittle = (first === 0xff && second === 0xfe) || second === 0;
  const isBig = (first === 0xfe && second === 0xff) || first === 0;
  if (isLittle || isBig) {
    const even = Buffer.from(bytes.subarray(0, bytes.length & ~1));
    return (isLittle ? even : even.swap16()).toString('utf16le').replace(/^\uFEFF/, '');
  }
  return utf8TextOf(bytes) ?? bytes.toString('latin1');
}

export type ParsedJson = { readonly value: unknown } | { readonly fault: string };

/** `fault` says why it is no JSON, with line and column, and never what stands there. */
export function parseJson(text: string): ParsedJson {
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    // V8 says the place for some faults, and repeats the text, secrets included, for others.
    const message = error instanceof Error ? error.message : String(error);
    const said = /at position (\d+)/.exec(message)?.[1];
    const at = said === undefined ? (readTolerantly(text).faultAt ?? text.length) : Number(said);
    const reason = message.replace(
      /, (?:\.\.\.)?"[\s\S]*$| (?:in|after) JSON at position[\s\S]*$/,
      '',
    );
    return { fault: `${placeOf(text, at)}: ${reason}` };
  }
}

function placeOf(text: string, at: number): string {
  const before = text.slice(0, at);
  const line = before.split('\n').length;
  return `line ${line}, column ${at - before.lastIndexOf('\n')}`;
}
