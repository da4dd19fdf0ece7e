/**
 * Keeps secrets out of whatever is shown, logged or sent on. Those that we know (of the settings, of
 * files that they name) are taken out of every text in which they come back: an answer that quotes
 * its request, an error that quotes an address. Others only as far as their form tells.
 */

/** `user:password@` of an address (RFC 3986, section 3.2.1) that is none of ours. */
const userInformation = /([a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/?#\\"']*@/gi;
/** The credentials of an Authorization header (RFC 9110, section 11.6.2). */
const authorization = /\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{4,}/gi;

const hidden = '***';
/** A shorter one would be found everywhere, and is told from nothing else. */
const secretLengthMin = 4;
/** Tokens are renewed; the oldest are forgotten. */
const secretsMax = 256;
/** How deep an object of log fields is searched; deeper ones are not ours. */
const deepestField = 4;

/** The oldest first. */
const known = new Set<string>();

/** From now on no text that goes through here holds them, nor as JSON spells them. */
export function keepSecrets(secrets: Iterable<string>): void {
  for (const secret of secrets) {
    if (secret.length < secretLengthMin) continue;
    for (const form of [secret, JSON.stringify(secret).slice(1, -1)]) {
      known.delete(form);
      known.add(form);
    }
  }
  for (const secret of known) {
    if (known.size <= secretsMax) return;
    known.delete(secret);
  }
}

export function redactText(text: string): string {
  let redacted = text;
  // One may be a part of another.
  for (const secret of [...known].sort((one, other) => other.length - one.length)) {
    redacted = redacted.replaceAll(secret, hidden);
  }
  return redacted.replace(userInformation, '$1').replace(authorization, '$1 [redacted]');
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
