/** What a request says of itself and of us: its headers, and its body as they describe it. */

import { serverUrlOf } from '../settings/server-url.ts';
import type { Settings } from '../settings/settings.ts';
import { machineNameHeader } from '../wire/machine-name.ts';
import { type Compression, compress } from './compression.ts';
import type { PostRequest } from './transport.ts';

export interface RequestContent {
  /** How reports are compressed just now. */
  readonly compression: Compression;
  /** From now on reports go plain: the server takes no other. */
  sendPlain(): void;
  /** Headers and body, compressed where that is wanted. `token` is sent as `Bearer`. */
  of(post: PostRequest, token: string | undefined): Promise<Content>;
}

export interface Content {
  readonly headers: Record<string, string>;
  readonly body: string | Uint8Array;
}

export function createRequestContent(
  settings: Pick<Settings, 'url' | 'name' | 'headers' | 'compression'>,
  userAgent: string,
): RequestContent {
  const basicCredentials = serverUrlOf(settings.url).authorization;
  // In lower case, as ours are: a second spelling would be a second header.
  const ownHeaders = Object.fromEntries(
    Object.entries(settings.headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const nameHeader =
    settings.name === '' ? {} : { [machineNameHeader]: encodeURIComponent(settings.name) };
  let compression = settings.compression;

  function headersOf(post: PostRequest, token: string | undefined): Record<string, string> {
    const authorization = token === undefined ? basicCredentials : `Bearer ${token}`;
    return {
      'content-type': 'application/json',
      'user-agent': userAgent,
      ...(authorization === undefined ? {} : { authorization }),
      ...nameHeader,
      ...(post.idempotencyKey === undefined ? {} : { 'idempotency-key': post.idempotencyKey }),
      ...post.headers,
      ...ownHeaders,
    };
  }

  return {
    get compression() {
      return compression;
    },
    sendPlain() {
      compression = 'none';
    },
    async of(post, token) {
      const headers = headersOf(post, token);
      if (compression === 'none' || post.idempotencyKey === undefined)
        return { headers, body: post.body };
      headers['content-encoding'] = compression;
      return { headers, body: await compress(post.body, compression) };
    },
  };
}
