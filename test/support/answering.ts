/** Programs of a system that a test makes to order. */
import type { CommandRequest, RunCommand } from '../../src/host/run-command.ts';

type Answer = string | ((request: CommandRequest) => string | Promise<string>);

/**
 * Answers by the program's name, or by the whole command line, and remembers what was asked. Whoever
 * has no answer fails, as a program does.
 */
export function answering(answers: Readonly<Record<string, Answer>>, pid?: number) {
  const asked: string[] = [];
  const runCommand: RunCommand = async (request) => {
    const commandLine = [request.program, ...request.args].join(' ');
    asked.push(commandLine);
    const answer = answers[commandLine] ?? answers[request.program] ?? '';
    const stdout = typeof answer === 'string' ? answer : await answer(request);
    return { pid, exitCode: stdout === '' ? 1 : 0, stdout, stderr: 'no' };
  };
  return { runCommand, asked };
}
