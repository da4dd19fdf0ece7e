/**
 * The page's files, read once and served from memory. Everything comes from this server: the
 * content security policy forbids any other, and forbids inline scripts, so that text in a report
 * could not run even if it were put into the page unescaped.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const securityPolicy = [
  "default-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "object-src 'none'",
].join('; ');

const scripts = [
  'api.js',
  'app.js',
  'charts.js',
  'detail-figures.js',
  'detail-heading.js',
  'detail.js',
  'dom.js',
  'fleet-counters.js',
  'fleet-row.js',
  'fleet.js',
  'format.js',
  'processes.js',
  'sign-in.js',
  'source.js',
  'states.js',
  'table.js',
];

export interface PageFile {
  readonly path: string;
  /** `known` is the version that the browser has: its `If-None-Match`. */
  readonly answer: (known: string | undefined) => Response;
}

/** Reads all files of the page. Throws where one is missing: a receiver without its page is broken. */
export function loadPage(): readonly PageFile[] {
  const web = (name: string): URL => new URL(`./web/${name}`, import.meta.url);
  const uplot = (name: string): string =>
    createRequire(import.meta.url).resolve(`uplot/dist/${name}`);
  return [
    pageFile('/', web('index.html'), 'text/html; charset=utf-8'),
    pageFile('/api', web('api.html'), 'text/html; charset=utf-8'),
    pageFile('/favicon.svg', web('favicon.svg'), 'image/svg+xml'),
    pageFile('/assets/style.css', web('style.css'), 'text/css; charset=utf-8'),
    ...scripts.map((name) =>
      pageFile(`/assets/${name}`, web(name), 'text/javascript; charset=utf-8'),
    ),
    pageFile('/assets/uplot.js', uplot('uPlot.iife.min.js'), 'text/javascript; charset=utf-8'),
    pageFile('/assets/uplot.css', uplot('uPlot.min.css'), 'text/css; charset=utf-8'),
  ];
}

function pageFile(path: string, source: URL | string, contentType: string): PageFile {
  const content = Uint8Array.from(readFileSync(source));
  const etag = `"${createHash('sha256').update(content).digest('base64url').slice(0, 22)}"`;
  const headers = {
    'content-type': contentType,
    // Asked for again at each visit, and answered with 304: a new version shows at once.
    'cache-control': 'no-cache',
    etag,
    'content-security-policy': securityPolicy,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  };
  return {
    path,
    answer: (known) =>
      known === etag
        ? new Response(null, { status: 304, headers })
        : new Response(content, {
            headers: { ...headers, 'content-length': String(content.length) },
          }),
  };
}
