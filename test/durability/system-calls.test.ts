/**
 * What the real disk makes of the port's calls: the system calls by which things become durable, in
 * their order. The order itself is judged on the crash disk, by the other tests here.
 */
import { basename, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from '@jest/globals';
import { onPlatform, testWith } from '../support/requirement.ts';
import { traceProgram, withStrace } from '../support/system-calls.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const program = fileURLToPath(new URL('programs/durable-acts.ts', import.meta.url));

/** By act: `sync pending`, `rename pending/KEY.report rejected/KEY.report`, with the paths in `top`. */
function tracedActs(top: string): ReadonlyMap<string, readonly string[]> {
  const acts = new Map<string, string[]>();
  let current: string[] = [];
  for (const { name, paths, text } of traceProgram(program, [top], temporaryFolder())) {
    const started = /"act (.+)\\n"/.exec(text)?.[1];
    if (started !== undefined) {
      current = [];
      acts.set(started, current);
    }
    if (!paths.every((path) => path === top || path.startsWith(`${top}/`))) continue;
    if (name === 'openat' && !text.includes('O_CREAT')) continue;
    const isSync = name === 'fsync' || name === 'fdatasync';
    const verb = isSync ? 'sync' : name === 'openat' ? 'create' : name;
    const short = paths.map((path) => plain(relative(top, path)));
    current.push([verb, ...short].join(' '));
  }
  return acts;
}

/** Without what is another each time. */
function plain(path: string): string {
  return path
    .replace(/^state\/spool\//, '')
    .replace(/\d{12}-[0-9a-f]{16}/, 'KEY')
    .replace(/damaged-\d+/, 'damaged-EPOCH')
    .replace(/tmp-\w+$/, 'tmp-CONF');
}

/** A file is written under another name, synced, renamed, and its folder synced. */
function replaced(path: string): string[] {
  const folder = path.includes('/') ? path.slice(0, -basename(path).length - 1) : '';
  return [
    `create ${path}.tmp`,
    `write ${path}.tmp`,
    `sync ${path}.tmp`,
    `rename ${path}.tmp ${path}`,
    `sync ${folder}`,
  ];
}

const savedSettings = [
  // As conf left it, whatever it has done for that.
  'rename config.json.new.tmp-CONF config.json.new',
  'sync config.json.new',
  'rename config.json.new config.json',
  'sync ',
];

testWith(
  [onPlatform('linux'), withStrace],
  'on the real disk each file is synced before its name is changed, and the folder after that',
  () => {
    const top = join(temporaryFolder(), 'top');
    const acts = tracedActs(top);
    expect(acts.get('start')?.slice(0, 5)).toEqual([
      'mkdir ',
      'mkdir state',
      'sync ',
      'mkdir state/spool',
      'sync state',
    ]);
    for (const name of ['pending', 'rejected', 'damaged']) {
      const start = acts.get('start') ?? [];
      const made = start.indexOf(`mkdir ${name}`);
      expect(start[made + 1]).toBe('sync state/spool');
    }
    expect(acts.get('append')).toEqual(replaced('pending/KEY.report'));
    expect(acts.get('reject')?.slice(0, 2)).toEqual([
      'rename pending/KEY.report rejected/KEY.report',
      'sync rejected',
    ]);
    expect(acts.get('retry')?.slice(0, 3)).toEqual([
      'rename rejected/KEY.report pending/KEY.report',
      'unlink rejected/KEY.reason',
      'sync pending',
    ]);
    expect(acts.get('put a damaged report aside')).toEqual([
      'rename pending/KEY.report damaged/KEY.report',
      'sync damaged',
    ]);
    expect(acts.get('drop')?.slice(0, 3)).toEqual([
      'unlink damaged/KEY.report',
      'sync damaged',
      'sync pending',
    ]);
    expect(acts.get('save')?.slice(-4)).toEqual(savedSettings);
    expect(acts.get('repair')?.slice(2, 4)).toEqual(['sync config.json.damaged-EPOCH', 'sync ']);
    expect(acts.get('repair')?.slice(-4)).toEqual(savedSettings);
    expect(acts.get('keep an id')).toEqual(['sync ', ...replaced('state/system-id')]);
    expect(acts.get('install')?.slice(-3)).toEqual([
      'sync installed.new',
      'rename installed.new installed',
      'sync ',
    ]);
    expect(acts.get('define')?.slice(-5)).toEqual(replaced('unit.service'));
  },
);
