/** `check --conformance`: the executable against our receiver, and against what only looks like one. */

import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { builtExecutable, runProgram } from '../support/program.ts';
import { startReceiver } from '../support/receiver.ts';
import { testWith } from '../support/requirement.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const built = [builtExecutable()];

testWith(built, 'our receiver passes, and the configuration is left as it is', async () => {
  await using receiver = await startReceiver();
  const folder = temporaryFolder();
  const ended = await runProgram(['check', '--conformance', receiver.url], { folder });
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  expect(ended.stdout).toMatch(/^(ok {4}.+\n)+(\d+) of \2 passed\n$/);
  // Its own id, and seven odd ones.
  expect(await receiver.store.systems()).toHaveLength(8);
});

testWith(
  built,
  'a server that takes everything fails, and is shown no secret of another',
  async () => {
    const secret = 'secret-of-the-configured-server';
    const seen: string[] = [];
    const server = createServer((request, response) => {
      seen.push(JSON.stringify(request.headers));
      request.resume().on('end', () => response.end());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'token'), secret);
    try {
      const { code, stdout } = await runProgram(
        ['check', '--conformance', `http://127.0.0.1:${port}/`],
        {
          folder,
          environment: {
            SYSTEM_MONITOR_URL: 'http://127.0.0.1:1/',
            SYSTEM_MONITOR_TOKEN_FILE: join(folder, 'token'),
          },
        },
      );
      expect(code).toBe(69);
      expect(stdout).toContain('FAIL  check_url is answered: expected 202, got 200\n');
      expect(stdout).toContain('FAIL  a body that is not JSON is refused: expected 4xx, got 200\n');
      expect(seen.length).toBeGreaterThan(10);
      expect(seen.join('\n')).not.toContain(secret);
    } finally {
      server.close();
      server.closeAllConnections();
    }
  },
);
