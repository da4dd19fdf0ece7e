/** psutil as Debian ships it (python3-psutil), asked line by line. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { onPlatform, type Requirement, withFile } from './requirement.ts';

/** Debian's own; another python3 may come first in PATH and have no psutil. */
export const debianPython = '/usr/bin/python3';

export const withPsutil: readonly Requirement[] = [
  onPlatform('linux'),
  withFile(debianPython),
  withFile('/usr/lib/python3/dist-packages/psutil'),
];

const replySchema = z.union([
  z.strictObject({ value: z.unknown() }),
  z.strictObject({ error: z.string() }),
]);

export interface Psutil {
  /** One of the questions of programs/psutil-system.py. Throws when psutil does. */
  ask(question: string): Promise<unknown>;
  close(): Promise<void>;
}

export function startPsutil(): Psutil {
  const program = join(import.meta.dirname, '../ground-truth/programs/psutil-system.py');
  const child = spawn(debianPython, [program], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  return {
    async ask(question) {
      child.stdin.write(`${question}\n`);
      const line = await lines.next();
      if (line.done === true) throw new Error('psutil ended');
      const reply = replySchema.parse(JSON.parse(line.value));
      if ('error' in reply) throw new Error(reply.error);
      return reply.value;
    },
    async close() {
      child.stdin.end();
      await once(child, 'close');
    },
  };
}
