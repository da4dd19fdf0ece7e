/** Calendar arithmetic on given moments; nothing here asks what time it is now. */

/** ISO 8601 in UTC to the second: `2026-11-23T04:05:06Z`. */
export function formatEpochSeconds(epochSeconds: number): string {
  return new Date(epochSeconds * 1000).toISOString().replace(/\.\d{3}Z$/, 'Z');
}

/** Milliseconds since 1970 of an HTTP date (RFC 9110, section 5.6.7), or undefined if it is none. */
export function parseHttpDate(text: string): number | undefined {
  const epochMs = Date.parse(text);
  return Number.isNaN(epochMs) ? undefined : epochMs;
}
