import { expect, test } from '@jest/globals';
import { createProcessCache } from '../../../src/collectors/processes/process-cache.ts';
import type { ProcessFiles, ProcessFolder } from '../../../src/host/linux/process-files.ts';

interface Process {
  comm: string;
  commandLine: string;
  ino: number;
  real: number;
  effective: number;
  isKernelThread: boolean;
}

/** A process that a test can change between two samples, and what was read of it. */
function createSystem(first: Partial<Process>) {
  const process: Process = {
    comm: 'bash',
    commandLine: 'bash\0',
    ino: 1,
    real: 1000,
    effective: 1000,
    isKernelThread: false,
    ...first,
  };
  const system = { process: process as Process | undefined, reads: [] as string[] };
  const reading = <Value>(file: string, value: (one: Process) => Value): Value | undefined => {
    system.reads.push(file);
    return system.process === undefined ? undefined : value(system.process);
  };
  const folder: ProcessFolder = {
    comm: () => reading('comm', (one) => one.comm),
    commBytes: () => Buffer.from(system.process?.comm ?? ''),
    commandLine: () => reading('cmdline', (one) => Buffer.from(one.commandLine)),
    owner: () => reading('owner', (one) => ({ ino: one.ino, uid: one.effective })),
    close: () => void system.reads.push('close'),
    status: () =>
      reading('status', (one) => ({
        realUid: one.real,
        effectiveUid: one.effective,
        isKernelThread: one.isKernelThread,
      })),
  };
  const files: ProcessFiles = {
    pids: async () => Uint32Array.of(7),
    folder: () => folder,
    scarcity: () => undefined,
  };
  const cache = createProcessCache(files);
  let nowMs = 0;
  return {
    change: (changes: Partial<Process>) => Object.assign(process, changes),
    end: () => {
      system.process = undefined;
    },
    /** The next sample, `afterMs` later: what the process is, and which files that took. */
    sample(afterMs = 1000) {
      nowMs += afterMs;
      system.reads = [];
      cache.startSample(nowMs);
      const known = cache.read(7);
      cache.endSample();
      return { is: known && `${known.name} of ${known.realUid}`, reads: system.reads.join(' ') };
    },
  };
}

test('an unchanged process costs its comm and its owner alone', () => {
  const system = createSystem({});
  expect(system.sample().is).toBe('bash of 1000');
  expect(system.sample()).toEqual({ is: 'bash of 1000', reads: 'comm owner' });
});

test('a kernel thread costs its comm alone', () => {
  const system = createSystem({ comm: 'kthreadd', real: 0, effective: 0, isKernelThread: true });
  system.sample();
  expect(system.sample()).toEqual({ is: 'kthreadd of 0', reads: 'comm' });
});

test('a later process with the same pid and name is told by its folder', () => {
  const system = createSystem({});
  system.sample();
  system.change({ ino: 2, real: 1001, effective: 1001 });
  expect(system.sample().is).toBe('bash of 1001');
});

test('a process that drops its rights is read again', () => {
  const system = createSystem({ comm: 'sshd', real: 0, effective: 0 });
  expect(system.sample().is).toBe('sshd of 0');
  system.change({ real: 1000, effective: 1000 });
  expect(system.sample().is).toBe('sshd of 1000');
});

test('a set-uid program that becomes its owner altogether is noticed at once', () => {
  const system = createSystem({ comm: 'sudo', real: 1000, effective: 0 });
  expect(system.sample().is).toBe('sudo of 1000');
  system.change({ real: 0 });
  expect(system.sample().is).toBe('sudo of 0');
});

test('a real uid that changes beside the same effective one is noticed within five minutes', () => {
  const system = createSystem({ comm: 'daemon', real: 0, effective: 0 });
  system.sample();
  system.change({ real: 33 });
  expect(system.sample().is).toBe('daemon of 0');
  expect(system.sample(300_000).is).toBe('daemon of 33');
});

test('a program that is replaced by exec gets its new name', () => {
  const system = createSystem({
    comm: 'a-long-shell-sc',
    commandLine: '/bin/a-long-shell-script\0',
  });
  expect(system.sample().is).toBe('a-long-shell-script of 1000');
  system.change({ comm: 'another-long-pr', commandLine: 'another-long-program\0' });
  expect(system.sample().is).toBe('another-long-program of 1000');
});

test('a title that is written over a long name is noticed within a minute', () => {
  const system = createSystem({ comm: 'a-long-program-', commandLine: 'a-long-program-name\0' });
  system.sample();
  system.change({ commandLine: 'a-long-program-name:idle\0' });
  expect(system.sample().is).toBe('a-long-program-name of 1000');
  expect(system.sample(60_000).is).toBe('a-long-program-name:idle of 1000');
});

test('a process that ended is gone, and what was held of it is given back', () => {
  const system = createSystem({ comm: 'kworker/0:1', isKernelThread: true, real: 0, effective: 0 });
  system.sample();
  system.end();
  expect(system.sample()).toEqual({ is: undefined, reads: 'comm close' });
});
