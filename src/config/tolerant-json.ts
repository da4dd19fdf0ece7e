/**
 * Reads what was meant as a JSON object: comments, single quotes, bare keys, commas and braces that
 * are missing or too many. What ends with the text is left out, since nobody knows how it went on.
 */

export interface TolerantReading {
  /** By their keys. The last of two with one key, as JSON.parse has it. */
  readonly values: ReadonlyMap<string, unknown>;
  /** Keys whose value could not be read. */
  readonly unreadable: readonly string[];
  /** The text ended inside an object or a list. */
  readonly isCut: boolean;
  /** Where JSON ends to be JSON; undefined where all of it is. */
  readonly faultAt: number | undefined;
}

/** Nobody's settings are deeper. */
const depthMax = 20;
const unread = Symbol('unread');
const escapes: Readonly<Record<string, string>> = {
  ...{ b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' },
  ...{ '"': '"', '/': '/', '\\': '\\', "'": "'" },
};

export function readTolerantly(text: string): TolerantReading {
  const reader = createReader(text);
  const unreadable: string[] = [];
  reader.skipBlanks();
  // Braces around it all may be missing.
  if (!reader.take('{')) reader.fault();
  const { entries, isClosed } = readEntries(reader, 0, (key) => unreadable.push(key));
  reader.skipBlanks();
  if (!reader.atEnd() || !isClosed) reader.fault();
  return { values: entries, unreadable, isCut: !isClosed, faultAt: reader.faultAt() };
}

type Reader = ReturnType<typeof createReader>;

function createReader(text: string) {
  let at = 0;
  let firstFault: number | undefined;
  const fault = (where = at): void => {
    firstFault = Math.min(firstFault ?? where, where);
  };
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found !== undefined) at += found.length;
    return found;
  };
  return {
    fault,
    match,
    faultAt: () => firstFault,
    position: () => at,
    back: (to: number): void => {
      at = to;
    },
    atEnd: () => at >= text.length,
    peek: () => text[at],
    take: (character: string): boolean => {
      if (text[at] !== character) return false;
      at += 1;
      return true;
    },
    skipBlanks: (): void => {
      for (;;) {
        match(/[ \t\r\n]*/y);
        const before = at;
        if (match(/\/\/[^\n]*|#[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|[\s\uFEFF\p{Cc}]+/uy) === undefined)
          return;
        fault(before);
      }
    },
  };
}

function readEntries(
  reader: Reader,
  depth: number,
  onUnreadable: (key: string) => void,
): { readonly entries: Map<string, unknown>; readonly isClosed: boolean } {
  const entries = new Map<string, unknown>();
  let isFirst = true;
  for (;;) {
    readSeparator(reader, isFirst, '}');
    if (reader.take('}')) return { entries, isClosed: true };
    if (reader.atEnd()) return { entries, isClosed: false };
    isFirst = false;
    const key = readKey(reader);
    if (key === undefined) {
      reader.fault();
      // On from the next line or the next comma.
      if (reader.match(/[^,\n}]+/y) === undefined) reader.match(/[\s\S]/y);
      continue;
    }
    reader.skipBlanks();
    if (!reader.take(':')) {
      reader.fault();
      if (!reader.take('=')) {
        onUnreadable(key);
        reader.match(/[^,\n}]+/y);
        continue;
      }
    }
    const value = readValue(reader, depth + 1);
    if (value === unread) onUnreadable(key);
    else entries.set(key, value);
  }
}

/** Whatever commas stand between two; a fault unless it is one, or none before the first. */
function readSeparator(reader: Reader, isFirst: boolean, end: string): void {
  let commas = 0;
  reader.skipBlanks();
  for (;;) {
    const before = reader.position();
    if (!reader.take(',')) break;
    commas += 1;
    if (commas > 1 || isFirst) reader.fault(before);
    reader.skipBlanks();
  }
  const isOver = reader.peek() === end;
  if (commas === (isFirst || isOver ? 0 : 1)) return;
  reader.fault();
}

function readKey(reader: Reader): string | undefined {
  const quote = reader.peek();
  if (quote === '"' || quote === "'") return readString(reader, quote);
  const before = reader.position();
  const bare = reader.match(/[A-Za-z_$][\w$-]*/y);
  if (bare !== undefined) reader.fault(before);
  return bare;
}

function readValue(reader: Reader, depth: number): unknown {
  reader.skipBlanks();
  const first = reader.peek();
  if (first === '"' || first === "'") return readString(reader, first) ?? unread;
  if (depth > depthMax) return refuse(reader);
  if (reader.take('{')) {
    const { entries } = readEntries(reader, depth, () => {});
    return Object.fromEntries(entries);
  }
  if (reader.take('[')) return readList(reader, depth);
  return readWord(reader);
}

function readList(reader: Reader, depth: number): unknown {
  const items: unknown[] = [];
  for (;;) {
    readSeparator(reader, items.length === 0, ']');
    if (reader.take(']')) return items;
    // A list that lost its end has lost items, perhaps.
    if (reader.atEnd() || reader.peek() === '}') return refuse(reader);
    const before = reader.position();
    const item = readValue(reader, depth + 1);
    reader.skipBlanks();
    // That was the next key: only the list's end is missing.
    if (reader.peek() === ':') reader.back(before);
    if (item === unread || reader.peek() === ':' || reader.position() === before) {
      return refuse(reader);
    }
    items.push(item);
  }
}

/** A number, true, false or null; nothing else is guessed at. */
function readWord(reader: Reader): unknown {
  const before = reader.position();
  const word = reader.match(/[^\s,{}[\]"']+/y);
  // What ends with the text may have gone on.
  if (word === undefined || reader.atEnd()) return refuse(reader);
  try {
    const value: unknown = JSON.parse(word);
    return value;
  } catch {
    reader.fault(before);
    return unread;
  }
}

/** Undefined, and the reader after it, where the closing quote is missing on its line. */
function readString(reader: Reader, quote: '"' | "'"): string | undefined {
  if (quote === "'") reader.fault();
  reader.take(quote);
  let value = '';
  for (;;) {
    value += reader.match(/(?:[^"'\\\p{Cc}]|[\u007f-\u009f])+/uy) ?? '';
    if (reader.take(quote)) return value;
    const before = reader.position();
    const character = reader.match(/\\u[0-9a-f]{4}|\\[^\n]|["'\t]/iy);
    if (character === undefined) {
      reader.fault();
      return undefined;
    }
    const escaped = escapes[character.slice(1)];
    if (/^\\u[0-9a-f]{4}$/i.test(character)) {
      value += String.fromCharCode(Number.parseInt(character.slice(2), 16));
    } else if (character.startsWith('\\') && escaped !== undefined) {
      value += escaped;
      if (character === "\\'") reader.fault(before);
    } else {
      // A path of Windows that was typed with single backslashes, say.
      value += character;
      if (character !== '"' && character !== "'") reader.fault(before);
    }
  }
}

function refuse(reader: Reader): typeof unread {
  reader.fault();
  return unread;
}
