/** The transport that the settings describe: one place for all commands that talk to the server. */
import { buildInfo } from '../base/build-info.ts';
import type { Logger } from '../base/logger.ts';
import type { Settings } from '../settings/settings.ts';
import type { CredentialFiles } from './credentials.ts';
import { createHttpTransport } from './http-transport.ts';
import type { Transport } from './transport.ts';

export interface SettingsTransportOptions {
  /** For HTTP_PROXY and its like. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly logger?: Logger;
}

export function createSettingsTransport(
  settings: Settings,
  options: SettingsTransportOptions,
): Transport {
  return createHttpTransport({
    url: settings.url,
    userAgent: `system-monitor/${buildInfo().version}`,
    credentials: credentialFilesOf(settings),
    headers: settings.headers,
    env: options.environment,
    compression: settings.compression,
    ...given('proxy', settings.proxy),
    ...(options.logger === undefined ? {} : { logger: options.logger }),
  });
}

export function credentialFilesOf(settings: Settings): CredentialFiles {
  return {
    ...given('caFile', settings.tls_ca_file),
    ...given('certificateFile', settings.tls_certificate_file),
    ...given('keyFile', settings.tls_key_file),
    ...given('tokenFile', settings.token_file),
  };
}

/** An empty setting is none. */
function given<Key extends string>(key: Key, value: string): { readonly [K in Key]?: string } {
  const fields: { [K in Key]?: string } = {};
  if (value !== '') fields[key] = value;
  return fields;
}
