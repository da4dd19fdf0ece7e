/**
 * An address of a server or a proxy, parsed once, by the parser that connections use: what is shown,
 * what is sent and what stays secret can so never be told apart in another way than by it.
 */

export interface ServerUrl {
  /** For people, the log and the state folder: without user, password, fragment and the query's values. */
  readonly shown: string;
  /** For reports: as it was typed, but for user and password. */
  readonly sent: string;
  /** For the request: without user and password. */
  readonly request: URL;
  /** `Basic …` of user and password, as RFC 7617 sends it; undefined where there is none. */
  readonly authorization: string | undefined;
  /** What nobody may see, as the parser spells it. */
  readonly secrets: readonly string[];
}

const hiddenValue = '***';

/**
 * As browsers and Node read it, `http:\\host` and `http:/host` included. Undefined where it is no
 * address of a server: another scheme, or no address at all.
 */
export function parseServerUrl(text: string): ServerUrl | undefined {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) return undefined;
  const { username, password, search } = url;
  const request = new URL(url);
  request.username = '';
  request.password = '';
  const shown = new URL(request);
  shown.hash = '';
  shown.search = piecesOf(search)
    .map(({ name, value }) => `${name}${value === '' ? '' : hiddenValue}`)
    .join('&');
  const hasCredentials = username !== '' || password !== '';
  const credentials = password === '' ? [username] : [`${username}:${password}`, password];
  return {
    shown: asTyped(shown, text),
    sent: hasCredentials ? asTyped(request, text) : text,
    request,
    authorization: hasCredentials ? authorizationOf(username, password) : undefined,
    secrets: [...credentials, ...piecesOf(search).map(({ value }) => value)].filter(
      (secret) => secret !== '',
    ),
  };
}

/** Of a setting that was checked. Throws where it was not. */
export function serverUrlOf(text: string): ServerUrl {
  const url = parseServerUrl(text);
  if (url === undefined) throw new Error('an address that nobody has checked');
  return url;
}

/** `name=` and value; a piece without a name may be a secret as a whole. */
function piecesOf(search: string): readonly { readonly name: string; readonly value: string }[] {
  if (search === '') return [];
  return search
    .slice(1)
    .split('&')
    .map((piece) => {
      const end = piece.indexOf('=') + 1;
      return { name: piece.slice(0, end), value: piece.slice(end) };
    });
}

/** The parser ends a bare origin with a slash; who typed none is shown none. */
function asTyped(url: URL, text: string): string {
  const isBare = url.pathname === '/' && url.search === '' && url.hash === '';
  return isBare && !/[/\\]\s*$/.test(text.replace(/[?#].*$/s, '')) ? url.origin : url.href;
}

function authorizationOf(username: string, password: string): string {
  const bytes = [decodePercent(username), Buffer.from(':'), decodePercent(password)];
  return `Basic ${Buffer.concat(bytes).toString('base64')}`;
}

/** A stray % stays what it is: `100%pure` is a password that people have. */
export function decodePercent(text: string): Buffer {
  const pieces = text.split(/(%[0-9a-f]{2})/i);
  return Buffer.concat(
    pieces.map((piece, at) =>
      at % 2 === 1 ? Buffer.from(piece.slice(1), 'hex') : Buffer.from(piece),
    ),
  );
}
