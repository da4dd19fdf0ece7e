/**
 * The way to the server, one step at a time, for `doctor`: what a failed request leaves in one word
 * is told here as the step that failed. Nothing is sent but the handshakes.
 */
import { lookup } from 'node:dns/promises';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, type SecureContext } from 'node:tls';
import { errorMessage, systemErrorCode } from '../base/errors.ts';
import { parseHttpDate } from '../base/time.ts';

export type ProbeStep = 'dns' | 'tcp' | 'tls';

export interface ProbeResult {
  readonly step: ProbeStep;
  readonly ok: boolean;
  readonly detail: string;
  /** `ENOTFOUND`, `CERT_HAS_EXPIRED`: stable, where `ok` is false. */
  readonly code?: string;
  /** Of the server's certificate: milliseconds since 1970 at which it ends. */
  readonly certificateEndsMs?: number;
}

export interface ProbeOptions {
  readonly url: URL;
  readonly secureContext: SecureContext | undefined;
  readonly timeoutMs: number;
}

const defaultPorts: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };

/** Ends after the first step that fails. Never rejects. */
export async function probeConnection(options: ProbeOptions): Promise<readonly ProbeResult[]> {
  const { url } = options;
  // RFC 3986, section 3.2.2: an IPv6 address stands in brackets.
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const port = url.port === '' ? (defaultPorts[url.protocol] ?? 0) : Number(url.port);
  const results: ProbeResult[] = [];
  for (const step of [
    () => probeDns(host),
    () => probeTcp(host, port, options.timeoutMs),
    ...(url.protocol === 'https:' ? [() => probeTls(host, port, options)] : []),
  ]) {
    const result = await step();
    results.push(result);
    if (!result.ok) break;
  }
  return results;
}

async function probeDns(host: string): Promise<ProbeResult> {
  if (isIP(host) !== 0) return { step: 'dns', ok: true, detail: `${host} is an address already` };
  try {
    const addresses = await lookup(host, { all: true });
    const detail = `${host} is ${addresses.map(({ address }) => address).join(', ')}`;
    return { step: 'dns', ok: true, detail };
  } catch (error) {
    return failed('dns', error);
  }
}

async function probeTcp(host: string, port: number, timeoutMs: number): Promise<ProbeResult> {
  const socket = connectTcp({ host, port });
  try {
    await established(socket, 'connect', timeoutMs);
    return { step: 'tcp', ok: true, detail: `connected to ${socket.remoteAddress} port ${port}` };
  } catch (error) {
    return failed('tcp', error);
  } finally {
    socket.destroy();
  }
}

async function probeTls(host: string, port: number, options: ProbeOptions): Promise<ProbeResult> {
  const socket = connectTls({
    host,
    port,
    rejectUnauthorized: true,
    // RFC 6066, section 3: an address is no server name.
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(options.secureContext === undefined ? {} : { secureContext: options.secureContext }),
  });
  try {
    await established(socket, 'secureConnect', options.timeoutMs);
    const { valid_to: validTo } = socket.getPeerCertificate();
    const endsMs = parseHttpDate(validTo);
    return {
      step: 'tls',
      ok: true,
      detail: `${socket.getProtocol() ?? 'TLS'}, certificate until ${validTo}`,
      ...(endsMs === undefined ? {} : { certificateEndsMs: endsMs }),
    };
  } catch (error) {
    return failed('tls', error);
  } finally {
    socket.destroy();
  }
}

function established(socket: Socket, event: string, timeoutMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.setTimeout(timeoutMs, () =>
      reject(Object.assign(new Error(`no answer within ${timeoutMs} ms`), { code: 'ETIMEDOUT' })),
    );
    socket.once(event, () => resolve());
    socket.once('error', reject);
  });
}

function failed(step: ProbeStep, error: unknown): ProbeResult {
  const reasons = error instanceof AggregateError ? error.errors : [error];
  return {
    step,
    ok: false,
    detail: reasons.map(errorMessage).join('; '),
    code: systemErrorCode(error) ?? systemErrorCode(reasons[0]) ?? 'UNKNOWN',
  };
}
