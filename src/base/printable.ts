/**
 * Texts that others chose, made harmless for a terminal: what it would obey in place of showing it
 * (it moves the cursor, changes colours, turns the direction of writing) is shown by its number, as
 * JSON spells it: `\u001b`.
 */

/** One line. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, inNumbers);
}

/** Lines of ours, in which line ends and tabs are meant. JSON stays the same JSON. */
export function printableLines(text: string): string {
  return text.replace(/(?![\n\t])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, inNumbers);
}

/** A pipe gets the text as it is. */
export function forReader(text: string, reader: { readonly isTerminal: boolean }): string {
  return reader.isTerminal ? printableLines(text) : text;
}

function inNumbers(character: string): string {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}
