/** What the packages' scripts do with settings: nothing, but where there are none. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { builtExecutable, executable } from '../../support/program.ts';
import { onPlatform, testWith } from '../../support/requirement.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const script = readFileSync('build/assets/linux/settings.sh', 'utf8');
const needs = [onPlatform('linux'), builtExecutable()];

/** Runs it as the packages do, with the rights left out, over a folder of this test. */
function install(folder: string): void {
  const [configuration, state] = [join(folder, 'etc'), join(folder, 'state')];
  const head = `set -e
configuration='${configuration}' state='${state}' user=nobody
chown() { :; }
ours() { '${executable}' --config "$configuration/config.json" --state-dir "$state" "$@"; }
`;
  const ended = spawnSync('sh', ['-c', `${head}${script}\necho reached-the-end`], {
    encoding: 'utf8',
  });
  expect(ended.stdout).toBe('reached-the-end\n');
  expect(ended.status).toBe(0);
}

function folderWith(content?: string): { folder: string; file: string } {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'etc'));
  const file = join(folder, 'etc', 'config.json');
  if (content !== undefined) writeFileSync(file, content);
  return { folder, file };
}

const id = /^Linux-[0-9a-f]{32}$/;

testWith(needs, 'a machine without settings gets an id, once', () => {
  const { folder, file } = folderWith();
  install(folder);
  const first = readFileSync(file, 'utf8');
  expect(JSON.parse(first).system_id).toMatch(id);
  install(folder);
  expect(readFileSync(file, 'utf8')).toBe(first);
});

testWith(needs, 'settings stay as they are, whatever is wrong with them', () => {
  for (const content of [
    '{"system_id": "LINUX-1", "url": "http://a.test/",}',
    '',
    '{"system_id": "LINUX-1", "interval": "abc", "newer": {"than": "this"}}',
    '{"url": "http://a.test/"}',
  ]) {
    const { folder, file } = folderWith(content);
    install(folder);
    install(folder);
    expect(readFileSync(file, 'utf8')).toBe(content);
  }
});

testWith(
  needs,
  'settings without an id have it kept beside the reports, the same ever after',
  () => {
    const { folder } = folderWith('{"url": "http://a.test/"}');
    install(folder);
    const first = readFileSync(join(folder, 'state', 'system-id'), 'utf8');
    expect(first.trim()).toMatch(id);
    install(folder);
    expect(readFileSync(join(folder, 'state', 'system-id'), 'utf8')).toBe(first);
  },
);

testWith(needs, 'a file that has gone since is no reason for another id', () => {
  const { folder, file } = folderWith();
  mkdirSync(join(folder, 'state'));
  writeFileSync(
    join(folder, 'state', 'reported-to.json'),
    '{"system_id":"A","url":"http://a.test/"}',
  );
  install(folder);
  expect(existsSync(file)).toBe(false);
});
