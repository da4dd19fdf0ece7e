/**
 * A certificate and its key, read again when their files change: certificates are renewed every few
 * weeks, and a receiver runs for years.
 */
import { readFileSync, statSync } from 'node:fs';
import type { Server } from 'node:https';
import type { Log } from './quiet-log.ts';

export interface TlsFiles {
  readonly certificate: string;
  readonly key: string;
}

export interface TlsContent {
  readonly cert: Buffer;
  readonly key: Buffer;
}

const lookEveryMs = 5000;

/** Throws where one of them cannot be read. */
export function readTlsFiles(files: TlsFiles): TlsContent {
  return { cert: readFileSync(files.certificate), key: readFileSync(files.key) };
}

/**
 * Until the returned function is called. Files that cannot be used leave the old ones in force: while
 * they are being renewed, one is new and the other old for a moment.
 */
export function watchTlsFiles(
  server: Server,
  files: TlsFiles,
  log: Log,
  everyMs = lookEveryMs,
): () => void {
  let version = versionOf(files);
  const look = (): void => {
    try {
      const found = versionOf(files);
      if (found === version) return;
      server.setSecureContext(readTlsFiles(files));
      version = found;
      log(`tls: ${files.certificate} was read again`);
    } catch (error) {
      log(
        `tls: the old certificate stays in use: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  };
  const timer = setInterval(look, everyMs);
  timer.unref();
  return () => clearInterval(timer);
}

function versionOf({ certificate, key }: TlsFiles): string {
  return [certificate, key]
    .map((path) => {
      const { mtimeMs, ino, size } = statSync(path);
      return `${mtimeMs} ${ino} ${size}`;
    })
    .join(', ');
}
