// The demo shop's product page with the widget on it.

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  axeClean,
  describePages,
  type OpenOptions,
  openBrowser,
  type Pages,
  type Shop,
  screenshot,
  startShop,
} from './browser.ts';

describePages('the shop page', () => {
  let pages: Pages;
  let shop: Shop;
  beforeAll(async () => {
    shop = await startShop();
    pages = await openBrowser();
  });
  afterAll(async () => {
    await pages?.close();
    await shop?.stop();
  });

  async function open(path = '/ui/shop/', options?: OpenOptions) {
    const opened = await pages.open(shop.at(path), options);
    const { page } = opened;
    const widget = page.locator('main bought-together');
    return { ...opened, widget, cards: widget.locator('[part=item]'), drawer: page.locator('dialog') };
  }

  it('shows a product, what is bought with it, and others of its kind', async () => {
    const { page, cards, clean } = await open();
    await cards.first().waitFor();
    const asked = () => new URL(page.url()).searchParams.get('product');
    await expect.poll(asked).toBe(shop.product);
    const facts = (await (await fetch(shop.at(`/v1/products/${asked()}`))).json()) as Record<string, string>;
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(facts.title);
    await expect.poll(() => page.title()).toContain(facts.title);
    expect(await cards.count()).toBe(6);
    const picture = page.locator('.picture img');
    await expect
      .poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth))
      .toBeGreaterThan(0);
    await expect.poll(() => page.locator('.others li').count()).toBe(8);
    await screenshot(page, 'ui-shop');
    clean();
  });

  it('goes to another product by a card, by the search, and back', async () => {
    const { page, cards, clean } = await open();
    const title = await page.getByRole('heading', { level: 1 }).textContent();
    const first = cards.first().locator('[part=title]');
    const wanted = (await first.textContent()) ?? '';
    await first.click();
    const heading = page.getByRole('heading', { level: 1, name: wanted });
    await heading.waitFor();
    await expect.poll(() => heading.evaluate((one) => one.matches(':focus'))).toBe(true);
    await page.goBack();
    await page.getByRole('heading', { level: 1, name: title ?? '' }).waitFor();
    await page.getByRole('combobox', { name: 'Search the shop' }).fill(wanted);
    await page.locator('sp-product-search [role=listbox][aria-busy=false]').waitFor();
    await page.getByRole('option').first().waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: wanted.split(',')[0] ?? '' }).waitFor();
    await expect.poll(() => new URL(page.url()).searchParams.get('product')).not.toBe(shop.product);
    clean();
  });

  it('fills the basket from the widget, and asks again about all of it', async () => {
    const { page, widget, drawer, clean } = await open(`/ui/shop/?product=${shop.product}`);
    const total = await widget.locator('[part=sum]').textContent();
    await widget.getByRole('button', { name: 'Add all to basket' }).click();
    await drawer.waitFor();
    const lines = drawer.getByRole('listitem').filter({ has: page.locator('.count') });
    await expect.poll(() => lines.count()).toBe(6);
    await expect.poll(() => drawer.locator('.sum strong').textContent()).toBe(total);
    const more = drawer.locator('bought-together');
    await more.locator('[part=item]').first().waitFor();
    expect(await more.evaluate((one) => (one as unknown as { answer: object }).answer)).toMatchObject({
      policy: 'cart@1',
      basket: { length: 5 },
    });
    await drawer.getByRole('button', { name: 'One fewer' }).first().click();
    await expect.poll(() => drawer.locator('.sum').textContent()).toMatch(/5 articles/);
    await axeClean(page);
    await page.goBack();
    await drawer.waitFor({ state: 'hidden' });
    await expect.poll(() => page.locator('header .count').textContent()).toBe('5');
    await page.reload();
    await expect.poll(() => page.locator('header .count').textContent()).toBe('5');
    clean();
  });

  it('shows a developer what is told and sent, and how the look is changed', async () => {
    const { page, widget, cards, clean } = await open();
    await cards.first().waitFor();
    const log = page.locator('shop-developer .log');
    await log.getByText('impression of').waitFor();
    await log.getByText('sepet-rendered').waitFor();
    const folder = join(dirname(shop.store), 'events');
    const kept = () =>
      readdirSync(folder)
        .map((name) => readFileSync(join(folder, name), 'utf8'))
        .join('');
    await expect.poll(kept).toMatch(/"type":"impression".*"placement":"product-page"/);
    const radius = () => cards.first().evaluate((one) => getComputedStyle(one).borderRadius);
    await expect.poll(radius).toBe('10px');
    await page.getByRole('button', { name: 'airy' }).click();
    await expect.poll(radius).toBe('18px');
    await page.getByText('--sepet-radius: 18px').waitFor();
    await page.getByLabel('Language').selectOption('ar');
    await widget.getByRole('heading', { name: 'كثيرًا ما تُشترى معًا' }).waitFor();
    await expect.poll(() => new URL(page.url()).search).toContain('look=airy&locale=ar');
    const { page: sent } = await open(new URL(page.url()).pathname + new URL(page.url()).search);
    await sent.locator('main bought-together').getByRole('heading', { name: 'كثيرًا' }).waitFor();
    clean();
  });

  it.each(['light', 'dark'] as const)('has no violation axe knows, %s, also on a phone', async (theme) => {
    for (const width of [1280, 360]) {
      const { page, cards, clean } = await open('/ui/shop/', { theme, width });
      await cards.first().waitFor();
      await axeClean(page);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      clean();
    }
  });

  it('says what to do about a product that is not there', async () => {
    const { page, clean } = await open('/ui/shop/?product=P1');
    await page.getByRole('heading', { name: 'This product is not here' }).waitFor();
    const other = page.locator('.others a').first();
    await other.click();
    await page.locator('shop-product').waitFor();
    clean(/404/);
  });

  it('stands without the widget where the server has gone', async () => {
    const own = await startShop();
    const { page } = await pages.open(own.at('/ui/shop/'));
    const widget = page.locator('main bought-together');
    await widget.locator('[part=item]').first().waitFor();
    await own.stop();
    const errors: Error[] = [];
    page.on('pageerror', (error) => errors.push(error));
    await widget.evaluate((element) => element.setAttribute('product', 'P100001'));
    await widget.waitFor({ state: 'hidden' });
    await page.locator('shop-developer').getByText('sepet-empty').waitFor();
    expect(await page.getByRole('button', { name: 'Add to basket', exact: true }).isVisible()).toBe(true);
    expect(errors).toEqual([]);
  });
});
