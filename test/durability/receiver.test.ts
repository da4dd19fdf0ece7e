/**
 * What the receiver's 200 promises: the report is on the disk by then. Seen from outside, in the system
 * calls of the receiver as its user starts it: the log that SQLite commits to is written and synced
 * before the answer leaves, and so is every name on the way to it.
 */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from '@jest/globals';
import { exampleReport } from '../support/report.ts';
import { onPlatform, testWith } from '../support/requirement.ts';
import { startServer } from '../support/server-process.ts';
import { parseCalls, type SystemCall, straceWords, withStrace } from '../support/system-calls.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const reports = 3;

/** Sends a few reports, one after the other, and answers what the receiver did meanwhile. */
async function traceReports(data: string): Promise<readonly SystemCall[]> {
  const log = join(temporaryFolder(), 'strace');
  const server = await startServer(['--port', '0', '--data', data], straceWords(log));
  try {
    for (let number = 0; number < reports; number += 1) {
      const body = JSON.stringify(exampleReport({ epoch: 1_795_000_000 + number * 60 }));
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(server.url, { method: 'POST', headers, body });
      expect(answer.status).toBe(200);
    }
  } finally {
    await server.end('SIGTERM');
  }
  return parseCalls(await completeLog(log));
}

/** strace writes on for a moment after the program has ended. */
async function completeLog(log: string): Promise<string> {
  for (let turn = 0; turn < 100; turn += 1) {
    const text = readFileSync(log, 'utf8');
    if (text.split('"HTTP/1.1 200').length > reports && /unlink.*-wal/.test(text)) return text;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`strace did not see ${reports} answers`);
}

const isSync = ({ name }: SystemCall) => name === 'fsync' || name === 'fdatasync';

testWith(
  [onPlatform('linux'), withStrace],
  'a report is written and synced before it is answered with 200',
  async () => {
    const data = join(temporaryFolder(), 'new', 'data');
    const calls = await traceReports(data);
    const wal = join(data, 'reports.db-wal');
    const answers = calls.filter(({ text }) => text.includes('"HTTP/1.1 200'));
    expect(answers).toHaveLength(reports);
    let since = 0;
    for (const answer of answers) {
      const between = calls.filter(
        ({ beganAt, paths }) => beganAt > since && beganAt < answer.beganAt && paths.includes(wal),
      );
      const written = between.findLastIndex(({ name }) => name === 'pwrite64');
      expect(written).toBeGreaterThan(-1);
      const synced = between.slice(written).find(isSync);
      expect(synced?.endedAt ?? Number.POSITIVE_INFINITY).toBeLessThan(answer.beganAt);
      since = answer.beganAt;
    }
    // The name of the log in its folder, and that of each new folder in the one above it.
    const [first] = answers;
    for (const folder of [data, dirname(data), dirname(dirname(data))]) {
      const isSynced = calls.some(
        (call) =>
          isSync(call) && call.paths.includes(folder) && call.endedAt < (first?.beganAt ?? 0),
      );
      expect([folder, isSynced]).toEqual([folder, true]);
    }
  },
);
