/** An agent that cannot read some of its parts for a while says so wherever one asks. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { startOriginalReceiver } from '../support/original-receiver.ts';
import { builtExecutable, runProgram, startProgram, until } from '../support/program.ts';
import { onPlatform, testWith } from '../support/requirement.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const broken = ['processes', 'disks', 'network'];

/** A host's root with nothing in its proc but what cpu and memory are read from. */
function halfHost(): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'proc'));
  for (const name of ['stat', 'meminfo', 'cpuinfo']) {
    symlinkSync(`/proc/${name}`, join(folder, 'proc', name));
  }
  return folder;
}

testWith(
  [builtExecutable(), onPlatform('linux')],
  'parts that fail for a while are told by status, its check, doctor, the log and the header',
  async () => {
    const folder = temporaryFolder();
    const receiver = await startOriginalReceiver({ registeredIds: ['Linux-1'] });
    const systemId = `Linux-${'1'.repeat(32)}`;
    const save = (changes: object): void => {
      const settings = { url: receiver.url, interval: 1, system_id: systemId, ...changes };
      writeFileSync(join(folder, 'config.json'), JSON.stringify(settings));
    };
    const run = (...words: string[]) => runProgram(words, { folder });
    const status = async () => JSON.parse((await run('status', '--json')).stdout);
    const healthHeaders = () =>
      receiver.requests.map(({ headers }) => headers['system-monitor-health']);

    expect((await run('status', '--check')).code).toBe(69);
    save({ host_root: halfHost(), health_header: true });
    const program = startProgram(['background'], { folder });
    try {
      await until('failed parts', async () => (await status()).parts.disks?.state === 'failed');
      const { parts, troubles } = await status();
      for (const part of broken) {
        expect(parts[part]).toMatchObject({
          state: 'failed',
          since: expect.any(Number),
          code: 'NOT_AVAILABLE',
          reason: expect.any(String),
          took_ms: expect.any(Number),
        });
        expect(parts[part]).not.toHaveProperty('last_good_epoch');
      }
      expect(parts.cpu).toMatchObject({ state: 'ok', last_good_epoch: expect.any(Number) });
      expect(troubles.map((one: { subject: string }) => one.subject)).toEqual(broken);

      expect((await run('status')).code).toBe(0);
      const checked = await run('status', '--check');
      expect(checked.code).toBe(75);
      expect(checked.stderr).toContain('system-monitor: disks cannot be read: ');

      const doctor = await run('doctor', '--json');
      expect(doctor.code).toBe(69);
      const findings: { step: string; state: string; remedy?: string }[] = JSON.parse(
        doctor.stdout,
      );
      const failed = findings.filter(({ state }) => state === 'failed');
      expect(failed.map(({ step }) => step)).toEqual(broken);
      expect(failed.filter(({ remedy = '' }) => remedy === '')).toEqual([]);

      const states = 'cpu=ok,memory=ok,processes=failed,disks=failed,network=failed';
      await until('reports that say so', () => healthHeaders().includes(states));

      save({ disks_exclude: ['*'], health_header: true });
      program.kill('SIGHUP');
      await until('parts that are read', async () => {
        const now = await status();
        return now.parts.processes.state === 'ok' && now.parts.disks.state === 'empty';
      });
      expect((await run('status', '--check')).code).toBe(0);
      const healed = 'cpu=ok,memory=ok,processes=ok,disks=empty,network=ok';
      await until('reports that say so', () => healthHeaders().includes(healed));
      await until('the log', () => program.stderr().includes('"collector.recovered"'));
    } finally {
      program.kill('SIGTERM');
      await program.ended;
      await receiver.close();
    }
    const said = program.stderr().match(/"collector\.failed"/g);
    expect(said).toHaveLength(broken.length);
    expect(receiver.requests.filter(({ refusal }) => refusal !== undefined)).toEqual([]);
  },
);
