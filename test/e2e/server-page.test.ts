/** The page as a person meets it, in a real browser. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createTokenAccess } from '../../server-example/auth.ts';
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

  test('with tokens the page asks for one, and is live once it has it', async () => {
    const token = 'viewer-0123456789abcdef';
    const path = join(temporaryFolder(), 'tokens');
    writeFileSync(path, `${token}\n`);
    const access = createTokenAccess({ path, now: nowSeconds, log: () => {} });
    await using receiver = await startReceiver({ access });
    await receiver.store.register('Linux-a', 1);
    const signIn = (value: string) =>
      browser.evaluate(
        `(() => { const form = document.querySelector('form.sign-in'); form.querySelector('input').value = ${JSON.stringify(value)}; form.requestSubmit(); })()`,
      );
    await browser.goto(receiver.url);
    await browser.waitFor(`document.querySelector('form.sign-in')`);
    await signIn('wrong');
    await browser.waitFor(
      `document.querySelector('.problem-text').innerText.includes('does not open')`,
    );
    await signIn(token);
    await browser.waitFor(`document.querySelectorAll('.fleet tbody tr').length === 1`);
    await browser.waitFor(`document.querySelector('#live').innerText === 'Live'`);
  });

  test('on a phone nothing is wider than the screen', async () => {
    await using receiver = await startReceiver();
    await fill(receiver);
    await browser.resize(360, 740);
    const overflow = `document.documentElement.scrollWidth - document.documentElement.clientWidth`;
    for (const hash of ['#/', `#/system/${exampleSystemId}`]) {
      await browser.goto(`${receiver.url}${hash}`);
      await browser.waitFor(`document.querySelector('.fleet tbody tr, .processes tbody tr')`);
      for (const word of ['Connecting', 'Live', 'Offline', 'Signed out']) {
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
