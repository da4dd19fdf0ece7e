/**
 * How the Task Scheduler is asked about the task and told what to do with it.
 * schtasks: https://learn.microsoft.com/windows-server/administration/windows-commands/schtasks
 */
import { MonitorError } from '../base/errors.ts';
import { ask, complaintOf } from './ask.ts';
import { type ServiceContext, serviceName } from './service.ts';
import { parseTaskState, type TaskState } from './task-state.ts';

/** An ended task's process takes a moment to let go of its file. */
const endStepMs = 250;
const endAttempts = 40;

export interface TaskControl {
  query(): Promise<TaskState>;
  /** There is no asking beforehand whether this is an administrator; a refusal says so: PERMISSION. */
  asAdministrator(verb: string, program: string, args: readonly string[]): Promise<void>;
  /** As an administrator: `/Create`, `/Run`, … and what else it takes, for our task. */
  change(verb: string, action: string, ...args: readonly string[]): Promise<void>;
  /** Ends the agent, which the every-minute trigger brings back. */
  end(): Promise<void>;
  /** Ends the agent and keeps the every-minute trigger from bringing it back. */
  halt(verb: string): Promise<void>;
  go(verb: string): Promise<void>;
  /** Nothing there is fine. */
  delete(verb: string): Promise<void>;
}

export function createTaskControl(
  { runCommand, clock }: Pick<ServiceContext, 'runCommand' | 'clock'>,
  name: string,
): TaskControl {
  const schtasks = (action: string, ...args: readonly string[]) =>
    ask(runCommand, 'schtasks', [action, '/TN', name, ...args]);

  async function query(): Promise<TaskState> {
    const definition = await schtasks('/Query', '/XML');
    const state = await schtasks('/Query', '/FO', 'CSV', '/NH', '/V');
    return parseTaskState(definition.stdout, state.stdout);
  }

  async function asAdministrator(
    verb: string,
    program: string,
    args: readonly string[],
  ): Promise<void> {
    const result = await ask(runCommand, program, args);
    if (result.exitCode === 0) return;
    throw new MonitorError({
      code: 'PERMISSION',
      operation: `${verb} the service`,
      reason: `${program} refused: ${complaintOf(result)}`,
      hint: `Run it from a terminal opened with "Run as administrator": ${serviceName} service ${verb}`,
    });
  }

  const change: TaskControl['change'] = (verb, action, ...args) =>
    asAdministrator(verb, 'schtasks', [action, '/TN', name, ...args]);

  async function end(): Promise<void> {
    // Status 1 means that it does not run.
    await schtasks('/End');
    for (let attempt = 0; attempt < endAttempts; attempt += 1) {
      if (!(await query()).running) return;
      await clock.sleep(endStepMs);
    }
  }

  return {
    query,
    asAdministrator,
    change,
    end,
    async halt(verb) {
      await change(verb, '/Change', '/DISABLE');
      await end();
    },
    async go(verb) {
      await change(verb, '/Change', '/ENABLE');
      await change(verb, '/Run');
    },
    async delete(verb) {
      const { exitCode } = await schtasks('/Delete', '/F');
      if (exitCode !== 0 && (await query()).installed) await change(verb, '/Delete', '/F');
    },
  };
}
