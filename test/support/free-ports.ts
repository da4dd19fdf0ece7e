/** Ports of 127.0.0.1 that nobody listens on, for programs that must be told one. */
import { createServer } from 'node:net';

/** Below those that Linux gives to connections by itself (ip_local_port_range begins at 32768). */
const firstPort = 20_000;
const lastPort = 32_000;

/** The first of `count` free ports in a row. Processes look from different places on. */
export async function freePorts(count: number): Promise<number> {
  const places = Math.floor((lastPort - firstPort) / count);
  for (let tried = 0; tried < places; tried += 1) {
    const first = firstPort + ((process.pid * 7 + tried) % places) * count;
    const free = await Promise.all(Array.from({ length: count }, (_, at) => isFree(first + at)));
    if (free.every(Boolean)) return first;
  }
  throw new Error(`no ${count} free ports in a row`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
