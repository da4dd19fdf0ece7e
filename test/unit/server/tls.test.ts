import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { expect } from '@jest/globals';
import { Agent, request } from 'undici';
import { createTokenAccess } from '../../../server-example/access.ts';
import { type Authority, createAuthority, pemOf, withOpenssl } from '../../support/certificates.ts';
import { startReceiver } from '../../support/receiver.ts';
import { exampleReport } from '../../support/report.ts';
import { testWith } from '../../support/requirement.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const token = 'all-0123456789abcdef00000';

async function startTls(authority: Authority) {
  const folder = temporaryFolder();
  const tls = { certificate: join(folder, 'certificate.pem'), key: join(folder, 'key.pem') };
  const use = (name: string): void => {
    const signed = authority.sign(name, { names: 'IP:127.0.0.1' });
    copyFileSync(signed.certificateFile, tls.certificate);
    copyFileSync(signed.keyFile, tls.key);
  };
  use('first');
  const tokens = join(folder, 'tokens');
  writeFileSync(tokens, `${token}\n`);
  const access = createTokenAccess({ path: tokens, now: () => 1, log: () => {} });
  const receiver = await startReceiver({ tls, tlsLookMs: 20, access });
  return { receiver, tls, use };
}

/** The name in the certificate that a new connection is shown. */
function subjectOf(url: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const port = Number(new URL(url).port);
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().subject.CN);
      socket.end();
    });
    socket.once('error', reject);
  });
}

async function untilSubject(url: string, name: string): Promise<void> {
  while ((await subjectOf(url)) !== name) await new Promise((resolve) => setTimeout(resolve, 20));
}

testWith(
  [withOpenssl()],
  'with a certificate it answers by https, and its cookies are Secure',
  async () => {
    const authority = createAuthority();
    const { receiver } = await startTls(authority);
    const dispatcher = new Agent({ connect: { ca: pemOf(authority).cert } });
    try {
      expect(receiver.url).toMatch(/^https:/);
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
      const ask = { dispatcher, headers, method: 'POST' } as const;
      const body = JSON.stringify(exampleReport());
      const stored = await request(receiver.url, { ...ask, body });
      await stored.body.dump();
      expect(stored.statusCode).toBe(200);
      const signIn = JSON.stringify({ token });
      const signedIn = await request(`${receiver.url}api/session`, { ...ask, body: signIn });
      await signedIn.body.dump();
      expect(signedIn.headers['set-cookie']).toMatch(/; HttpOnly; Secure; SameSite=Strict$/);
    } finally {
      await dispatcher.close();
      await receiver[Symbol.asyncDispose]();
    }
  },
);

testWith(
  [withOpenssl()],
  'a certificate that was renewed is shown to who comes next; one that cannot be used is not',
  async () => {
    const { receiver, tls, use } = await startTls(createAuthority());
    try {
      await untilSubject(receiver.url, 'first');
      use('second');
      await untilSubject(receiver.url, 'second');
      writeFileSync(tls.key, 'no key');
      while (!receiver.logged.some((line) => line.startsWith('tls: the old certificate stays'))) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      expect(await subjectOf(receiver.url)).toBe('second');
      use('third');
      await untilSubject(receiver.url, 'third');
    } finally {
      await receiver[Symbol.asyncDispose]();
    }
  },
);
