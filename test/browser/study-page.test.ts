/** The page of a study in a real browser: what it shows without scripts, and what its script does. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { studyCsv, studyPage } from 'hone/report';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { madeStudies, madeVerdict, oddNames } from '../helpers/study-figures.js';
import { launch } from './chromium.js';

const studies = madeStudies();

describe.skipIf(process.env['HONE_SKIP_BROWSER'] === '1')('the page of a study', () => {
  let browser: Browser;
  const folder = mkdtempSync(join(tmpdir(), 'hone-study-page-'));
  /** What no page may do: ask for anything, fail, or open a dialog. */
  const wrong: string[] = [];

  beforeAll(async () => {
    browser = await launch();
    for (const name of ['usual', 'odd', 'nothing'])
      writeFileSync(join(folder, `${name}.html`), await studyPage(studies[name]!, madeVerdict(studies[name]!)));
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
    expect(wrong).toEqual([]);
  });

  async function open(name: string, options: Parameters<Browser['newPage']>[0] = {}): Promise<Page> {
    const page = await browser.newPage({ viewport: { width: 1300, height: 900 }, ...options });
    const own = pathToFileURL(join(folder, `${name}.html`)).href;
    page.on('pageerror', (error) => wrong.push(`${name}: ${error.message}`));
    page.on('console', (message) => wrong.push(`${name}: ${message.text()}`));
    page.on('dialog', (dialog) => {
      wrong.push(`${name}: dialog`);
      void dialog.dismiss();
    });
    page.on('request', (request) => {
      if (request.url() !== own) wrong.push(`${name}: asks for ${request.url().slice(0, 100)}`);
    });
    await page.goto(own);
    return page;
  }
  const frames = (page: Page) => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  const chart = (page: Page, name: string) => page.locator(`[data-chart="${name}"] .plot`);

  it('is whole without scripts', async () => {
    const page = await open('usual', { javaScriptEnabled: false });
    const seen = (await page.locator('main').innerText()).replace(/\s+/g, ' ');
    for (const part of [
      '▲ Helped',
      'batch norm',
      'Ranking',
      '▼ hurt',
      'Every seed',
      'Curves',
      'Every run',
      'hone study digits --repeats 8',
    ])
      expect(seen).toContain(part);
    // Choices that would do nothing are not shown.
    expect(await page.locator('#choices').isVisible()).toBe(false);
    expect(await page.locator('button:visible').count()).toBe(0);
    for (const name of ['seeds', 'time', 'gap', 'curves:validation-0', 'curves:lr', 'extra:0', 'extra:1'])
      expect(await chart(page, name).locator('svg').first().isVisible()).toBe(true);
    await page.close();
  });

  it('is no wider than its window, from a phone to a wide screen', async () => {
    for (const name of ['usual', 'odd']) {
      const page = await open(name);
      for (const width of [390, 768, 1600]) {
        await page.setViewportSize({ width, height: 800 });
        await frames(page);
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
        // Nor is anything of the ranked table out of sight: on a phone its rows are cards.
        const hidden = await page.evaluate(() => {
          const box = document.querySelector('.ranking')!.parentElement!;
          return box.scrollWidth - box.clientWidth;
        });
        if (name === 'usual' || width < 1000) expect([name, width, hidden]).toEqual([name, width, 0]);
      }
      await page.close();
    }
  });

  it('is dark where the reader wants it, and light on paper', async () => {
    const page = await open('usual', { colorScheme: 'dark' });
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    expect(await ground()).toBe('rgb(18, 22, 27)');
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    expect(await ground()).toBe('rgb(255, 255, 255)');
    expect(await page.evaluate(() => getComputedStyle(document.body).color)).toBe('rgb(31, 35, 40)');
    await page.close();
  });

  it('hides a variant everywhere at once, and shows it again', async () => {
    const page = await open('usual');
    const drawn = async (name: string) => {
      await chart(page, name).scrollIntoViewIfNeeded();
      await frames(page);
      return (await chart(page, name).locator('svg').first().getAttribute('aria-label')) ?? '';
    };
    expect(await drawn('seeds')).toContain('dropout');
    await page.click('.legend button:has-text("dropout")');
    for (const name of ['seeds', 'time', 'curves:validation-0', 'curves:train-1', 'extra:0'])
      expect(await drawn(name)).not.toContain('dropout');
    expect(await page.getAttribute('.legend button:has-text("dropout")', 'aria-pressed')).toBe('false');
    expect(await page.locator('.ranking tr.off th').allInnerTexts()).toEqual(['dropout']);
    await page.click('.ranking tr.off .eye');
    expect(await drawn('time')).toContain('dropout');
    await page.click('[data-show=best]');
    expect(await drawn('curves:validation-0')).toMatch(/: baseline, batch norm, dropout$/);
    await page.close();
  });

  it('sorts tables by any column, both ways, and back', async () => {
    const page = await open('usual');
    const names = () => page.locator('.ranking tbody th').allInnerTexts();
    const ranked = await names();
    const head = page.locator('.ranking th', { hasText: 'time' });
    await head.locator('button').click();
    expect([await names(), await head.getAttribute('aria-sort')]).toEqual([
      ['weight decay', 'dropout', 'batch norm', 'baseline'],
      'descending',
    ]);
    await head.locator('button').press('Enter');
    expect([await names(), await head.getAttribute('aria-sort')]).toEqual([
      ['baseline', 'batch norm', 'dropout', 'weight decay'],
      'ascending',
    ]);
    await head.locator('button').click();
    expect([await names(), await head.getAttribute('aria-sort')]).toEqual([ranked, 'none']);
    await page.close();
  });

  it('draws curves along steps and time, on logarithmic axes, smoothed, and run by run', async () => {
    const page = await open('usual');
    const plot = chart(page, 'curves:validation-1');
    await plot.scrollIntoViewIfNeeded();
    await frames(page);
    const text = async () => {
      await frames(page);
      return (await plot.locator('text').allTextContents()).join(' ');
    };
    const lines = () => plot.locator('.line').count();
    const title = page.locator('[data-chart="curves:validation-1"] h3');
    expect(await text()).toContain('epoch');
    expect(await title.innerText()).toContain('enlarged');
    await page.check('[name=whole]');
    expect(await text()).toContain('1.5');
    expect(await title.innerText()).toBe('validation loss');
    await page.selectOption('[name=along]', 'steps');
    expect(await text()).toContain('training steps');
    await page.check('[name=logY]');
    await page.check('[name=logX]');
    expect(await text()).toMatch(/0\.1 .*1 .*1000/);
    expect(await lines()).toBe(4);
    await page.fill('[name=smoothing]', '0.8');
    expect(await page.innerText('#choices output')).toBe('0.80');
    await frames(page);
    // What was smoothed away stays as a pale line.
    expect(await plot.locator('.line.raw').count()).toBe(4);
    await page.selectOption('[name=band]', 'runs');
    await frames(page);
    expect([await lines(), await plot.locator('.band').count()]).toEqual([32, 0]);
    await page.click('#choices [type=reset]');
    await page.waitForFunction(() => document.querySelector('#choices output')?.textContent === '0.00');
    await frames(page);
    expect([await lines(), await plot.locator('.band').count()]).toEqual([4, 4]);
    await page.close();
  });

  it('says what is under the pointer, and under the arrow keys', async () => {
    const page = await open('usual');
    const plot = chart(page, 'curves:validation-0');
    await plot.scrollIntoViewIfNeeded();
    await frames(page);
    const box = (await plot.boundingBox())!;
    await page.mouse.move(box.x + box.width - 20, box.y + 60);
    const rows = (await page.locator('#tip').innerText()).split('\n').filter((line) => line !== '');
    expect(rows[0]).toBe('epoch 12');
    expect(rows).toContain('batch norm');
    await page.keyboard.press('Tab');
    await chart(page, 'seeds').focus();
    await page.keyboard.press('ArrowRight');
    expect(await page.textContent('#said')).toMatch(
      /^repeat 0, batch norm: 96\.98, dropout: 96\.39, baseline: 95\.88, weight decay: 95\.04$/,
    );
    await page.keyboard.press('ArrowRight');
    expect(await page.textContent('#said')).toMatch(/^repeat 1,/);
    await page.close();
  });

  it('gives its raw figures, whole', async () => {
    const page = await open('odd');
    const given = async (name: string) => {
      const [download] = await Promise.all([page.waitForEvent('download'), page.click(`a[download="${name}"]`)]);
      return readFileSync(await download.path(), 'utf8');
    };
    expect(JSON.parse(await given('figures.json'))).toEqual(JSON.parse(JSON.stringify(studies['odd'])));
    expect(await given('figures.csv')).toBe(studyCsv(studies['odd']!));
    await page.close();
  });

  it('takes no name for markup, wherever it stands', async () => {
    const page = await open('odd');
    await frames(page);
    const shown = (await page.locator('.ranking tbody th').allInnerTexts()).map((text) => text.trim());
    const flat = (text: string) => text.replace(/\s+/g, ' ');
    expect(shown.map(flat).sort()).toEqual(oddNames.map(flat).sort());
    // Tips and what scripts draw, too.
    for (const name of ['seeds', 'gap', 'time', 'curves:validation-0']) {
      await chart(page, name).scrollIntoViewIfNeeded();
      await chart(page, name).focus();
      await frames(page); // a page that still scrolls hides its tips
      for (let i = 0; i < 9; i++) await page.keyboard.press('ArrowRight');
      expect(await page.locator('#tip').innerText()).not.toBe('');
    }
    await chart(page, 'curves:validation-0').focus();
    await frames(page);
    await page.keyboard.press('ArrowLeft');
    expect(await page.locator('#tip').innerText()).toContain('</script><img src=x onerror=alert(1)>');
    expect(await page.locator('img, main script, iframe').count()).toBe(0);
    await page.close();
  });

  it('stands where nothing has been measured', async () => {
    const page = await open('nothing');
    expect(await page.innerText('main')).toContain('No run has ended yet.');
    await page.close();
  });
});
