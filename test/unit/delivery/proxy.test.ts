import { expect, test } from '@jest/globals';
import { proxyFor } from '../../../src/delivery/proxy.ts';
import { createAuthority, pemOf, withOpenssl } from '../../support/certificates.ts';
import { testWith } from '../../support/requirement.ts';
import { startProxy } from '../../support/scripted-proxy.ts';
import { startReceiver } from '../../support/scripted-receiver.ts';
import { postOnce, withTransport } from '../../support/transports.ts';

const env = {
  http_proxy: 'http://plain.example:3128',
  HTTPS_PROXY: 'secure.example:3129',
  no_proxy: 'intern.example, .corp.example,10.0.0.7,[fd00::1]:8443,*.lab.example other.example:99',
};

function choose(url: string, setting?: string): string | undefined {
  return proxyFor(new URL(url), { setting, env });
}

test('the environment’s proxy is chosen by the scheme', () => {
  expect(choose('http://server.example/')).toBe('http://plain.example:3128');
  expect(choose('https://server.example/')).toBe('http://secure.example:3129');
});

test('NO_PROXY names hosts, their subdomains, addresses and ports', () => {
  const direct = [
    'http://intern.example/',
    'http://a.intern.example/',
    'http://INTERN.example./',
    'http://x.corp.example/',
    'http://10.0.0.7:5000/',
    'https://[fd00::1]:8443/',
    'http://a.lab.example/',
    'http://other.example:99/',
  ];
  expect(direct.map((url) => [url, choose(url)])).toEqual(direct.map((url) => [url, undefined]));
  const proxied = ['http://notintern.example/', 'http://10.0.0.70/', 'http://other.example/'];
  for (const url of proxied) expect(choose(url)).toBe('http://plain.example:3128');
});

test('this machine itself is reached directly, and a star means every host', () => {
  for (const url of ['http://localhost:5000/', 'http://127.0.0.1/', 'http://[::1]/']) {
    expect(choose(url)).toBeUndefined();
  }
  expect(
    proxyFor(new URL('http://a.example/'), { setting: undefined, env: { ...env, no_proxy: '*' } }),
  ).toBeUndefined();
});

test('the setting goes before the environment', () => {
  expect(choose('http://intern.example/', 'http://mine:1')).toBe('http://mine:1');
  expect(choose('http://server.example/', 'none')).toBeUndefined();
});

test('a report to a plain address is forwarded, with the proxy’s credentials for the proxy alone', async () => {
  const receiver = await startReceiver();
  const proxy = await startProxy();
  const withUser = proxy.url.replace('//', '//me:secret@');
  await withTransport({ url: receiver.url, proxy: withUser }, async (transport) => {
    for (const key of ['a', 'b']) {
      const result = await transport.post({ body: '{"a":1}', idempotencyKey: key });
      expect(result).toMatchObject({ kind: 'answer', status: 200 });
    }
  });
  expect(proxy.requests).toEqual([`POST ${receiver.url}`, `POST ${receiver.url}`]);
  expect(proxy.authorizations[0]).toBe(`Basic ${Buffer.from('me:secret').toString('base64')}`);
  expect(receiver.requests[0]?.headers).not.toHaveProperty('proxy-authorization');
  expect(receiver.requests[0]?.body.toString()).toBe('{"a":1}');
});

testWith([withOpenssl()], 'a report to an https address goes through a tunnel', async () => {
  const authority = createAuthority();
  const names = 'DNS:localhost,IP:127.0.0.1';
  const receiver = await startReceiver({ tls: pemOf(authority.sign('server', { names })) });
  const proxy = await startProxy();
  const result = await postOnce(receiver.url, {
    proxy: proxy.url,
    tls_ca_file: authority.certificateFile,
  });
  expect(result).toMatchObject({ kind: 'answer', status: 200 });
  expect(proxy.requests).toEqual([`CONNECT 127.0.0.1:${receiver.port}`]);
  const untrusted = await postOnce(receiver.url, { proxy: proxy.url });
  expect(untrusted).toMatchObject({ kind: 'failure', code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
});

test('a proxy that refuses or is away is a failure of the connection', async () => {
  const receiver = await startReceiver();
  const refusing = await startProxy({ refuseWith: 407 });
  for (const url of [receiver.url, receiver.url.replace('http:', 'https:')]) {
    expect(await postOnce(url, { proxy: refusing.url })).toMatchObject({
      kind: 'failure',
      code: 'PROXY_REFUSED',
      connected: false,
    });
  }
  await refusing.stop();
  expect(await postOnce(receiver.url, { proxy: refusing.url })).toMatchObject({
    kind: 'failure',
    code: 'ECONNREFUSED',
    connected: false,
  });
  expect(receiver.requests).toHaveLength(0);
});
