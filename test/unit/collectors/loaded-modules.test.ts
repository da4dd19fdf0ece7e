/** Start-up is paid for by every one-shot command: a part loads what it needs, and nothing else. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { z } from 'zod';
import { onPlatform, testWith } from '../../support/requirement.ts';

function loadedFor(part: string): string[] {
  const program = join(import.meta.dirname, 'programs/loaded-modules.ts');
  const output = execFileSync(process.execPath, ['--no-warnings', program, part], {
    encoding: 'utf8',
  });
  return z.array(z.string()).parse(JSON.parse(output));
}

testWith([onPlatform('linux')], 'cpu, memory and network load no package and start nothing', () => {
  for (const part of ['cpu', 'memory', 'network']) {
    const loaded = loadedFor(part);
    expect(loaded.filter((url) => url.includes('node_modules'))).toEqual([]);
    expect(loaded.filter((url) => url.includes('child_process'))).toEqual([]);
    expect(loaded.filter((url) => /portable|win32|cgroup/.test(url))).toEqual([]);
    const ofOtherParts = loaded.filter(
      (url) =>
        /\/src\/collectors\/[a-z]+\/(?!index)/.test(url) &&
        !url.includes(`/src/collectors/${part}/`),
    );
    expect(ofOtherParts).toEqual([]);
  }
});

testWith([onPlatform('linux')], 'the whole table loads no package before a part is asked', () => {
  const loaded = loadedFor('none');
  expect(loaded.some((url) => url.endsWith('/collectors/index.ts'))).toBe(true);
  expect(loaded.filter((url) => url.includes('node_modules'))).toEqual([]);
  expect(loaded.filter((url) => url.includes('/src/host/'))).toEqual([]);
});
