/** What of the settings is secret, kept where texts are redacted (base/redact.ts). */
import { keepSecrets } from '../base/redact.ts';
import { decodePercent, parseServerUrl } from './server-url.ts';
import type { Settings } from './settings.ts';

/**
 * From now on no text holds them. What a query says of the machine's own id or name is no secret:
 * both stand in the log.
 */
export function keepSecretsOf(
  settings: Pick<Settings, 'url' | 'proxy' | 'headers'> &
    Partial<Pick<Settings, 'system_id' | 'name'>>,
): void {
  const { url, proxy, headers, system_id, name } = settings;
  const secrets = [...secretsOfUrl(url), ...secretsOfUrl(proxy), ...Object.values(headers)];
  keepSecrets(secrets.filter((secret) => secret !== system_id && secret !== name));
}

/** In all spellings that a program may give them back in. Empty for what is no address. */
export function secretsOfUrl(text: string): readonly string[] {
  const url = parseServerUrl(text);
  if (url === undefined) return [];
  const decoded = url.secrets.map((secret) => decodePercent(secret).toString('utf8'));
  const basic = url.authorization?.replace(/^Basic /, '') ?? [];
  return [...url.secrets, ...decoded, ...decoded.map(encodeURIComponent), basic].flat();
}
