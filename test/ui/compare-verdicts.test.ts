// Verdicts on the compare page: left by keyboard, taken back, given blind, and kept on the server.

import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Serving, serve } from '../http/serving.ts';
import {
  describePages,
  type Opened,
  type OpenOptions,
  openBrowser,
  type Pages,
  type Shop,
  screenshot,
  startShop,
} from './browser.ts';
import { ask, openAs, popularOf, shows } from './compare-page.ts';
import { uiShop } from './made-shop.ts';

interface Verdicts {
  readonly summary: {
    readonly better: number;
    readonly same: number;
    readonly worse: number;
    readonly pValue: number;
  };
  readonly verdicts: readonly {
    readonly product: string;
    readonly verdict: string;
    readonly by: string;
    readonly note?: string;
  }[];
}

describePages('verdicts on the compare page', () => {
  let shop: Shop;
  let pages: Pages;
  let popular: readonly string[];

  beforeAll(async () => {
    [shop, pages] = await Promise.all([startShop(), openBrowser()]);
    popular = await popularOf(shop);
  }, 600_000);
  afterAll(async () => {
    await pages?.close();
    await shop?.stop();
  });

  const open = (path: string, who = 'Ada', options: OpenOptions = {}): Promise<Opened> =>
    openAs(who, pages, shop.at(path), options);

  const judged = async (): Promise<Verdicts> => {
    const { comparisons } = await ask<{
      comparisons: { id: string; after: { label: string; overrides?: object } }[];
    }>(shop, '/admin/verdicts');
    const found = comparisons.find(({ after }) => after.label === 'test' && after.overrides === undefined);
    return ask(shop, `/admin/verdicts?comparison=${found?.id}`);
  };

  it('keeps verdicts left by keyboard, takes one back, and sums them up', async () => {
    const { page, clean } = await open('/ui/compare');
    const keys = ['1', 'b', '1', '2', '1', '1', '1', '3', '1', '1', '1'];
    for (const [at, key] of keys.entries()) {
      await shows(page, popular[at]);
      await page.keyboard.press(key);
    }
    const [last, next] = [popular[10] as string, popular[11] as string];
    await shows(page, next);
    await page.keyboard.press('u');
    await shows(page, last);
    await page.keyboard.press('m');
    await page.keyboard.type('u 1 2 3: only words');
    await page.keyboard.press('Enter');
    await page.keyboard.press('w');
    await shows(page, next);
    const words = page.locator('cmp-summary .words');
    // Eight better and two worse: twice the chance of at most two of ten tosses.
    const pValue = (2 * (1 + 10 + 45)) / 2 ** 10;
    const said = `8 better, 2 worse of 11: the difference may well be chance (p = ${pValue.toFixed(2)}).`;
    await expect.poll(() => words.textContent()).toBe(said);
    await screenshot(page, 'ui-compare');
    await expect.poll(async () => (await judged()).summary).toMatchObject({ better: 8, same: 1, worse: 2 });
    const kept = await judged();
    expect(kept.summary.pValue).toBeCloseTo(pValue, 6);
    const noted = kept.verdicts.find(({ product }) => product === last);
    expect(noted).toMatchObject({ verdict: 'worse', by: 'Ada', note: 'u 1 2 3: only words' });
    clean();

    await page.reload();
    await shows(page, next);
    await expect.poll(() => words.textContent()).toBe(said);
    await expect.poll(() => page.locator('cmp-summary tbody tr').count()).toBe(11);
    await expect.poll(() => page.locator('cmp-strip .segments .better').count()).toBe(8);
    await page.locator(`cmp-summary tr[data-product=${last}] a`).click();
    await shows(page, last);
    await expect.poll(() => page.locator('cmp-verdict-bar #note').inputValue()).toBe('u 1 2 3: only words');
    clean();
    await page.context().close();
  });

  it('takes back a first verdict as if it had not been', async () => {
    const before = await judged();
    const { page, clean } = await open(`/ui/compare?product=${popular[20]}`, 'Bo');
    await shows(page, popular[20]);
    await page.keyboard.press('3');
    await shows(page, popular[21]);
    await expect.poll(async () => (await judged()).verdicts.length).toBe(before.verdicts.length + 1);
    await page.keyboard.press('u');
    await shows(page, popular[20]);
    await expect.poll(async () => (await judged()).verdicts.length).toBe(before.verdicts.length);
    clean();
    await page.context().close();
  });

  it('names no side in a blind walk, and keeps what is meant', async () => {
    const { page, clean } = await open('/ui/compare?blind=1&b-rules=%7B%22limit%22%3A6%7D', 'Cem');
    for (const product of popular.slice(0, 6)) {
      await shows(page, product);
      const texts = await page.locator('cmp-lists section').allTextContents();
      expect(texts.map((text) => text.trim().split(/\s/)[0])).toEqual(['Left', 'Right']);
      expect(texts.join()).toContain('₺');
      expect(texts.join()).not.toMatch(/New|Gone|▲|▼|production|test/);
      await page.keyboard.press('1');
    }
    await shows(page, popular[6]);
    await expect.poll(() => page.locator('cmp-summary table').count()).toBe(0);
    await page.getByRole('button', { name: 'Reveal' }).click();
    await expect.poll(() => page.locator('cmp-summary tbody tr').count()).toBe(6);
    // The left one was always preferred; which side that was differs by product.
    const said = await page.locator('cmp-summary tbody td:nth-child(2)').allInnerTexts();
    expect(new Set(said.map((text) => text.replace(/^\W+/, '')))).toEqual(new Set(['Better', 'Worse']));
    clean();
    await page.context().close();
  });

  it('begins a comparison anew where a label has moved', async () => {
    const { page, clean } = await open('/ui/compare', 'Dana');
    await shows(page, popular[0]);
    const after = page.locator('cmp-side .about').nth(1);
    await expect.poll(async () => (await after.textContent())?.trim()).toBe('week-40, revision 3');
    const before = await judged();
    expect(before.verdicts.length).toBeGreaterThan(0);
    await page.locator('cmp-summary tbody tr').first().waitFor();
    const moved = await ask<{ moved: boolean }>(shop, '/admin/labels/test/rollback', {
      why: 'for this test',
      to: 2,
    });
    expect(moved.moved).toBe(true);
    await expect
      .poll(async () => (await ask<{ labels: { name: string }[] }>(shop, '/v1/labels')).labels[1]?.name)
      .toBe('week-39');
    await page.getByRole('combobox', { name: 'Go to one product' }).fill(popular[30] as string);
    await page.keyboard.press('Enter');
    await shows(page, popular[30]);
    await expect
      .poll(() => page.locator('cmp-side .about').nth(1).textContent())
      .toContain('week-39, revision 4');
    await page.locator('cmp-summary .words', { hasText: 'No verdicts yet' }).waitFor();
    await page.getByText('Releases have moved on').first().waitFor();
    clean();
    await page.context().close();
  });
});

describePages('verdicts elsewhere', () => {
  let pages: Pages;
  beforeAll(async () => {
    pages = await openBrowser();
  });
  afterAll(() => pages?.close());

  it('a server of one file compares a policy with a change of it, and says how verdicts are kept', async () => {
    const serving: Serving = await serve(join(uiShop(), 'week-40.sepet'));
    try {
      const { page, clean } = await pages.open(new URL('/ui/compare', serving.url).href);
      await page.getByText('Both sides are the same').waitFor();
      await page.getByText('--verdicts').waitFor();
      await page.locator('cmp-lists .item').first().waitFor();
      await page.keyboard.press('1');
      await expect.poll(() => page.locator('cmp-strip .where').textContent()).toBe('1 of 50');
      clean();
      await page.context().close();
    } finally {
      await serving.stop();
    }
  });

  it('asks for the token before the first verdict', async () => {
    const shop = await startShop({ token: 'a-token-for-tests' });
    try {
      const { page, clean } = await pages.open(shop.at('/ui/compare'));
      await page.locator('cmp-lists .item').first().waitFor();
      await page.getByText('Verdicts are for operators').waitFor();
      await page.keyboard.press('1');
      await page.getByLabel('Your name').fill('Ada');
      await page.getByLabel('Admin token').fill('a-token-for-tests');
      await page.keyboard.press('Enter');
      await page.locator('cmp-summary .words', { hasText: '1 better, 0 worse of 1' }).waitFor();
      await expect.poll(() => page.locator('cmp-strip .where').textContent()).toBe('2 of 50');
      clean(/401/);
      await page.context().close();
    } finally {
      await shop.stop();
    }
  });
});
