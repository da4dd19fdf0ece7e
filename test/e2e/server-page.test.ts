/** The page as a person meets it, in a real browser. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createTokenAccess } from '../../server-example/access.ts';
import { type Browser, chromium, startBrowser } from '../support/browser.ts';
import { type RunningReceiver, startReceiver } from '../support/receiver.ts';
import { exampleReport, exampleStats, exampleSystemId } from '../support/report.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const found = chromium();
const describeWithBrowser = found.met ? describe : describe.skip;

describeWithBrowser(`the page${found.met ? '' : ` [skipped: ${found.reason}]`}`, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser();
    await browser.resize(1280, 900);
  });
  afterAll(() => browser?.close());

  const nowSeconds = (): number => Math.floor(Date.now() / 1000);
  const textOf = async (selector: string): Promise<string> =>
    String(await browser.evaluate(`document.querySelector(${JSON.stringify(selector)}).innerText`));

  async function fill(receiver: RunningReceiver): Promise<void> {
    const now = nowSeconds();
    const markup = '<img src=x onerror="window.ran = 1"><script>window.ran = 1</script>';
    for (let minute = 10; minute >= 0; minute -= 1) {
      const stats = exampleStats({
        cpu: { count: 4, percent_used: 10 + minute },
        processes: [
          { pid: 1, name: 'systemd', username: 'root' },
          { pid: 30, name: markup, username: markup },
          { pid: 4, name: 'postgres', username: 'postgres' },
        ],
        disks: {
          [markup]: { file_system: markup, mount_point: markup, total: 100, used: 95, free: 5 },
        },
      });
      await receiver.post(exampleReport({ epoch: now - minute * 60, stats }));
    }
    await receiver.post(exampleReport({ system_id: 'Linux-b', epoch: now }));
    await receiver.store.rename(exampleSystemId, `alpha ${markup}`);
  }

  test('an empty fleet says how to begin', async () => {
    await using receiver = await startReceiver();
    await browser.goto(receiver.url);
    await browser.waitFor(`document.querySelector('.note')?.innerText.includes('No machine')`);
    expect(browser.problems).toEqual([]);
  });

  test('the fleet shows each machine’s figures, and a new machine appears by itself', async () => {
    await using receiver = await startReceiver();
    await fill(receiver);
    await browser.goto(receiver.url);
    await browser.waitFor(`document.querySelectorAll('.fleet tbody tr').length === 2`);
    const row = await textOf('.fleet tbody tr');
    expect(row).toMatch(/Up\s+alpha .*10\.0 %\s+25\.0 %\s+95\.0 %.*3$/s);
    expect(await textOf('.counter[data-state="up"]')).toBe('2\nUp');

    await browser.waitFor(`document.querySelector('#live').innerText === 'Live'`);
    await receiver.post(exampleReport({ system_id: 'Linux-c', epoch: nowSeconds() }));
    await browser.waitFor(`document.querySelectorAll('.fleet tbody tr').length === 3`);
    expect(browser.problems).toEqual([]);
  });

  test('the search and the counters narrow the list, a header sorts it', async () => {
    await using receiver = await startReceiver();
    await fill(receiver);
    await browser.goto(receiver.url);
    await browser.waitFor(`document.querySelectorAll('.fleet tbody tr').length === 2`);
    const names = async (): Promise<unknown> =>
      browser.evaluate(
        `[...document.querySelectorAll('.fleet .cell-name')].map((one) => one.innerText.slice(0, 7))`,
      );
    const click = (selector: string) =>
      browser.evaluate(`document.querySelector(${JSON.stringify(selector)}).click()`);
    expect(await names()).toEqual(['alpha <', 'Linux-b']);
    await click('.fleet thead th:nth-child(4) button');
    expect(await names()).toEqual(['Linux-b', 'alpha <']);
    expect(
      await browser.evaluate(`document.querySelector('[aria-sort="descending"]').innerText.trim()`),
    ).toMatch(/^CPU/);
    await browser.evaluate(
      `(() => { const field = document.querySelector('input[type=search]'); field.value = 'ALPHA'; field.dispatchEvent(new Event('input')); })()`,
    );
    expect(await names()).toEqual(['alpha <']);
    await click('.counter[data-state="silent"]');
    expect(await names()).toEqual([]);
  });

  test('a machine’s page has charts and processes, and markup in a report stays text', async () => {
    await using receiver = await startReceiver();
    await fill(receiver);
    await browser.goto(receiver.url);
    await browser.waitFor(`document.querySelector('.cell-name a')`);
    await browser.evaluate(`document.querySelector('.cell-name a').click()`);
    await browser.waitFor(`document.querySelectorAll('.chart canvas').length === 4`);
    await browser.waitFor(`document.querySelectorAll('.processes tbody tr').length === 3`);
    expect(await textOf('.processes tbody')).toContain('<script>window.ran = 1</script>');
    expect(await textOf('.detail h1')).toContain('<img src=x');
    expect(
      await browser.evaluate(`document.querySelector('.chart').getAttribute('aria-label')`),
    ).toBe('CPU: used 10.0 %');
    expect(await browser.evaluate('window.ran')).toBeUndefined();
    expect(
      await browser.evaluate(`document.querySelectorAll('main img, main script').length`),
    ).toBe(0);

    await browser.evaluate(
      `(() => { const field = document.querySelector('.processes input'); field.value = 'postg'; field.dispatchEvent(new Event('input')); })()`,
    );
    expect(await textOf('.processes tbody')).toMatch(/^4\s+postgres\s+postgres$/);
    expect(browser.problems).toEqual([]);
  });

  test('a machine’s page follows its reports, and renames it', async () => {
    await using receiver = await startReceiver();
    await fill(receiver);
    await browser.goto(`${receiver.url}#/system/${exampleSystemId}`);
    await browser.waitFor(`document.querySelector('#live').innerText === 'Live'`);
    await browser.waitFor(`document.querySelector('.figure .value')?.innerText === '10.0 %'`);
    const stats = exampleStats({ cpu: { count: 4, percent_used: 77 } });
    await receiver.post(exampleReport({ epoch: nowSeconds() + 1, stats }));
    await browser.waitFor(`document.querySelector('.figure .value').innerText === '77.0 %'`);

    await browser.evaluate(`document.querySelector('.heading .quiet').click()`);
    await browser.evaluate(
      `(() => { const form = document.querySelector('.heading form'); form.querySelector('input').value = 'beta'; form.requestSubmit(); })()`,
    );
    await browser.waitFor(`document.querySelector('.detail h1').innerText === 'beta'`);
    expect((await receiver.store.systems([exampleSystemId]))[0]?.name).toBe('beta');
  });

  /** A receiver that asks for these tokens, with one machine. */
  async function startWithTokens(...lines: readonly string[]): Promise<RunningReceiver> {
    const path = join(temporaryFolder(), 'tokens');
    writeFileSync(path, `${lines.join('\n')}\n`);
    const access = createTokenAccess({ path, now: nowSeconds, log: () => {} });
    const receiver = await startReceiver({ access });
    await receiver.store.register('Linux-a', 1);
    return receiver;
  }
  const signIn = async (token: string) => {
    await browser.waitFor(`document.querySelector('form.sign-in')`);
    await browser.evaluate(
      `(() => { const form = document.querySelector('form.sign-in'); form.querySelector('input').value = ${JSON.stringify(token)}; form.requestSubmit(); })()`,
    );
  };
  const problemSays = (words: string) =>
    browser.waitFor(
      `document.querySelector('.problem-text').innerText.includes(${JSON.stringify(words)})`,
    );
  const reporter = 'reporter-0123456789abcdef';
  const viewer = 'viewer-0123456789abcdef00';
  const manager = 'manager-0123456789abcdef0';

  test('with tokens the page asks for one, is live once it has it, and shows nothing after a sign-out', async () => {
    await using receiver = await startWithTokens(`report ${reporter}`, `view ${viewer}`);
    await browser.goto(receiver.url);
    await signIn('wrong-0123456789abcdef00');
    await problemSays('this token is unknown here');
    await signIn(reporter);
    await problemSays('this token may only report; a token that may view is needed');
    await signIn(viewer);
    await browser.waitFor(`document.querySelectorAll('.fleet tbody tr').length === 1`);
    await browser.waitFor(`document.querySelector('#live').innerText === 'Live'`);

    await browser.evaluate(`document.querySelector('#sign-out').click()`);
    await browser.waitFor(`document.querySelector('form.sign-in')`);
    expect(await textOf('#live')).toBe('Signed out');
    expect(await textOf('main')).not.toContain('Linux-a');
    expect(await browser.evaluate(`document.querySelector('#sign-out').hidden`)).toBe(true);
    await browser.goto(receiver.url);
    await browser.waitFor(`document.querySelector('form.sign-in')`);
  });

  test('a token that may look is not asked to rename; one that may manage is', async () => {
    await using receiver = await startWithTokens(`view ${viewer}`, `manage ${manager}`);
    const renames = `[...document.querySelectorAll('.heading button')].some((one) => one.innerText === 'Rename' && one.checkVisibility())`;
    await browser.goto(`${receiver.url}#/system/Linux-a`);
    await signIn(viewer);
    await browser.waitFor(`document.querySelector('.detail h1')?.innerText === 'Linux-a'`);
    expect(await browser.evaluate(renames)).toBe(false);
    await browser.evaluate(`document.querySelector('#sign-out').click()`);
    await signIn(manager);
    await browser.waitFor(renames);
  });

  test('a machine’s id may be anything that an address cannot hold', async () => {
    await using receiver = await startReceiver();
    for (const id of ['..', 'a/b?c#d', '__proto__']) {
      const disks = {
        ['__proto__']: {
          file_system: 'ext4',
          mount_point: '__proto__',
          total: 9,
          used: 3,
          free: 6,
        },
      };
      const stats = exampleStats({ disks });
      await receiver.post(exampleReport({ system_id: id, epoch: nowSeconds(), stats }));
      await browser.goto(`${receiver.url}#/system/${encodeURIComponent(id)}`);
      await browser.waitFor(
        `document.querySelector('.detail h1')?.innerText === ${JSON.stringify(id)}`,
      );
      await browser.waitFor(`document.querySelector('.figure .value')?.innerText === '12.5 %'`);
      await browser.waitFor(`document.querySelector('main').innerText.includes('__proto__')`);
    }
    await browser.goto(`${receiver.url}#/system/%E0%A4%A`);
    await browser.waitFor(`document.querySelectorAll('.fleet tbody tr').length === 3`);
    expect(browser.problems).toEqual([]);
  });

  test('on a phone nothing is wider than the screen', async () => {
    await using receiver = await startReceiver();
    await fill(receiver);
    await browser.resize(360, 740);
    const overflow = `document.documentElement.scrollWidth - document.documentElement.clientWidth`;
    for (const hash of ['#/', `#/system/${exampleSystemId}`]) {
      await browser.goto(`${receiver.url}${hash}`);
      await browser.waitFor(`document.querySelector('.fleet tbody tr, .processes tbody tr')`);
      await browser.evaluate(`document.querySelector('#sign-out').hidden = false`);
      for (const word of ['Starting', 'Live', 'Offline', 'Could not sign out']) {
        await browser.evaluate(`document.querySelector('#live').innerText = '${word}'`);
        expect([hash, word, await browser.evaluate(overflow)]).toEqual([hash, word, 0]);
      }
    }
    await browser.resize(1280, 900);
  });

  test('the API’s page describes every operation', async () => {
    await using receiver = await startReceiver();
    await browser.goto(`${receiver.url}api`);
    await browser.waitFor(`document.querySelectorAll('section').length >= 10`);
    expect(await textOf('main')).toContain('GET /api/systems/{id}/history');
  });
});
