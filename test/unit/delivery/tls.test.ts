import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { expect } from '@jest/globals';
import { createAuthority, pemOf, withOpenssl } from '../../support/certificates.ts';
import { createRecordingLogger } from '../../support/recording-logger.ts';
import { testWith } from '../../support/requirement.ts';
import { startReceiver } from '../../support/scripted-receiver.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { postOnce, withTransport } from '../../support/transports.ts';

const here = 'DNS:localhost,IP:127.0.0.1';
const openssl = [withOpenssl()];

testWith(openssl, 'a server is trusted through the user’s own CA, and not without it', async () => {
  const authority = createAuthority();
  const receiver = await startReceiver({ tls: pemOf(authority.sign('server', { names: here })) });
  const credentials = { tls_ca_file: authority.certificateFile };
  expect(await postOnce(receiver.url, credentials)).toMatchObject({ status: 200 });
  expect(await postOnce(receiver.url)).toMatchObject({
    kind: 'failure',
    code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    connected: false,
  });
  expect(receiver.requests).toHaveLength(1);
});

testWith(openssl, 'expired, wrong-host and foreign certificates send nothing', async () => {
  const authority = createAuthority();
  const credentials = { tls_ca_file: authority.certificateFile };
  const expired = authority.sign('expired', { names: here, days: -1 });
  const elsewhere = authority.sign('elsewhere', { names: 'DNS:example.com' });
  const foreign = createAuthority().sign('server', { names: here });
  for (const [certificate, code] of [
    [expired, 'CERT_HAS_EXPIRED'],
    [elsewhere, 'ERR_TLS_CERT_ALTNAME_INVALID'],
    [foreign, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  ] as const) {
    const receiver = await startReceiver({ tls: pemOf(certificate) });
    const result = await postOnce(receiver.url, credentials);
    expect(result).toMatchObject({ kind: 'failure', code, connected: false });
    expect(receiver.requests).toHaveLength(0);
  }
});

testWith(
  openssl,
  'a client certificate is shown, and shown anew when its file changes',
  async () => {
    const authority = createAuthority();
    const seen: string[] = [];
    const receiver = await startReceiver({
      tls: {
        ...pemOf(authority.sign('server', { names: here })),
        ca: pemOf(authority).cert,
        requestCert: true,
        rejectUnauthorized: true,
      },
      behaviour: (_request, response) => {
        const socket = response.socket as TLSSocket;
        const { CN } = socket.getPeerCertificate().subject;
        seen.push(String(CN));
        response.end();
      },
    });
    const first = authority.sign('first', { names: here });
    const second = authority.sign('second', { names: here });
    const folder = temporaryFolder();
    const credentials = {
      tls_ca_file: authority.certificateFile,
      tls_certificate_file: join(folder, 'client.pem'),
      tls_key_file: join(folder, 'client.key'),
    };
    const install = (certificate: typeof first) => {
      copyFileSync(certificate.certificateFile, credentials.tls_certificate_file);
      copyFileSync(certificate.keyFile, credentials.tls_key_file);
    };
    const logger = createRecordingLogger();
    install(first);
    await withTransport({ url: receiver.url, ...credentials, logger }, async (transport) => {
      await transport.post({ body: '{}' });
      await transport.post({ body: '{}' });
      install(second);
      await transport.post({ body: '{}' });
      writeFileSync(credentials.tls_certificate_file, 'half-written');
      await transport.post({ body: '{}' });
    });
    expect(seen).toEqual(['first', 'first', 'second', 'second']);
    expect(logger.events()).toEqual([
      'delivery.credentials_reloaded',
      'delivery.credentials_refused',
    ]);
    expect(receiver.connections).toBe(2);
  },
);

testWith(
  openssl,
  'a CA file that is missing fails the request by name, and sends nothing',
  async () => {
    const authority = createAuthority();
    const receiver = await startReceiver({ tls: pemOf(authority.sign('server', { names: here })) });
    const caFile = join(temporaryFolder(), 'absent.pem');
    const result = await postOnce(receiver.url, { tls_ca_file: caFile });
    expect(result).toMatchObject({ kind: 'failure', code: 'CONFIG_INVALID', connected: false });
    expect(result.kind === 'failure' && result.reason).toContain(caFile);
    expect(receiver.requests).toHaveLength(0);
  },
);
