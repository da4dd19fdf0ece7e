/** Keeps secrets out of whatever is shown, logged or sent on. */

/** `user:password@` of an address (RFC 3986, section 3.2.1), wherever it stands in a text. */
const userInformation = /([a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/?#\\"']*@/gi;
/** The credentials of an Authorization header (RFC 9110, section 11.6.2). */
const authorization = /\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{4,}/gi;

/** How deep an object of log fields is searched; deeper ones are not ours. */
const deepestField = 4;

export function redactText(text: string): string {
  return text.replace(userInformation, '$1').replace(authorization, '$1 [redacted]');
}

/**
 * The same for a text that is one address. Its password may hold anything and ends at the last @
 * before the path (URL standard, authority state); slashes may lean either way or be missing.
 */
export function redactAddress(address: string): string {
  return redactText(address.replace(/^(\s*(?:[a-z][a-z0-9+.-]*:)?[/\\]*)[^/\\?#]*@/i, '$1'));
}

/** The same for every text in an object of log fields. */
export function redactSecrets(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [key, redactValue(value, deepestField)]),
  );
}

function redactValue(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth === 0) return '[too deep]';
  if (value instanceof Error) return redactText(value.message);
  if (Array.isArray(value)) return value.map((item) => redactValue(item, depth - 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, redactValue(item, depth - 1)]),
  );
}
