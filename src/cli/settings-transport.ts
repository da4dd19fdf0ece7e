/** The transport that the settings describe: one place for all commands that talk to the server. */
import { buildInfo } from '../base/build-info.ts';
import type { Settings } from '../config/settings.ts';
import { createHttpTransport } from '../delivery/http-transport.ts';
import type { Transport } from '../delivery/transport.ts';

export function createSettingsTransport(settings: Settings): Transport {
  return createHttpTransport({
    url: settings.url,
    userAgent: `system-monitor/${buildInfo().version}`,
  });
}
