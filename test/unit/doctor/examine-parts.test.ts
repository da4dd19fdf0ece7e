import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { sentParts } from '../../../src/collectors/index.ts';
import { examineParts } from '../../../src/doctor/examine-parts.ts';
import type { Finding } from '../../../src/doctor/finding.ts';
import { createRuntime } from '../../../src/main.ts';
import { defaultSettings, type Settings } from '../../../src/settings/settings.ts';
import type { StatusReport } from '../../../src/status/gather.ts';
import { exampleStatus } from '../../support/agent-status.ts';
import { onPlatform, testWith } from '../../support/requirement.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const linux = [onPlatform('linux')];

function statusWith(parts: StatusReport['parts']): StatusReport {
  const waiting = { reports: 0, bytes: 0, rejected: 0, damaged: 0 };
  return { running: true, waiting, troubles: [], remarks: [], parts, agent: exampleStatus() };
}

async function examine(settings: Partial<Settings>, status?: StatusReport) {
  const all = { ...defaultSettings, ...settings };
  const findings = await examineParts(all, createRuntime(), status);
  const of = (step: string): Finding | undefined => findings.find((one) => one.step === step);
  return { findings, of };
}

/** A host whose processes, mounts and interfaces cannot be seen. */
function halfHost(): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'proc'));
  writeFileSync(
    join(folder, 'proc/stat'),
    'cpu  1 2 3 4 5 6 7 8 9 10\ncpu0 1 2 3 4 5 6 7 8 9 10\n',
  );
  writeFileSync(join(folder, 'proc/meminfo'), 'MemTotal: 100 kB\nMemFree: 50 kB\n');
  return folder;
}

testWith(linux, 'here every part can be read, and its time is told', async () => {
  const { findings } = await examine({ disks_include: ['*'] });
  expect(findings.slice(0, sentParts.length).map(({ step }) => step)).toEqual(sentParts);
  expect(findings[0]).toMatchObject({
    state: 'ok',
    detail: expect.stringMatching(/^read in .* ms$/),
  });
});

testWith(linux, 'a part that cannot be read fails, with its remedy', async () => {
  const { of } = await examine({ host_root: halfHost() });
  for (const part of ['processes', 'disks', 'network']) {
    expect(of(part)).toMatchObject({ state: 'failed', remedy: expect.stringMatching(/\.$/) });
  }
  expect(of('memory')).toMatchObject({ state: 'ok' });
});

testWith(linux, 'an empty part is a warning, one that is turned off is skipped', async () => {
  const { of } = await examine({ network_exclude: ['*'], processes_detail: 'off' });
  expect(of('network')).toMatchObject({
    state: 'warning',
    detail: expect.stringContaining('nothing to report'),
    remedy: expect.stringContaining('network_exclude'),
  });
  expect(of('processes')).toMatchObject({ state: 'skipped' });
});

const failed = {
  state: 'failed',
  since: Math.floor(Date.now() / 1000) - 300,
  took_ms: 1,
  code: 'PERMISSION',
  reason: 'in a sandbox',
} as const;

testWith(
  linux,
  'what only the background process cannot read has failed all the same',
  async () => {
    const { of } = await examine({}, statusWith({ memory: failed }));
    expect(of('memory')).toMatchObject({
      state: 'failed',
      detail: expect.stringMatching(/for 5 min.*: in a sandbox; this command: read in .* ms$/),
    });
  },
);

testWith(linux, 'what only the doctor cannot read is a warning', async () => {
  const ok = { ...failed, state: 'ok' } as const;
  const { of } = await examine({ host_root: halfHost() }, statusWith({ disks: ok }));
  expect(of('disks')).toMatchObject({
    state: 'warning',
    detail: expect.stringContaining('the background process can read it'),
  });
});
