import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { createPinoLogger } from '../../../src/base/pino-logger.ts';
import { realDisk } from '../../support/real-disk.ts';
import { onPlatform, testWith } from '../../support/requirement.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

describe('the log', () => {
  test('is one JSON line an event, with level, time and fields, and without secrets', () => {
    const file = join(temporaryFolder(), 'logs', 'agent.log');
    const logger = createPinoLogger({ disk: realDisk, level: 'info', file });
    logger.debug('report.collected');
    logger.warn('delivery.failed', { url: 'http://a:hunter2@x/', failures: 3 });
    logger.close();
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      level: 'warn',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      url: 'http://x/',
      failures: 3,
      event: 'delivery.failed',
    });
  });

  test('moves on when it is full, keeps three older files and loses no line of them', () => {
    const folder = temporaryFolder();
    const file = join(folder, 'agent.log');
    const logger = createPinoLogger({ disk: realDisk, level: 'info', file });
    const filling = 'x'.repeat(10_000);
    for (let line = 0; line < 3000; line += 1) logger.info('agent.once', { line, filling });
    logger.close();
    expect(readdirSync(folder).sort()).toEqual([
      'agent.log',
      'agent.log.1',
      'agent.log.2',
      'agent.log.3',
    ]);
    const kept = ['agent.log.3', 'agent.log.2', 'agent.log.1', 'agent.log'].flatMap((name) =>
      readFileSync(join(folder, name), 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line): number => JSON.parse(line).line),
    );
    const first = kept[0] ?? 0;
    expect(kept).toEqual(Array.from({ length: 3000 - first }, (_, index) => first + index));
    for (const name of readdirSync(folder)) {
      expect(statSync(join(folder, name)).size).toBeLessThan(5.1 * 1024 * 1024);
    }
  });

  testWith([onPlatform('linux', 'darwin')], 'is for its owner alone', () => {
    const file = join(temporaryFolder(), 'agent.log');
    const logger = createPinoLogger({ disk: realDisk, level: 'info', file });
    logger.info('agent.once');
    logger.close();
    expect(existsSync(file)).toBe(true);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });
});
