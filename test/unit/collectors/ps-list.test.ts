/**
 * Processes of macOS and the BSDs. What ps prints is made after Apple's source (adv_cmds, ps/print.c:
 * `ucomm` pads p_comm to 16 bytes, `comm` is argv[0] through vis(3), `ruser` is not cut); nobody ran
 * this there yet.
 */
import { expect, test } from '@jest/globals';
import { createRemarks } from '../../../src/base/remarks.ts';
import { createPortableProcessesCollector } from '../../../src/collectors/processes/portable.ts';
import { completePsName, parsePsProcesses, parsePsTexts } from '../../../src/host/portable/ps.ts';
import { answering } from '../../support/answering.ts';
import { createManualClock } from '../../support/clocks.ts';
import { collectorContext } from '../../support/collector-context.ts';
import { onPlatform, testWith, withFile } from '../../support/requirement.ts';
import { survivesAnyText } from '../../support/survives-any-text.ts';

const list = 'ps -ax -o pid= -o ruid= -o ucomm=';
const commands = 'ps -ax -o pid= -o comm=';
const users = 'ps -ax -o ruid= -o ruser=';

const macProcesses = `    1     0 launchd         
  412    88 WindowServer    
  733   501 Some Browser    
  734   501 Browser Helper (
  735   501 Größenordnungs\ufffd
  901   501 zsh             
  902    -2 git             
  903   502 postgres        
  904   502 com.apple.WebKit
  950   501 ps              
`;
const macCommands = `    1 /sbin/launchd
  412 /System/Library/PrivateFrameworks/SkyLight.framework/Resources/WindowServer
  733 /Applications/Some Browser.app/Contents/MacOS/Some Browser
  734 /Applications/Some Browser.app/Contents/Helpers/Browser Helper (Renderer)
  735 /usr/local/bin/Größenordnungsänderung
  901 -zsh
  902 <defunct>
  903 postgres: bob mydb 10.0.0.5(51234) idle
  904 renamed itself
  951 ps
`;
const macUsers = `    0 root            
   88 _windowserver   
  501 CORP\\anna smith
   -2 nobody          
`;

const answers = { [list]: macProcesses, [commands]: macCommands, [users]: macUsers };
const darwin = (settings = {}) => collectorContext({ platform: 'darwin', settings });

test('processes of macOS: the kernel’s names, completed where it cut them; users with blanks', async () => {
  const { runCommand, asked } = answering(answers, 950);
  expect(await createPortableProcessesCollector(darwin(), { runCommand }).collect()).toEqual([
    { pid: 1, name: 'launchd', username: 'root' },
    { pid: 412, name: 'WindowServer', username: '_windowserver' },
    { pid: 733, name: 'Some Browser', username: 'CORP\\anna smith' },
    { pid: 734, name: 'Browser Helper (Renderer)', username: 'CORP\\anna smith' },
    { pid: 735, name: 'Größenordnungsänderung', username: 'CORP\\anna smith' },
    { pid: 901, name: 'zsh', username: 'CORP\\anna smith' },
    // A zombie has no arguments any more, but the kernel's name still.
    { pid: 902, name: 'git', username: 'nobody' },
    // What a program writes over its arguments is nobody's name.
    { pid: 903, name: 'postgres', username: '502' },
    { pid: 904, name: 'com.apple.WebKit', username: '502' },
  ]);
  expect(asked).toEqual([list, commands, users]);
});

test('processes are filtered and told in the detail that is asked for', async () => {
  const { runCommand, asked } = answering(answers, 950);
  const collect = (settings: object) =>
    createPortableProcessesCollector(darwin(settings), { runCommand }).collect();
  expect(await collect({ processes_include: ['*rowser*'], processes_detail: 'names' })).toEqual([
    { pid: 733, name: 'Some Browser' },
    { pid: 734, name: 'Browser Helper (Renderer)' },
  ]);
  expect(await collect({ processes_exclude: ['launchd'], processes_detail: 'count' })).toEqual({
    count: 8,
  });
  // Nobody is asked for users that nobody wants.
  expect(asked).toEqual([list, commands, list, commands]);
  expect(await collect({ processes_detail: 'off' })).toEqual([]);
  expect(asked).toHaveLength(4);
});

test('non-ASCII letters of argv[0] are asked for in a UTF-8 locale', async () => {
  const locales: unknown[] = [];
  const { runCommand } = answering({
    ps: ({ environment }) => {
      locales.push(environment?.LC_ALL);
      return macProcesses;
    },
  });
  await createPortableProcessesCollector(darwin(), { runCommand }).collect();
  expect(locales).toEqual(['en_US.UTF-8', 'en_US.UTF-8', 'en_US.UTF-8']);
});

test('a directory that is away costs half a second and the names, which come later', async () => {
  const clock = createManualClock();
  const remarks = createRemarks({ clock, logger: darwin().logger });
  const waiting: ((text: string) => void)[] = [];
  const { runCommand, asked } = answering({
    ...answers,
    [users]: () => new Promise<string>((resolve) => waiting.push(resolve)),
  });
  const collector = createPortableProcessesCollector(
    { ...darwin(), clock, remarks },
    { runCommand },
  );
  const nameOfFirst = async (): Promise<unknown> => {
    const processes = await collector.collect();
    return Array.isArray(processes) ? Object(processes[0]).username : undefined;
  };
  const first = nameOfFirst();
  await clock.advance(500);
  expect(await first).toBe('0');
  // While the directory thinks, nobody waits for it again.
  expect(await nameOfFirst()).toBe('0');
  waiting[0]?.('');
  await clock.advance(1);
  expect(remarks.current()).toMatchObject([{ kind: 'users.lookup_failed' }]);
  // It failed, so it is left alone for a minute.
  expect(await nameOfFirst()).toBe('0');
  expect(asked.filter((one) => one === users)).toHaveLength(1);
  await clock.advance(60_000);
  const later = nameOfFirst();
  await clock.advance(1);
  waiting[1]?.(macUsers);
  expect(await later).toBe('root');
  expect(remarks.current()).toEqual([]);
  expect(asked.filter((one) => one === users)).toHaveLength(2);
});

test('names are completed by psutil’s rule, and never from what does not begin with them', () => {
  expect(completePsName('Browser Helper (', '/A/Browser Helper (GPU)')).toBe(
    'Browser Helper (GPU)',
  );
  expect(completePsName('Browser Helper (', undefined)).toBe('Browser Helper (');
  expect(completePsName('Browser Helper (', 'my title')).toBe('Browser Helper (');
  // 14 characters are not cut: the longer name is an argument of somebody's choosing.
  expect(completePsName('fourteen-chars', '/bin/fourteen-chars-and-more')).toBe('fourteen-chars');
});

test('a name that poses as lines of its own takes no other process its row', () => {
  expect(
    parsePsProcesses('    7     0 init            \n  500   501 a\n    7   501 b         \n'),
  ).toEqual([
    { pid: 7, userId: 0, name: 'init' },
    { pid: 500, userId: 501, name: 'a' },
  ]);
});

test('a line in somebody’s name makes no process', async () => {
  const { runCommand } = answering({
    ...answers,
    [list]: macProcesses.replace('  901   501 zsh', '  901   501 a\n  666     0 x'),
  });
  const processes = await createPortableProcessesCollector(darwin(), { runCommand }).collect();
  expect(processes).toContainEqual({ pid: 901, name: 'a', username: 'CORP\\anna smith' });
  expect(processes).not.toContainEqual(expect.objectContaining({ pid: 666 }));
});

testWith(
  [onPlatform('linux', 'darwin', 'freebsd'), withFile('/bin/ps')],
  'this machine’s own ps is understood, and does not list itself',
  async () => {
    const processes = await createPortableProcessesCollector(darwin()).collect();
    if (!Array.isArray(processes)) throw new Error('a list was asked for');
    expect(processes).toContainEqual(expect.objectContaining({ pid: 1, username: 'root' }));
    const self = processes.find(({ pid }) => pid === process.pid);
    expect(self?.name).not.toBe('');
    expect(processes.filter(({ name }) => name === 'ps')).toEqual([]);
  },
);

test.each([
  ['processes', parsePsProcesses, macProcesses],
  ['texts', parsePsTexts, macUsers],
] as const)('%s of any content are parsed or refused', (_, parse, text) => {
  survivesAnyText(parse, text);
});
