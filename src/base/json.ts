/** Values as JSON text. */

declare global {
  interface JSON {
    /** ECMAScript's JSON.parse source text access; TypeScript's libraries do not declare it yet. */
    rawJSON(text: string): unknown;
  }
}

/**
 * As JSON.stringify, and a bigint as the JSON number that it is: receivers in other languages read
 * all its digits. Bigints are rare (a counter beyond 2^53), and asking a function about each value
 * costs more than the rest: it is done only where there is one.
 */
export function toJson(value: unknown, indent?: number): string {
  try {
    return JSON.stringify(value, null, indent);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return JSON.stringify(value, inDigits, indent);
  }
}

function inDigits(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? JSON.rawJSON(String(value)) : value;
}
