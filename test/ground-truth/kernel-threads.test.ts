/** What is a kernel thread and what is not, by the kernel's own word. */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from '@jest/globals';
import { createProcessFiles } from '../../src/host/linux/process-files.ts';
import { asRoot, onPlatform, testWith, withFile } from '../support/requirement.ts';

const run = promisify(execFile);
const python = '/usr/bin/python3';
const unshare = '/usr/bin/unshare';

testWith(
  [onPlatform('linux'), asRoot(), withFile(unshare), withFile(python)],
  'in a PID namespace a child of process 2 is shown with its new user in the next sample',
  async () => {
    const programs = join(import.meta.dirname, 'programs');
    const node = [process.execPath, '--disable-warning=ExperimentalWarning'];
    const { stdout } = await run(unshare, [
      ...['--pid', '--fork', '--kill-child', '--mount-proc', '--propagation', 'private', '--'],
      ...[python, join(programs, 'second-process.py')],
      ...[...node, join(programs, 'owner-of-third.ts')],
    ]);
    expect(JSON.parse(stdout)).toEqual(['root', 'root', 'nobody']);
  },
  60_000,
);

testWith(
  [onPlatform('linux')],
  'a process is a kernel thread where the kernel flags it as one',
  async () => {
    const files = createProcessFiles('/proc');
    const differing: number[] = [];
    for (const pid of await files.pids()) {
      const status = files.folder(pid).status();
      if (status === undefined) continue;
      const flags = flagsOf(pid);
      if (flags !== undefined && status.isKernelThread !== ((flags & 0x20_0000) !== 0)) {
        differing.push(pid);
      }
    }
    expect(readdirSync('/proc').length).toBeGreaterThan(1);
    expect(differing).toEqual([]);
  },
);

function flagsOf(pid: number): number | undefined {
  try {
    return Number(/\) \S( -?\d+){5} (\d+) /.exec(readFileSync(`/proc/${pid}/stat`, 'latin1'))?.[2]);
  } catch {
    return undefined;
  }
}
