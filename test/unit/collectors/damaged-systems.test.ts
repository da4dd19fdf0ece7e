/** The captured systems with files damaged, missing, or turned into folders. */
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isSent } from '../../../src/collectors/index.ts';
import { statsSchema } from '../../../src/wire/stats.ts';
import { listCases, runCase } from '../../support/captured-case.ts';

let temporary: string;
beforeAll(() => {
  temporary = mkdtempSync(join(tmpdir(), 'damaged-'));
});
afterAll(() => rmSync(temporary, { recursive: true }));

const damages = fc.record({
  caseAt: fc.nat(),
  fileAt: fc.nat(),
  kind: fc.constantFrom('bytes', 'cut', 'spliced', 'missing', 'folder', 'empty'),
  bytes: fc.uint8Array({ maxLength: 200 }),
  at: fc.nat(),
});

/** What a collector may say of a system that makes no sense. */
const fairAnswers = ['MALFORMED', 'NOT_AVAILABLE', 'UNAVAILABLE'];

/** Of the captured systems, but not what the harness itself reads. */
function systemFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /[\\/]step-\d+[\\/]/.test(join(entry.parentPath, '/')))
    .filter((entry) => !entry.name.endsWith('.json'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** Files by the hundred make a copy slow and the case no odder. */
const small = listCases().filter((one) => one.name !== 'server-128-cores');
const parts = [...new Set(small.map((one) => one.part))].filter(isSent);

test.each(parts)(
  'a damaged system gives valid %s or a fair refusal, never anything else',
  async (part) => {
    const cases = small.filter((one) => one.part === part);
    const folder = join(temporary, part);
    await fc.assert(
      fc.asyncProperty(damages, async ({ caseAt, fileAt, kind, bytes, at }) => {
        const captured = cases[caseAt % cases.length];
        if (captured === undefined) return;
        rmSync(folder, { recursive: true, force: true });
        cpSync(captured.folder, folder, { recursive: true });
        const files = systemFiles(folder);
        const path = files[fileAt % files.length];
        if (path === undefined) return;
        const content = readFileSync(path);
        const position = at % (content.length + 1);
        rmSync(path);
        if (kind === 'folder') mkdirSync(path);
        else if (kind === 'bytes') writeFileSync(path, bytes);
        else if (kind === 'empty') writeFileSync(path, '');
        else if (kind === 'cut') writeFileSync(path, content.subarray(0, position));
        else if (kind === 'spliced') {
          writeFileSync(
            path,
            Buffer.concat([content.subarray(0, position), bytes, content.subarray(position)]),
          );
        }

        for (const { collected, sent } of await runCase({ ...captured, folder })) {
          if (sent === undefined) {
            expect(fairAnswers.map((error) => ({ error }))).toContainEqual(collected);
          } else expect(statsSchema.shape[part].safeParse(sent).success).toBe(true);
        }
      }),
      { numRuns: 60 },
    );
  },
);
