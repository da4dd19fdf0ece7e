import { silentLogger } from '../../src/base/logger.ts';
import {
  createHttpTransport,
  type HttpTransportOptions,
  type TransportSettings,
} from '../../src/delivery/http-transport.ts';
import type { PostResult, Transport } from '../../src/delivery/transport.ts';
import { defaultSettings } from '../../src/settings/settings.ts';
import { realDisk } from './real-disk.ts';

/** The settings that the test cares for; the others have their defaults. */
export type TestTransportOptions = Partial<TransportSettings> & {
  readonly url: string;
} & Partial<Pick<HttpTransportOptions, 'logger' | 'limits' | 'userAgent'>>;

/** No proxy of this machine's environment. */
export function createTestTransport({
  logger = silentLogger,
  limits = {},
  userAgent = 'system-monitor/0.0.0',
  ...settings
}: TestTransportOptions): Transport {
  return createHttpTransport({
    disk: realDisk,
    settings: { ...defaultSettings, ...settings },
    environment: {},
    ...{ logger, limits, userAgent },
  });
}

/** A transport for the time of `use`. */
export async function withTransport<Value>(
  options: TestTransportOptions,
  use: (transport: Transport) => Promise<Value>,
): Promise<Value> {
  const transport = createTestTransport(options);
  try {
    return await use(transport);
  } finally {
    await transport.close();
  }
}

/** One report over a transport of its own. */
export function postOnce(
  url: string,
  options: Omit<TestTransportOptions, 'url'> = {},
): Promise<PostResult> {
  return withTransport({ url, ...options }, (transport) =>
    transport.post({ body: '{}', idempotencyKey: 'key' }),
  );
}
