/** The one place that says which addresses are usable. Whoever uses one parses it here. */

/**
 * As browsers and Node read it, `http:\\host` and `http:/host` included. Undefined where it is no
 * address of a server: another scheme, or no address at all.
 */
export function usableUrl(text: string): URL | undefined {
  const url = URL.parse(text);
  return url !== null && (url.protocol === 'http:' || url.protocol === 'https:') ? url : undefined;
}

/** `Basic …` of `user:password@`, as RFC 7617 sends it; undefined where there is none. */
export function basicCredentialsOf(url: URL): string | undefined {
  if (url.username === '' && url.password === '') return undefined;
  const bytes = [decodePercent(url.username), Buffer.from(':'), decodePercent(url.password)];
  return `Basic ${Buffer.concat(bytes).toString('base64')}`;
}

/** A stray % stays what it is: `100%pure` is a password that people have. */
function decodePercent(text: string): Buffer {
  const pieces = text.split(/(%[0-9a-f]{2})/i);
  return Buffer.concat(
    pieces.map((piece, at) =>
      at % 2 === 1 ? Buffer.from(piece.slice(1), 'hex') : Buffer.from(piece),
    ),
  );
}
