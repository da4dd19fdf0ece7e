import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Requirement } from './requirement.ts';
import { temporaryFolder } from './temporary-folder.ts';

export interface Certificate {
  readonly certificateFile: string;
  readonly keyFile: string;
}

export interface Authority extends Certificate {
  /** Signs a certificate for these names ("DNS:localhost", "IP:127.0.0.1"). */
  sign(name: string, options: { readonly names: string; readonly days?: number }): Certificate;
}

export function withOpenssl(): Requirement {
  return { met: spawnSync('openssl', ['version']).status === 0, reason: 'needs openssl' };
}

export function pemOf(certificate: Certificate): { cert: Buffer; key: Buffer } {
  return {
    cert: readFileSync(certificate.certificateFile),
    key: readFileSync(certificate.keyFile),
  };
}

/** A certificate authority of this test alone. A negative number of days signs what has expired. */
export function createAuthority(): Authority {
  const folder = temporaryFolder();
  const path = (name: string) => join(folder, name);
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const openssl = (...words: string[]) => execFileSync('openssl', words, { stdio: 'pipe' });
  const certificateFile = path('ca.pem');
  const keyFile = path('ca.key');
  openssl(
    'req',
    '-x509',
    ...newKey,
    '-keyout',
    keyFile,
    '-out',
    certificateFile,
    '-subj',
    '/CN=CA',
  );
  return {
    certificateFile,
    keyFile,
    sign(name, { names, days = 2 }) {
      const signed = { certificateFile: path(`${name}.pem`), keyFile: path(`${name}.key`) };
      const request = path(`${name}.csr`);
      writeFileSync(path('extensions'), `subjectAltName=${names}\n`);
      openssl('req', ...newKey, '-keyout', signed.keyFile, '-out', request, '-subj', `/CN=${name}`);
      openssl(
        ...['x509', '-req', '-in', request, '-CA', certificateFile, '-CAkey', keyFile],
        ...['-CAcreateserial', '-days', String(days), '-extfile', path('extensions')],
        ...['-out', signed.certificateFile],
      );
      return signed;
    },
  };
}
