/**
 * Which proxy a request goes through. The environment's conventions are no standard; these follow
 * Go's net/http, which most agents of the field share: lower case wins, https_proxy for https
 * addresses, and the machine itself is never reached by way of a proxy.
 */
import { isIP } from 'node:net';
import { parseServerUrl, type ServerUrl } from '../settings/server-url.ts';
import { TransportEnd } from './transport-failure.ts';

export interface ProxyOptions {
  /** The setting: a proxy's address, `none` for never, undefined to follow the environment. */
  readonly setting: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The proxy's address for `url`, or undefined for a direct connection. */
export function proxyFor(url: URL, options: ProxyOptions): string | undefined {
  const { setting, env } = options;
  if (setting === 'none') return undefined;
  if (setting !== undefined && setting !== '') return withScheme(setting);
  const name = url.protocol === 'https:' ? 'https_proxy' : 'http_proxy';
  const proxy = fromEnvironment(env, name);
  if (proxy === undefined || isLoopback(hostOf(url))) return undefined;
  return isExcepted(url, fromEnvironment(env, 'no_proxy') ?? '') ? undefined : withScheme(proxy);
}

/** That address, parsed. Throws where a variable of the environment holds none. */
export function proxyUrlOf(proxy: string): ServerUrl {
  const url = parseServerUrl(proxy);
  if (url !== undefined) return url;
  throw new TransportEnd('CONFIG_INVALID', 'the proxy must be an http:// or https:// address');
}

function fromEnvironment(env: ProxyOptions['env'], name: string): string | undefined {
  const value = env[name] ?? env[name.toUpperCase()];
  return value === undefined || value.trim() === '' ? undefined : value.trim();
}

/** `proxy.example:3128` is a common spelling; so are `http:/proxy` and the like (server-url.ts). */
function withScheme(proxy: string): string {
  if (proxy.includes('://')) return proxy;
  return parseServerUrl(proxy) === undefined ? `http://${proxy}` : proxy;
}

function hostOf(url: URL): string {
  return url.hostname
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '')
    .toLowerCase();
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/** `*`, `example.com` and `.example.com` (with their subdomains), an address; each with a port or not. */
function isExcepted(url: URL, noProxy: string): boolean {
  const host = hostOf(url);
  const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
  return noProxy.split(/[\s,]+/).some((item) => {
    if (item === '*') return true;
    const match = /^\[?([^[\]]*?)\]?(?::(\d+))?$/.exec(isIP(item) === 6 ? `[${item}]` : item);
    const name = (match?.[1] ?? '').replace(/^\*?\./, '').toLowerCase();
    if (name === '' || (match?.[2] ?? port) !== port) return false;
    return host === name || (isIP(host) === 0 && host.endsWith(`.${name}`));
  });
}
