/** A table of routes and its look-up. `:id` stands for one segment of the path. */

import type { Permission } from './auth.ts';

export interface Route<Call> {
  readonly method: string;
  readonly path: string;
  /** What a token must allow; without it the route is open to everybody. */
  readonly permission?: Permission;
  readonly handle: (call: Call) => void | Promise<void>;
}

export type Found<Call> =
  | { readonly kind: 'route'; readonly route: Route<Call>; readonly id: string }
  /** The path exists for other methods. */
  | { readonly kind: 'method'; readonly allow: readonly string[] }
  | { readonly kind: 'missing' };

/** HEAD is answered as GET; node:http leaves the body out (RFC 9110, section 9.3.2). */
export function findRoute<Call>(
  routes: readonly Route<Call>[],
  method: string,
  path: string,
): Found<Call> {
  const wanted = method === 'HEAD' ? 'GET' : method;
  const segments = path.split('/');
  const allow: string[] = [];
  for (const route of routes) {
    const id = match(route.path, path, segments);
    if (id === undefined) continue;
    if (route.method === wanted) return { kind: 'route', route, id };
    allow.push(route.method === 'GET' ? 'GET, HEAD' : route.method);
  }
  return allow.length === 0 ? { kind: 'missing' } : { kind: 'method', allow };
}

/** The id in the path, '' where the route has none, undefined where it does not match. */
function match(pattern: string, path: string, segments: readonly string[]): string | undefined {
  if (pattern === path) return '';
  if (!pattern.includes(':id')) return undefined;
  const parts = pattern.split('/');
  if (parts.length !== segments.length) return undefined;
  let id = '';
  for (const [index, part] of parts.entries()) {
    const segment = segments[index] ?? '';
    if (part !== ':id') {
      if (part !== segment) return undefined;
      continue;
    }
    try {
      id = decodeURIComponent(segment);
    } catch {
      return undefined;
    }
    if (id === '') return undefined;
  }
  return id;
}
