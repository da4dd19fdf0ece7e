import {
  createHttpTransport,
  type HttpTransportOptions,
} from '../../src/delivery/http-transport.ts';
import type { PostResult, Transport } from '../../src/delivery/transport.ts';

export type TestTransportOptions = Partial<HttpTransportOptions> & { readonly url: string };

/** A transport for the time of `use`. */
export async function withTransport<Value>(
  options: TestTransportOptions,
  use: (transport: Transport) => Promise<Value>,
): Promise<Value> {
  const transport = createHttpTransport({ userAgent: 'system-monitor/0.0.0', ...options });
  try {
    return await use(transport);
  } finally {
    await transport.close();
  }
}

/** One report over a transport of its own. */
export function postOnce(
  url: string,
  options: Partial<HttpTransportOptions> = {},
): Promise<PostResult> {
  return withTransport({ url, ...options }, (transport) =>
    transport.post({ body: '{}', idempotencyKey: 'key' }),
  );
}
