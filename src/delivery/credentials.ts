/**
 * What proves who we are and whom we trust, read from files and read again when they change, so that
 * a renewed certificate or a rotated token needs no restart.
 */
import type { SecureContext } from 'node:tls';
import type { Disk } from '../base/disk.ts';
import { errorMessage, MonitorError } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import { keepSecrets } from '../base/redact.ts';
import { exposedAt } from '../base/way.ts';
import type { Settings } from '../settings/settings.ts';

/** PEM files, the key's not encrypted, the certificate's with its chain; an empty name is none. */
export type CredentialSettings = Pick<
  Settings,
  'tls_ca_file' | 'tls_certificate_file' | 'tls_key_file' | 'token_file'
>;

export interface CurrentCredentials {
  readonly token: string | undefined;
  /** Undefined where Node's own trust serves and no certificate is shown. */
  readonly secureContext: SecureContext | undefined;
}

export interface Credentials {
  /**
   * What the files say now. A file that turned unreadable or wrong after it was right is told once
   * and its last good content serves on: it may be in the middle of being replaced. Throws a
   * MonitorError (CONFIG_INVALID) naming the file where there never was a good content.
   */
  current(): Promise<CurrentCredentials>;
}

/** A value made of files, made again when one of them has changed. */
interface FromFiles<Value> {
  current(): Promise<Value | undefined>;
}

/** `disk` has the rights of whoever named the files. */
export function createCredentials(
  disk: Disk,
  settings: CredentialSettings,
  logger: Logger,
): Credentials {
  const token = fromFiles(disk, [settings.token_file], logger, async ([text]) => readToken(text));
  const tlsFiles = [settings.tls_ca_file, settings.tls_certificate_file, settings.tls_key_file];
  const secureContext = fromFiles(disk, tlsFiles, logger, async ([ca, cert, key]) => {
    const { createSecureContext } = await import('node:tls');
    return createSecureContext({ ca, cert, key });
  });
  return {
    async current() {
      return { token: await token.current(), secureContext: await secureContext.current() };
    },
  };
}

/** Asked for with each report, and seldom anything else. */
const nothing = Promise.resolve(undefined);

function fromFiles<Value>(
  disk: Disk,
  paths: readonly string[],
  logger: Logger,
  make: (contents: readonly (Buffer | undefined)[]) => Promise<Value>,
): FromFiles<Value> {
  const named = paths.filter((path) => path !== '').join(', ');
  if (named === '') return { current: () => nothing };
  let fingerprint: string | undefined;
  let value: Value | undefined;
  return {
    async current() {
      const found = paths.map((path) => fingerprintOf(disk, path)).join(' ');
      if (found === fingerprint) return value;
      try {
        value = await make(paths.map((path) => (path === '' ? undefined : readSafely(disk, path))));
        if (fingerprint !== undefined)
          logger.info('delivery.credentials_reloaded', { files: named });
      } catch (error) {
        if (value === undefined) throw unusable(named, error);
        logger.error('delivery.credentials_refused', {
          files: named,
          reason: errorMessage(error),
        });
      }
      fingerprint = found;
      return value;
    },
  };
}

/** Changes with every way of changing a file: written over, replaced, linked elsewhere. */
function fingerprintOf(disk: Disk, path: string): string {
  if (path === '') return '-';
  try {
    return JSON.stringify(disk.stat(path)) ?? 'absent';
  } catch {
    return 'absent';
  }
}

function readSafely(disk: Disk, path: string): Buffer {
  const exposed = exposedAt(disk, path);
  if (exposed === undefined) return disk.read(path);
  throw new Error(`${path} is not safe: other users may write to ${exposed}`);
}

function readToken(content: Buffer | undefined): string {
  const token = (content?.toString('utf8').split('\n', 1)[0] ?? '').trim();
  // RFC 6750, section 2.1, and nothing that could begin another header.
  if (!/^[\x21-\x7e]+$/.test(token)) throw new Error('its first line is not a token');
  keepSecrets([token]);
  return token;
}

function unusable(named: string, error: unknown): MonitorError {
  return new MonitorError({
    code: 'CONFIG_INVALID',
    operation: `read ${named}`,
    reason: errorMessage(error),
    hint: 'The file must exist, and the user that runs the agent must be able to read it.',
    cause: error,
  });
}
