import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from '@jest/globals';
import { startOriginalReceiver } from '../support/original-receiver.ts';
import { builtExecutable, executable, isAlive, savedSystemId, until } from '../support/program.ts';
import { testWith } from '../support/requirement.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { openTerminal, tmux } from '../support/terminal.ts';

const needs = [builtExecutable(), tmux()];

describe("the prompt in place of the original's window", () => {
  testWith(needs, 'shows version, id, URL and interval, and a button for each', async () => {
    using terminal = open(temporaryFolder());
    const screen = await terminal.shows('Close');
    expect(screen).toMatch(/System Monitor \d+\.\d+\.\d+/);
    for (const text of [
      'System ID   (none yet)',
      'Check System ID',
      'Generate New',
      'URL         http://127.0.0.1:5000',
      'Check URL',
      'Interval    60 s',
      'Save',
    ]) {
      expect(screen).toContain(text);
    }
  });

  testWith(needs, 'makes an id, takes a URL, checks both at the server, and saves', async () => {
    const folder = temporaryFolder();
    const receiver = await startOriginalReceiver({ registeredIds: [] });
    try {
      using terminal = open(folder);
      await terminal.shows('Close');
      // It opens on the URL; "Generate New" is the line above.
      terminal.press('Up', 'Enter');
      await terminal.shows('New System ID Generated!');
      terminal.press('Down', 'Enter');
      await terminal.shows('? URL http');
      terminal.press('C-u');
      terminal.type('nonsense');
      terminal.press('Enter');
      await terminal.shows('must be an http:// or https:// address');
      terminal.press('C-u');
      terminal.type(receiver.url);
      terminal.press('Enter');
      await terminal.shows(`URL         ${receiver.url}`);
      terminal.press('Down', 'Enter');
      await terminal.shows('URL is OK!');
      terminal.press('Up', 'Up', 'Up', 'Enter');
      await terminal.shows('System ID has NOT been registered!');
      expect(existsSync(join(folder, 'config.json'))).toBe(false);
      terminal.press('Down', 'Down', 'Down', 'Down', 'Down', 'Down', 'Enter');
      const screen = await terminal.shows('ended with 0');
      expect(screen).toContain('Config saved.');
    } finally {
      await receiver.close();
    }
    expect(savedSystemId(folder)).toMatch(/^Linux-[0-9a-f]{32}$|^Darwin-[0-9a-f]{32}$/);
    expect(settingsIn(folder)).toMatchObject({ url: receiver.url });
    expect(receiver.requests.map((request) => request.refusal)).toEqual([undefined, undefined]);
  });

  testWith(needs, 'offers the values of a choice, and shows no header of anybody', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'config.json'), '{"headers": {"X-Key": "S3CRET"}}');
    using terminal = open(folder);
    await terminal.shows('Close');
    terminal.press('Down', 'Down', 'Down', 'Enter');
    const list = await terminal.shows('compression = none');
    expect(list).toContain('headers = {"X-Key":"[hidden]"}');
    terminal.press('Down', 'Down', 'Down', 'Down', 'Down', 'Down', 'Enter');
    expect(await terminal.shows('zstd: where the receiver takes it')).toContain('❯ none: what');
    terminal.press('Down', 'Enter');
    await terminal.shows('Save (there are changes)');
    terminal.press('Down', 'Enter');
    expect(await terminal.shows('ended with 0')).toContain('Config saved.');
    expect(settingsIn(folder)).toEqual({ headers: { 'X-Key': 'S3CRET' }, compression: 'gzip' });
  });

  testWith(needs, 'left by Ctrl-C saves nothing and says so', async () => {
    const folder = temporaryFolder();
    using terminal = open(folder);
    await terminal.shows('Close');
    terminal.press('Up', 'Enter');
    await terminal.shows('New System ID Generated!');
    terminal.press('C-c');
    expect(await terminal.shows('ended with 130')).toContain('it was left without saving');
    expect(existsSync(join(folder, 'config.json'))).toBe(false);
  });

  testWith(needs, 'ends when its terminal goes away', async () => {
    using terminal = open(temporaryFolder());
    await terminal.shows('Close');
    const program = terminal.programId();
    terminal.close();
    await until('the end of the program', () => !isAlive(program));
  });

  testWith(needs, 'puts a damaged file aside when it saves, never before', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'config.json'), '{"interval": 5,');
    using terminal = open(folder);
    expect(await terminal.shows('Close')).toContain('not valid JSON');
    expect(readFileSync(join(folder, 'config.json'), 'utf8')).toBe('{"interval": 5,');
    terminal.press('Down', 'Down', 'Down', 'Down', 'Enter');
    expect(await terminal.shows('ended with 0')).toContain('config.json.damaged-');
    expect(settingsIn(folder)).toEqual({});
  });
});

function open(folder: string) {
  return openTerminal([executable, 'config'], {
    SYSTEM_MONITOR_CONFIG: join(folder, 'config.json'),
    SYSTEM_MONITOR_STATE_DIR: join(folder, 'state'),
  });
}

function settingsIn(folder: string): unknown {
  return JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'));
}
