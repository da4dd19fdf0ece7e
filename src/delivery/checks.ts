/** The two questions that a user asks a server before trusting it: is it one, and does it know me? */
import {
  type CheckSystemIdRequest,
  type CheckUrlRequest,
  statusNotRegistered,
  statusRegistered,
  statusUrlOk,
} from '../wire/requests.ts';
import type { PostAnswer, Transport } from './transport.ts';

export interface ConnectionError {
  readonly kind: 'connection-error';
  /** The answer's status, or undefined where none came. */
  readonly status: number | undefined;
  /** `ECONNREFUSED`, `CERT_HAS_EXPIRED`, or `HTTP_<status>`. */
  readonly code: string;
  readonly reason: string;
}

export type CheckUrlAnswer = { readonly kind: 'ok'; readonly answer: PostAnswer } | ConnectionError;

export type CheckSystemIdAnswer =
  | { readonly kind: 'registered'; readonly answer: PostAnswer }
  | { readonly kind: 'not-registered'; readonly answer: PostAnswer }
  | ConnectionError;

/** `check_url`: 202 is ok, anything else a connection error. Never rejects. */
export async function checkUrl(
  transport: Transport,
  signal?: AbortSignal,
): Promise<CheckUrlAnswer> {
  const request: CheckUrlRequest = { action: 'check_url' };
  const result = await ask(transport, request, signal);
  if (result.kind !== 'answer') return result;
  return result.status === statusUrlOk
    ? { kind: 'ok', answer: result }
    : unexpected(result, `${statusUrlOk}`);
}

/** `check_system_id`: 200 registered, 204 not, anything else a connection error. Never rejects. */
export async function checkSystemId(
  transport: Transport,
  systemId: string,
  signal?: AbortSignal,
): Promise<CheckSystemIdAnswer> {
  const request: CheckSystemIdRequest = { action: 'check_system_id', system_id: systemId };
  const result = await ask(transport, request, signal);
  if (result.kind !== 'answer') return result;
  if (result.status === statusRegistered) return { kind: 'registered', answer: result };
  if (result.status === statusNotRegistered) return { kind: 'not-registered', answer: result };
  return unexpected(result, `${statusRegistered} or ${statusNotRegistered}`);
}

async function ask(
  transport: Transport,
  request: CheckUrlRequest | CheckSystemIdRequest,
  signal: AbortSignal | undefined,
): Promise<PostAnswer | ConnectionError> {
  const result = await transport.post({
    body: JSON.stringify(request),
    ...(signal === undefined ? {} : { signal }),
  });
  if (result.kind === 'answer') return result;
  return {
    kind: 'connection-error',
    status: undefined,
    code: result.code,
    reason: result.reason,
  };
}

function unexpected(answer: PostAnswer, expected: string): ConnectionError {
  return {
    kind: 'connection-error',
    status: answer.status,
    code: `HTTP_${answer.status}`,
    reason: `the server answered ${answer.status}; expected ${expected}`,
  };
}
