import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { signByHook } from '../../../build/sign-hook.ts';
import { onPlatform, testWith } from '../../support/requirement.ts';

const posix = onPlatform('linux', 'darwin');

async function withProgram(
  script: string,
  body: (program: string, file: string) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'sign-'));
  try {
    const program = join(folder, 'sign');
    const file = join(folder, 'a file');
    await writeFile(program, `#!/bin/sh\n${script}\n`);
    await chmod(program, 0o755);
    await writeFile(file, 'unsigned');
    await body(program, file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

testWith([posix], 'the program that SIGN_<SYSTEM> names signs the file in place', async () => {
  await withProgram('printf signed > "$1"', async (program, file) => {
    await signByHook({ platform: 'darwin' }, file, { SIGN_DARWIN: program });
    expect(await readFile(file, 'utf8')).toBe('signed');
  });
});

testWith([posix], "another system's program is not called", async () => {
  await withProgram('printf signed > "$1"', async (program, file) => {
    await signByHook({ platform: 'win32' }, file, { SIGN_DARWIN: program });
    expect(await readFile(file, 'utf8')).toBe('unsigned');
  });
});

testWith([posix], 'a signature that fails stops the release', async () => {
  await withProgram('echo no certificate >&2; exit 1', async (program, file) => {
    await expect(signByHook({ platform: 'win32' }, file, { SIGN_WIN32: program })).rejects.toThrow(
      'no certificate',
    );
  });
});
