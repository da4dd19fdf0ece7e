import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { type ArchiveKind, makeArchives } from '../../../build/archives.ts';
import { onPlatform, programsInPath, testWith } from '../../support/requirement.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const needed = [onPlatform('linux'), ...programsInPath('tar', 'xz', 'gzip', 'zip', 'unzip')];
const kinds: readonly ArchiveKind[] = ['.tar.gz', '.tar.xz', '.zip'];

/** The same files each time, made at another time and in another order. */
async function pack(names: readonly string[], time: number): Promise<readonly string[]> {
  const top = temporaryFolder();
  const folder = join(top, 'product');
  mkdirSync(folder);
  for (const name of names) {
    writeFileSync(join(folder, name), `content of ${name}`, { mode: 0o755 });
    utimesSync(join(folder, name), time, time);
  }
  return await makeArchives(kinds, {
    ...{ folder, output: join(top, 'product-1.0.0') },
    ...{ sourceEpoch: 1_800_000_000, compression: 'quick' },
  });
}

testWith(
  needed,
  'archives of the same files are the same bytes, whenever they are made',
  async () => {
    const first = await pack(['a', 'b', 'c'], 1_700_000_000);
    const second = await pack(['c', 'b', 'a'], 1_600_000_001);
    expect(first.map((path) => path.replace(/^.*product-/, ''))).toEqual([
      ...['1.0.0.tar.gz', '1.0.0.tar.xz', '1.0.0.zip'],
    ]);
    for (const [index, path] of first.entries()) {
      expect(readFileSync(second[index] ?? '').equals(readFileSync(path))).toBe(true);
    }
  },
);

testWith(needed, 'an archive holds one folder and keeps programs executable', async () => {
  const [gzip = '', , zip = ''] = await pack(['program'], 1_700_000_000);
  const list = execFileSync('tar', ['-tvzf', gzip], { encoding: 'utf8' });
  expect(list).toMatch(/^-rwxr-xr-x 0\/0 +18 .* product\/program$/m);
  expect(execFileSync('unzip', ['-Z1', zip], { encoding: 'utf8' })).toBe('product/program\n');
});
