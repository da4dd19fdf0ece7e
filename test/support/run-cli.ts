/** The whole command line in this process, with surroundings of the test's own. */
import type { OutputStream, Runtime } from '../../src/base/runtime.ts';
import { runCli } from '../../src/cli/cli.ts';
import { createRuntime } from '../../src/main.ts';

export interface CliEnd {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What is written is kept; nothing is a terminal. */
export async function runWords(
  words: readonly string[],
  changes: Partial<Runtime> = {},
): Promise<CliEnd> {
  const written = { stdout: '', stderr: '' };
  const stream = (name: keyof typeof written): OutputStream => ({
    isTerminal: false,
    columns: () => 80,
    write: async (text) => {
      written[name] += text;
    },
  });
  const code = await runCli({
    ...createRuntime(),
    arguments: words,
    environment: {},
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    ...changes,
  });
  return { code, ...written };
}
