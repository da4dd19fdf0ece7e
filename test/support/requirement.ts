import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { test } from '@jest/globals';
import { hasProgram } from '../../build/has-program.ts';

/** Something that a test needs of the machine it runs on, and why it is missing where it is. */
export interface Requirement {
  readonly met: boolean;
  readonly reason: string;
}

/**
 * `test` where every requirement is met; elsewhere a counted skip that carries the reason in its
 * name, so that no report hides what was not run.
 */
export function testWith(
  requirements: readonly Requirement[],
  name: string,
  body: () => void | Promise<void>,
  timeoutMs?: number,
): void {
  const missing = requirements.filter((requirement) => !requirement.met);
  if (missing.length === 0) test(name, body, timeoutMs);
  else test.skip(`${name} [skipped: ${missing.map((one) => one.reason).join('; ')}]`, body);
}

export function onPlatform(...platforms: NodeJS.Platform[]): Requirement {
  return {
    met: platforms.includes(process.platform),
    reason: `needs ${platforms.join(' or ')}, this is ${process.platform}`,
  };
}

export function asRoot(): Requirement {
  return { met: process.getuid?.() === 0, reason: 'needs root' };
}

/** A file or a program at a path where systems that have it keep it. */
export function withFile(path: string): Requirement {
  return { met: existsSync(path), reason: `${path} is missing` };
}

/** A program that `words` make say that it is there. */
export function withProgram(name: string, ...words: string[]): Requirement {
  return { met: spawnSync(name, words).error === undefined, reason: `needs ${name}` };
}

/** Programs by their names, looked for and not run. */
export function programsInPath(...names: string[]): Requirement[] {
  return names.map((name) => ({ met: hasProgram(name), reason: `${name} is not here` }));
}

/** A path handed in by an environment variable, such as WINDOWS_RUNNER. */
export function fromEnvironment(name: string): Requirement {
  return { met: (process.env[name] ?? '') !== '', reason: `${name} is not set` };
}

/** A Windows to run programs on: this machine, or what WINDOWS_RUNNER names (windows-run.ts). */
export function onWindows(): Requirement {
  return process.platform === 'win32' ? onPlatform('win32') : fromEnvironment('WINDOWS_RUNNER');
}
