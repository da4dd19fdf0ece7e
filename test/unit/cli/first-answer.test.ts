import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { firstAnswer } from '../../../src/cli/first-answer.ts';
import type { AgentStatus } from '../../../src/status/status-file.ts';
import { exampleStatus } from '../../support/agent-status.ts';
import { realDisk } from '../../support/real-disk.ts';
import { instantClock } from '../../support/service-context.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const installedAt = 1_800_000_000;
const { collected, delivered } = exampleStatus();
const none = { ...delivered, accepted: 0 };
const refused = { at: installedAt, code: 'ECONNREFUSED', reason: 'connect ECONNREFUSED' };

/** Of a service that has written this into its status, and how long it was waited for. */
async function ask(changes: Partial<AgentStatus> | undefined | 'nonsense') {
  const stateFolder = join(temporaryFolder(), 'state');
  mkdirSync(stateFolder);
  const status =
    changes === 'nonsense'
      ? '{'
      : JSON.stringify(exampleStatus({ started_at: installedAt, ...changes }));
  if (changes !== undefined) writeFileSync(join(stateFolder, 'status.json'), status);
  const clock = instantClock();
  const options = { disk: realDisk, clock, stateFolder, sinceSeconds: installedAt };
  return { said: await firstAnswer(options), waitedMs: clock.sleptMs };
}

test.each<[string, Partial<AgentStatus>]>([
  ['accepted by the server', {}],
  [
    'not accepted yet: connect ECONNREFUSED; it is kept and sent again until the server accepts it',
    { delivered: { ...none, failed_attempts: 1, consecutive_failures: 1, last_error: refused } },
  ],
  [
    'rejected by the server: HTTP 422',
    {
      delivered: {
        ...{ ...none, rejected: 1, failed_attempts: 1 },
        last_error: { ...refused, reason: 'HTTP 422' },
      },
    },
  ],
  [
    'it could not be made: read /proc/stat: EACCES',
    {
      delivered: none,
      collected: {
        ...{ ...collected, consecutive_failures: 1 },
        last_error: { ...refused, reason: 'read /proc/stat: EACCES' },
      },
    },
  ],
])('%s: that is said at once', async (said, changes) => {
  expect(await ask(changes)).toEqual({ said, waitedMs: 0 });
});

test.each<[string, Partial<AgentStatus> | undefined | 'nonsense']>([
  ['nothing was written', undefined],
  ['nothing that can be read was written', 'nonsense'],
  ['nothing was sent yet', { delivered: none }],
  ['what is there is of the process before', { started_at: installedAt - 1 }],
])('where %s, the wait has an end', async (_, changes) => {
  expect(await ask(changes)).toEqual({
    said: 'no answer within 15 s; it is kept and sent again until the server accepts it',
    waitedMs: 15_000,
  });
});
