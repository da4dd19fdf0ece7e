import type { Clock } from '../../src/base/clock.ts';
import type { CommandResult, RunCommand } from '../../src/host/run-command.ts';

/** A clock whose sleeps pass at once, and add up. */
export function instantClock(): Clock & { sleptMs: number } {
  const clock = {
    sleptMs: 0,
    epochMs: () => 0,
    monotonicMs: () => clock.sleptMs,
    async sleep(ms: number): Promise<void> {
      clock.sleptMs += ms;
    },
  };
  return clock;
}

/** Answers commands from `answer` and keeps every command line that it was asked. */
export function recordingRunner(answer: (line: string) => Partial<CommandResult> | undefined): {
  readonly runCommand: RunCommand;
  readonly lines: string[];
} {
  const lines: string[] = [];
  return {
    lines,
    async runCommand({ program, args }) {
      const line = [program, ...args].join(' ');
      lines.push(line);
      return { exitCode: 0, stdout: '', stderr: '', ...answer(line) };
    },
  };
}
