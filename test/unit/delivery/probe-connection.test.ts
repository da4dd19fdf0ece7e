import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createSecureContext, createServer as createTlsServer } from 'node:tls';
import { expect, test } from '@jest/globals';
import { type ProbeResult, probeConnection } from '../../../src/delivery/probe-connection.ts';
import { createAuthority, pemOf, withOpenssl } from '../../support/certificates.ts';
import { freePorts } from '../../support/free-ports.ts';
import { testWith } from '../../support/requirement.ts';
import { startTcpServer } from '../../support/scripted-receiver.ts';

function probe(url: string, timeoutMs = 5000): Promise<readonly ProbeResult[]> {
  return probeConnection({ url: new URL(url), secureContext: undefined, timeoutMs });
}

test('each step that is taken is told, and leaves no connection', async () => {
  const closed: Promise<unknown>[] = [];
  const port = await startTcpServer((socket) => closed.push(once(socket.resume(), 'close')));
  expect(await probe(`http://127.0.0.1:${port}/`)).toMatchObject([
    { step: 'dns', ok: true, detail: '127.0.0.1 is an address already' },
    { step: 'tcp', ok: true, detail: `connected to 127.0.0.1 port ${port}` },
  ]);
  expect(closed).toHaveLength(1);
  await Promise.all(closed);
});

test('a name that nobody has, and a port that nobody listens on, end it there', async () => {
  // Too long a label for DNS, so that no server is asked.
  const nobody = `${'a'.repeat(64)}.test`;
  expect(await probe(`http://${nobody}/`)).toMatchObject([
    { step: 'dns', ok: false, code: 'ENOTFOUND', detail: expect.stringContaining(nobody) },
  ]);
  const port = await freePorts(1);
  expect((await probe(`http://127.0.0.1:${port}/`)).at(-1)).toMatchObject({
    ...{ step: 'tcp', ok: false, code: 'ECONNREFUSED' },
    detail: expect.stringContaining(`127.0.0.1:${port}`),
  });
});

test('what does not answer is left after its time, with its connection', async () => {
  const closed: Promise<unknown>[] = [];
  const port = await startTcpServer((socket) => closed.push(once(socket.resume(), 'close')));
  const results = await probe(`https://127.0.0.1:${port}/`, 50);
  expect(results.at(-1)).toEqual({
    step: 'tls',
    ok: false,
    code: 'ETIMEDOUT',
    detail: 'no answer within 50 ms',
  });
  expect(closed).toHaveLength(2);
  await Promise.all(closed);
});

testWith(
  [withOpenssl()],
  'a name is told to the server in the handshake, an address is not',
  async () => {
    const authority = createAuthority();
    const certificate = authority.sign('server', { names: 'DNS:localhost,IP:127.0.0.1' });
    const names: string[] = [];
    const server = createTlsServer({
      ...pemOf(certificate),
      SNICallback: (name, done) => {
        names.push(name);
        done(null);
      },
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const secureContext = createSecureContext({ ca: readFileSync(authority.certificateFile) });
    for (const host of ['localhost', '127.0.0.1']) {
      const url = new URL(`https://${host}:${port}/`);
      const results = await probeConnection({ url, secureContext, timeoutMs: 5000 });
      expect(results.at(-1)).toMatchObject({
        ...{ step: 'tls', ok: true },
        detail: expect.stringMatching(/^TLSv1\.\d, certificate until \w{3} .* \d{4} GMT$/),
      });
    }
    server.close();
    await once(server, 'close');
    expect(names).toEqual(['localhost']);
  },
);
