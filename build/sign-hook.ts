/**
 * Where a certificate comes in. SIGN_DARWIN and SIGN_WIN32 name a program that is called with the
 * path of each finished file of that system and signs it in place: `codesign` or `rcodesign` with a
 * Developer ID, `osslsigncode` or `signtool` (docs/install.md has an example of each). Without it a
 * Mac's file keeps its ad-hoc signature, and a Windows file has none.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Target } from './targets.ts';

const run = promisify(execFile);

/** A time-stamping server answers within seconds; a hardware token asks a person. */
const signTimeoutMs = 10 * 60_000;

/** Throws when the program fails: an unsigned file must not pass for a signed one. */
export async function signByHook(
  target: Pick<Target, 'platform'>,
  file: string,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<void> {
  const program = environment[`SIGN_${target.platform.toUpperCase()}`];
  if (!program) return;
  await run(program, [file], { timeout: signTimeoutMs });
}
