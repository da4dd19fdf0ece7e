/**
 * A receiver of one screen, to read and to copy. Needs Node 24 or later, and no package.
 *
 *   node receiver.ts 5000 reports.db
 */
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { DatabaseSync } from 'node:sqlite';

const [port = '5000', path = 'reports.db'] = process.argv.slice(2);
const bodyBytesMax = 8 * 1024 * 1024;

const reports = new DatabaseSync(path, { timeout: 5000 });
// FULL: a commit returns once the disk has it, so that a 200 may be believed. The digest is part of
// the key, because a clock that was set back makes two different reports of one second.
reports.exec(`
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  CREATE TABLE IF NOT EXISTS reports (system_id TEXT, epoch INTEGER, digest TEXT, body TEXT,
                                      PRIMARY KEY (system_id, epoch, digest)) STRICT`);
const insert = reports.prepare('INSERT OR IGNORE INTO reports VALUES (?, ?, ?, ?)');
const find = reports.prepare('SELECT 1 FROM reports WHERE system_id = ? LIMIT 1');

/** The status that answers a request, by its body. */
function answer(text: string): number {
  const { action, system_id: id, epoch, stats } = parse(text);
  if (action === 'check_url') return 202;
  if (typeof id !== 'string' || id === '' || [...id].length > 200) return 400;
  if (action === 'check_system_id') return find.get(id) === undefined ? 204 : 200;
  if (action !== 'send_stats' || !isMoment(epoch) || typeof stats !== 'object') return 400;
  insert.run(id, epoch, createHash('sha256').update(text).digest('hex'), text);
  return 200;
}

function parse(text: string): Record<string, unknown> {
  try {
    return { ...JSON.parse(text) };
  } catch {
    return {};
  }
}

function isMoment(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

createServer((request, response) => {
  const chunks: Buffer[] = [];
  let length = 0;
  const end = (status: number, headers: Record<string, string> = {}): void => {
    if (!response.headersSent) response.writeHead(status, headers).end();
  };
  if (request.url !== '/') end(404);
  if (request.method !== 'POST') end(405, { allow: 'POST' });
  if (request.headers['content-encoding'] !== undefined) end(415);
  request.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length <= bodyBytesMax) chunks.push(chunk);
    else end(413, { connection: 'close' });
  });
  request.on('end', () => {
    try {
      if (!response.headersSent) end(answer(Buffer.concat(chunks).toString()));
    } catch (error) {
      // A full disk, a locked database: the agent keeps the report and comes again.
      console.error(error);
      end(503, { 'retry-after': '10' });
    }
  });
}).listen(Number(port), '127.0.0.1', () => console.log(`listening on http://127.0.0.1:${port}/`));
