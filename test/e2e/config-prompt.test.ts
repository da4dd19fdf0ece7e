import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { hostname } from 'node:os';
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

  testWith(needs, "proposes the host's name as the machine's; an emptied one is none", async () => {
    const folder = temporaryFolder();
    for (const [keys, settings] of [
      [['Enter'], { name: hostname() }],
      [['C-u', 'Enter'], {}],
    ] as const) {
      using terminal = open(folder);
      await terminal.shows('Close');
      terminal.press('Up', 'Up', 'Up', 'Up', 'Enter');
      await terminal.shows(`empty for none) ${hostname()}`);
      terminal.press(...keys);
      await terminal.shows('Save (there are changes)');
      terminal.press('Down', 'Down', 'Down', 'Down', 'Down', 'Down', 'Down', 'Down', 'Enter');
      await terminal.shows('ended with 0');
      expect(settingsIn(folder)).toEqual(settings);
    }
  });

  testWith(needs, 'offers the values of a choice, and shows no header of anybody', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'config.json'), '{"headers": {"X-Key": "S3CRET"}}');
    using terminal = open(folder);
    await terminal.shows('Close');
    terminal.press('Down', 'Down', 'Down', 'Enter');
    const list = await terminal.shows('compression = none');
    expect(list).toContain('headers = {"X-Key":"[hidden]"}');
    terminal.press('Down', 'Down', 'Down', 'Down', 'Down', 'Down', 'Down', 'Enter');
    expect(await terminal.shows('zstd: if the receiver accepts it')).toContain('❯ none: every');
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
    await terminal.shows('There are unsaved changes.');
    terminal.press('C-c');
    expect(await terminal.shows('ended with 130')).toContain('left without saving');
    expect(existsSync(join(folder, 'config.json'))).toBe(false);
  });

  testWith(needs, 'ends when its terminal goes away', async () => {
    using terminal = open(temporaryFolder());
    await terminal.shows('Close');
    const program = terminal.programId();
    terminal.close();
    await until('the end of the program', () => !isAlive(program));
  });

  testWith(needs, 'repairs a damaged file when it may, and never before', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'config.json'), '{"interval": 5,');
    using terminal = open(folder);
    expect(await terminal.shows('Repair it?')).toContain('not valid JSON');
    expect(readFileSync(join(folder, 'config.json'), 'utf8')).toBe('{"interval": 5,');
    terminal.press('Enter');
    expect(await terminal.shows('Interval    5 s')).toContain('The old file is kept as');
    expect(settingsIn(folder)).toEqual({ interval: 5 });
  });

  testWith(needs, 'leaves a damaged file alone where it may not repair it', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'config.json'), '{"interval": 5,');
    using terminal = open(folder);
    await terminal.shows('Repair it?');
    terminal.press('C-c');
    await terminal.shows('ended with 78');
    expect(readFileSync(join(folder, 'config.json'), 'utf8')).toBe('{"interval": 5,');
  });

  testWith(needs, 'goes one step back by Esc, and by Ctrl-C, and empties a setting', async () => {
    const folder = temporaryFolder();
    const settings = { url: 'http://user:S3CRET@a.test/', token_file: '/x', interval: 7 };
    writeFileSync(join(folder, 'config.json'), JSON.stringify(settings));
    using terminal = open(folder);
    await terminal.shows('Close');
    terminal.press('Down', 'Down', 'Enter');
    await terminal.shows('Interval (seconds)');
    terminal.press('C-u');
    terminal.type('9');
    terminal.press('Escape');
    await terminal.shows('❯ Interval    7 s');
    terminal.press('Enter');
    await terminal.shows('Interval (seconds)');
    terminal.press('C-c');
    await terminal.shows('❯ Interval    7 s');
    terminal.press('Down', 'Enter');
    await terminal.shows('token_file = /x');
    terminal.press('Down', 'Down', 'Down', 'Down', 'Enter');
    await terminal.shows('? token_file /x');
    terminal.press('C-u', 'Enter');
    await terminal.shows('Save (there are changes)');
    // The URL, edited without its password being seen: it keeps it.
    terminal.press('Up', 'Up', 'Up', 'Enter');
    await terminal.shows('? URL http://a.test/');
    terminal.type('x');
    terminal.press('Enter');
    await terminal.shows('URL         http://a.test/x');
    expect(terminal.screen()).not.toContain('S3CRET');
    terminal.press('Down', 'Down', 'Down', 'Down', 'Enter');
    await terminal.shows('ended with 0');
    expect(settingsIn(folder)).toEqual({ url: 'http://user:S3CRET@a.test/x', interval: 7 });
  });

  testWith(
    needs,
    'marks what the environment says, and changes the file only when told',
    async () => {
      const folder = temporaryFolder();
      using terminal = open(folder, { SYSTEM_MONITOR_INTERVAL: '3' });
      await terminal.shows(
        'Interval    3 s (from the environment variable SYSTEM_MONITOR_INTERVAL)',
      );
      terminal.press('Down', 'Down', 'Enter');
      await terminal.shows('overrides the file.');
      terminal.press('Enter');
      await terminal.shows('❯ Interval    3 s');
      terminal.press('Down', 'Down', 'Enter');
      await terminal.shows('ended with 0');
      expect(settingsIn(folder)).toEqual({});
    },
  );

  testWith(needs, 'a check says what it asks, and ends by Ctrl-C', async () => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const folder = temporaryFolder();
    const address = silent.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    writeFileSync(join(folder, 'config.json'), `{"url": "http://127.0.0.1:${port}/"}`);
    try {
      using terminal = open(folder);
      await terminal.shows('Close');
      terminal.press('Down', 'Enter');
      await terminal.shows(`Asking http://127.0.0.1:${port}/`);
      terminal.press('C-c');
      await terminal.shows('Cancelled.');
      terminal.press('Escape');
      await terminal.shows('ended with 130');
    } finally {
      silent.close();
    }
  });
});

function open(folder: string, environment: Readonly<Record<string, string>> = {}) {
  return openTerminal([executable, 'config'], {
    SYSTEM_MONITOR_CONFIG: join(folder, 'config.json'),
    SYSTEM_MONITOR_STATE_DIR: join(folder, 'state'),
    ...environment,
  });
}

function settingsIn(folder: string): unknown {
  return JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'));
}
