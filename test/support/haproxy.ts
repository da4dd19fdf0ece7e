/** haproxy in front of something, as people run several receivers, or a database and its standby. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Requirement, withFile } from './requirement.ts';

/** Debian's package puts it there. */
const program = '/usr/sbin/haproxy';

export function haproxy(): Requirement {
  return withFile(program);
}

export interface Haproxy {
  /** One command of its runtime API (https://docs.haproxy.org/2.6/management.html#9.3). */
  command(line: string): Promise<string>;
  stop(): Promise<void>;
}

/** `sections`: the frontends and backends of its configuration. */
export async function startHaproxy(sections: string): Promise<Haproxy> {
  const folder = mkdtempSync(join(tmpdir(), 'haproxy-'));
  const socket = join(folder, 'api');
  const configuration = join(folder, 'haproxy.cfg');
  writeFileSync(
    configuration,
    `global
  stats socket ${socket} level admin
defaults
  timeout connect 2s
  timeout client 60s
  timeout server 60s
${sections}
`,
  );
  const child = spawn(program, ['-db', '-f', configuration], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
  }
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const command = (line: string): Promise<string> =>
    new Promise((resolve, reject) => {
      let answer = '';
      const connection = connect(socket, () => connection.write(`${line}\n`));
      connection.on('data', (chunk) => {
        answer += chunk.toString();
      });
      connection.on('error', reject);
      connection.on('close', () => resolve(answer.trim()));
    });
  for (let attempts = 0; ; attempts += 1) {
    try {
      await command('show info');
      break;
    } catch (error) {
      if (attempts === 100 || child.exitCode !== null) throw new Error(said, { cause: error });
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    command,
    stop: async () => {
      child.kill('SIGKILL');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
