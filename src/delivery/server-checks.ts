/** The original's two questions to the server, with its answers in words. */
import type { Disk } from '../base/disk.ts';
import { redactText } from '../base/redact.ts';
import type { CheckSystemIdAnswer, CheckUrlAnswer } from './checks.ts';
import type { TransportSettings } from './http-transport.ts';

export interface ServerChecks {
  url(signal?: AbortSignal): Promise<CheckUrlAnswer>;
  systemId(systemId: string, signal?: AbortSignal): Promise<CheckSystemIdAnswer>;
  close(): Promise<void>;
}

/** Both questions over one connection; `disk` as for createHttpTransport. */
export async function createServerChecks(
  disk: Disk,
  settings: TransportSettings,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<ServerChecks> {
  const { checkSystemId, checkUrl } = await import('./checks.ts');
  const { createHttpTransport } = await import('./http-transport.ts');
  const transport = createHttpTransport({ disk, settings, environment });
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
