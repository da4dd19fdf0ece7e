/** The original's two questions to the server, with its answers in words. */
import { redactText } from '../base/redact.ts';
import type { Settings } from '../settings/settings.ts';
import type { CheckSystemIdAnswer, CheckUrlAnswer } from './checks.ts';

export interface ServerChecks {
  url(signal?: AbortSignal): Promise<CheckUrlAnswer>;
  systemId(systemId: string, signal?: AbortSignal): Promise<CheckSystemIdAnswer>;
  close(): Promise<void>;
}

/** Both questions over one connection. */
export async function createServerChecks(
  settings: Settings,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<ServerChecks> {
  const { checkSystemId, checkUrl } = await import('./checks.ts');
  const { createSettingsTransport } = await import('./settings-transport.ts');
  const transport = createSettingsTransport(settings, { environment });
  return {
    url: (signal) => checkUrl(transport, signal),
    systemId: (systemId, signal) => checkSystemId(transport, systemId, signal),
    close: () => transport.close(),
  };
}

/** The messages of the original's window, with the reason that it kept to itself. */
export function describeAnswer(answer: CheckUrlAnswer | CheckSystemIdAnswer): string {
  switch (answer.kind) {
    case 'ok':
      return 'URL is OK!';
    case 'registered':
      return 'System ID has been registered!';
    case 'not-registered':
      return 'System ID has NOT been registered!';
    case 'connection-error':
      return `Connection Error (${redactText(answer.reason)})`;
  }
}
