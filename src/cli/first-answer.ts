/** What became of the first report of a service that was just started, as the service itself says. */
import type { Clock } from '../base/clock.ts';
import type { Disk } from '../base/disk.ts';
import { MonitorError } from '../base/errors.ts';
import { gatherStatus, type StatusReport } from '../status/gather.ts';

/** A connection may take 10 s to fail, and the status is written every 3 s. */
const waitMs = 15_000;
const stepMs = 250;

export interface FirstAnswerOptions {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly stateFolder: string;
  /** A process that was started before is not meant. Seconds since 1970. */
  readonly sinceSeconds: number;
}

/** Resolves with a sentence for people, once there is an answer or after 15 s. Never rejects. */
export async function firstAnswer(options: FirstAnswerOptions): Promise<string> {
  const { clock } = options;
  for (let waitedMs = 0; waitedMs < waitMs; waitedMs += stepMs) {
    const answer = answerIn(agentOf(options));
    if (answer !== undefined) return answer;
    await clock.sleep(stepMs);
  }
  return `no answer within ${waitMs / 1000} s; it is kept and sent again until the server accepts it`;
}

type Agent = NonNullable<StatusReport['agent']>;

function agentOf(options: FirstAnswerOptions): Agent | undefined {
  const { disk, clock, stateFolder, sinceSeconds } = options;
  try {
    const { agent } = gatherStatus(disk, stateFolder, clock);
    return agent !== undefined && agent.started_at >= sinceSeconds ? agent : undefined;
  } catch (error) {
    // It is not there yet, or it is the one that another version wrote.
    if (error instanceof MonitorError) return undefined;
    throw error;
  }
}

function answerIn(agent: Agent | undefined): string | undefined {
  if (agent === undefined) return undefined;
  const { delivered, collected } = agent;
  if (delivered.accepted > 0) return 'accepted by the server';
  const reason = delivered.last_error?.reason ?? '';
  if (delivered.rejected > 0) return `rejected by the server: ${reason}`;
  if (delivered.failed_attempts > 0) {
    return `not accepted yet: ${reason}; it is kept and sent again until the server accepts it`;
  }
  if (collected.consecutive_failures === 0) return undefined;
  return `it could not be made: ${collected.last_error?.reason ?? ''}`;
}
