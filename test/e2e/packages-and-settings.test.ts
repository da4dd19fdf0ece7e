/**
 * The .deb and the .rpm upgraded and downgraded over settings that somebody has damaged, emptied,
 * taken away, or that a newer version wrote, on a freshly booted machine with systemd: no script
 * fails for them, none changes them, and the machine stays the one that it was.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { makeTrialDeb } from '../support/debian-package.ts';
import { type OriginalReceiver, startOriginalReceiver } from '../support/original-receiver.ts';
import { builtExecutable } from '../support/program.ts';
import { asRoot, onPlatform, programsInPath, testWith } from '../support/requirement.ts';
import { makeTrialRpm, takeRpmAlong } from '../support/rpm-package.ts';
import { noted, runInSystemdRoom, systemdRunner } from '../support/systemd-room.ts';

const needed = [
  ...[builtExecutable(), onPlatform('linux'), systemdRunner(), asRoot()],
  ...programsInPath('dpkg-deb', 'rpmbuild'),
];
const minutes = 60_000;

/**
 * What becomes of the service, which reports before: it is started anew, or, where the new process
 * would not report, the one that runs goes on.
 */
type Becomes = 'new' | 'goes on';

interface Case {
  /** bash: puts $file into that state, from one in which all is well. */
  readonly make: string;
  readonly becomes: Becomes;
}

const whole = (url: string) => `{"system_id": "WIN-1", "url": "${url}", "interval": 1`;

const cases: Readonly<Record<string, (url: string) => Case>> = {
  damaged: (url) => ({ make: `echo '${whole(url)},}' > $file`, becomes: 'goes on' }),
  empty: () => ({ make: ': > $file', becomes: 'goes on' }),
  emptied: () => ({ make: `echo '{"interval": 1}' > $file`, becomes: 'goes on' }),
  wrong: (url) => ({
    make: `echo '${whole(url)}, "log_level": "loud"}' > $file`,
    becomes: 'goes on',
  }),
  // With a state folder that a newer version has left.
  newer: (url) => ({
    make: `echo '${whole(url)}, "labels": {"rack": 7}}' > $file
      echo '{"format": 2, "system_id": "WIN-1", "url": "${url}", "since": 5}' > $state/reported-to.json
      echo '{"format": 2}' > $state/status.json; mkdir -p $state/ledger; echo x > $state/ledger/1
      chown -R system-monitor: $state`,
    becomes: 'new',
  }),
  'no-rights': (url) => ({
    make: `echo '${whole(url)}}' > $file; chown root:root $file; chmod 0000 $file`,
    becomes: 'new',
  }),
  folder: () => ({ make: 'rm $file; mkdir $file', becomes: 'goes on' }),
  'dangling-link': () => ({ make: 'rm $file; ln -s nowhere.json $file', becomes: 'goes on' }),
  absent: () => ({ make: 'rm $file', becomes: 'goes on' }),
};

interface PackageManager {
  readonly install: (file: string) => string;
  readonly change: (file: string) => string;
  readonly remove: string;
}

const managers: Readonly<Record<'deb' | 'rpm', PackageManager>> = {
  deb: {
    install: (file) => `dpkg --install ./${file}`,
    change: (file) => `dpkg --install ./${file}`,
    remove: 'dpkg --purge system-monitor',
  },
  rpm: {
    install: (file) => `rpm --install --nodeps ./${file}`,
    change: (file) => `rpm --upgrade --oldpackage --nodeps ./${file}`,
    remove: 'rpm --erase system-monitor; rm -rf /etc/system-monitor $state',
  },
};

const head = `
rpm() { RPM_CONFIGDIR=/work/rpm/config /work/rpm/loader --library-path /work/rpm /work/rpm/rpm "$@"; }
file=/etc/system-monitor/config.json state=/var/lib/system-monitor
settings() { stat -c '%F' $file || true; readlink $file || true; cat $file || true; ls -A $(dirname $file); }
pid() { systemctl show --property=MainPID --value system-monitor; }
`;

/** The package that is there afterwards, by the case and the number of the step. */
interface Step {
  readonly name: string;
  readonly file: string;
}

/**
 * To the newer package and back where that says something of its own, with either manager; else from
 * the one that is there to the other, with dpkg alone: the script that both run is the same.
 */
function stepsOf(
  kind: 'deb' | 'rpm',
  older: string,
  newer: string,
): readonly (readonly [name: string, Step[]])[] {
  const bothWays = ['damaged', 'empty', 'newer', 'folder'];
  const names = kind === 'rpm' ? bothWays : Object.keys(cases);
  let here = older;
  const change = (name: string, at: number): Step => {
    here = here === older ? newer : older;
    return { name: `${name}-${at}`, file: here };
  };
  return names.map((name) => [
    name,
    bothWays.includes(name) ? [change(name, 0), change(name, 1)] : [change(name, 0)],
  ]);
}

function script(kind: 'deb' | 'rpm', url: string, older: string, newer: string): string {
  const { install, change, remove } = managers[kind];
  const good = `rm -rf $file; echo '${whole(url)}}' > $file; system-monitor service restart; new_reports`;
  const parts = stepsOf(kind, older, newer).flatMap(([name, steps]) => [
    // It runs meanwhile, as on a machine in use.
    cases[name]?.(url).make ?? '',
    ...steps.flatMap((step) => [
      `note ${step.name}-before settings`,
      `note ${step.name}-pid pid`,
      `note ${step.name} ${change(step.file)}`,
      'new_reports',
      `note ${step.name}-pid-after pid`,
      `note ${step.name}-after settings`,
    ]),
    good,
  ]);
  return [
    head,
    `mkdir -p /etc/system-monitor; echo '${whole(url)}}' > $file`,
    `note install ${install(older)}`,
    'new_reports',
    ...parts,
    `note remove eval '${remove}'`,
  ].join('\n');
}

let folder = '';
let receiver: OriginalReceiver;

beforeAll(async () => {
  if (needed.some(({ met }) => !met)) return;
  folder = mkdtempSync(join(tmpdir(), 'packages-and-settings-'));
  receiver = await startOriginalReceiver({ registeredIds: [] });
  for (const [kind, make] of [
    ['deb', makeTrialDeb],
    ['rpm', makeTrialRpm],
  ] as const) {
    const outputFolder = join(folder, kind);
    mkdirSync(outputFolder);
    const older = basename(await make({ outputFolder, version: '1.0.0' }));
    const newer = basename(await make({ outputFolder, version: '1.0.1' }));
    if (kind === 'rpm') await takeRpmAlong(join(outputFolder, 'rpm'));
    await runInSystemdRoom({
      ...{ folder: outputFolder, receiver, files: {} },
      script: script(kind, receiver.url, older, newer),
    });
  }
}, 10 * minutes);

afterAll(async () => {
  await receiver?.close();
  if (folder !== '') rmSync(folder, { recursive: true, force: true });
});

for (const kind of ['deb', 'rpm'] as const) {
  for (const [name, steps] of stepsOf(kind, 'older', 'newer')) {
    testWith(needed, `${kind}, settings ${name}: no script fails for them or changes them`, () => {
      const there = join(folder, kind);
      for (const step of steps) {
        expect(noted(there, step.name)).toMatchObject({ status: 0 });
        const { stdout: before } = noted(there, `${step.name}-before`);
        expect(noted(there, `${step.name}-after`).stdout).toBe(before);
        const pids = [`${step.name}-pid`, `${step.name}-pid-after`].map((pid) => noted(there, pid));
        const becomes: Becomes = pids[0]?.stdout === pids[1]?.stdout ? 'goes on' : 'new';
        expect(becomes).toBe(cases[name]?.('').becomes);
        const { stderr } = noted(there, step.name);
        expect(stderr.includes('the settings cannot be used: ')).toBe(becomes === 'goes on');
      }
    });
  }
}

testWith(needed, 'through all of it the machine reported under its one id', () => {
  const ids = receiver.requests.map(({ body }) => Object(body).system_id);
  expect(ids.length).toBeGreaterThan(20);
  expect(new Set(ids)).toEqual(new Set(['WIN-1']));
});
