// The widget on pages of a shop that is another origin than Sepet, in a real browser, against the real server.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  axeClean,
  describePages,
  type OpenOptions,
  openBrowser,
  type Pages,
  type Shop,
  startShop,
} from './browser.ts';
import { openSite, otherHost, type PageParts, pause, type ShopSite, type Told, tells } from './shop-site.ts';

const built = fileURLToPath(new URL('../../dist/ui/widget.js', import.meta.url));

describe('the built widget', () => {
  it('is one module of at most 12 KB gzipped, with everything it needs', () => {
    const code = readFileSync(built);
    expect(gzipSync(code, { level: 9 }).length).toBeLessThanOrEqual(12 * 1024);
    expect(code.toString()).not.toMatch(/\bimport\s*[({"'`]|\bfrom\s*["'`]|\beval\b|new Function/);
  });
});

interface Kept {
  readonly type: string;
  readonly items: { id: string; position: number; quantity?: number; priceMinor?: number }[];
  readonly [field: string]: unknown;
}

/** Everything that the server kept so far. */
function keptBy(shop: Shop): Kept[] {
  const folder = join(dirname(shop.store), 'events');
  return (
    readdirSync(folder)
      .filter((name) => name.endsWith('.jsonl'))
      // What has no end yet is still being written.
      .flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n').slice(0, -1))
      .map((line) => JSON.parse(line) as Kept)
  );
}

const textOf = async (place: Locator): Promise<string | undefined> => (await place.textContent())?.trim();

describePages('the widget', () => {
  let pages: Pages;
  let shop: Shop;
  let site: ShopSite;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sepet-widget-'));
    const experiments = join(folder, 'experiments.json');
    const arms = [
      { name: 'all', share: 1 },
      { name: 'none', share: 0 },
    ];
    writeFileSync(
      experiments,
      JSON.stringify({ experiments: [{ name: 'try', placement: 'product-page', channel: 'web', arms }] }),
    );
    shop = await startShop({ flags: ['--cors', '*', '--experiments', experiments] });
    site = await openSite(shop.url);
    pages = await openBrowser();
  });
  afterAll(async () => {
    await pages?.close();
    await site?.close();
    await shop?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const tag = (attributes: string): string => `<bought-together ${attributes}></bought-together>`;
  const usual = (more = ''): string => `product="${shop.product}" timeout-ms="10000" href="/p/{id}" ${more}`;
  async function show(body: string, { options, ...parts }: PageParts & { options?: OpenOptions } = {}) {
    const opened = await pages.open(site.page(body, parts), options);
    const { page } = opened;
    const widget = page.locator('bought-together').first();
    return { ...opened, widget, cards: widget.locator('[part=item]') };
  }

  it('shows what the server says, on a strict page of another origin', async () => {
    const { page, widget, cards, clean } = await show(tag(usual('limit="4"')));
    const [{ detail }] = (await tells(page, 'sepet-rendered')) as [Told];
    const path = `/v1/products/${shop.product}/bought-together?limit=4&fields=title,price,image,inStock`;
    const answer = (await (await fetch(`${shop.url}${path}`)).json()) as { items: Record<string, string>[] };
    expect(detail.items.map(({ id }) => id)).toEqual(answer.items.map(({ id }) => id));
    expect(await cards.count()).toBe(4);
    const first = cards.first();
    expect(await textOf(first.locator('[part=title]'))).toBe(answer.items[0]?.title);
    expect(await textOf(first.locator('[part=price]'))).toMatch(/^₺[\d,]+\.\d\d$/);
    expect(await first.locator('a').getAttribute('href')).toBe(`/p/${answer.items[0]?.id}`);
    const isDrawn = () => first.locator('img').evaluate((image: HTMLImageElement) => image.naturalWidth > 0);
    await expect.poll(isDrawn).toBe(true);
    expect(await textOf(widget.getByRole('heading', { level: 2 }))).toBe('Frequently bought together');
    expect(await widget.getAttribute('state')).toBe('ready');
    await axeClean(page);
    clean(otherHost);
  });

  it.each([
    ['tr', 'Birlikte sık alınanlar', 'ltr', /^₺[\d.]+,\d\d$/],
    ['de', 'Wird oft zusammen gekauft', 'ltr', /^[\d.]+,\d\d\s₺$/],
    ['ar-EG', 'كثيرًا ما تُشترى معًا', 'rtl', /[٠-٩]/],
    ['nl', 'Frequently bought together', 'ltr', /^₺\s[\d.]+,\d\d$/],
    ['no_such_', 'Frequently bought together', 'ltr', /^₺[\d,]+\.\d\d$/],
  ])('speaks the language of the page: %s', async (lang, heading, direction, price) => {
    const { widget, cards, clean } = await show(tag(usual('limit="2"')), { lang });
    await cards.first().waitFor();
    expect(await textOf(widget.getByRole('heading'))).toBe(heading);
    expect(await textOf(cards.first().locator('[part=price]'))).toMatch(price);
    expect(await widget.locator('section').evaluate((one) => getComputedStyle(one).direction)).toBe(
      direction,
    );
    clean(otherHost);
  });

  it('takes words and heading of the shop', async () => {
    const words = `words='{"addAll":"Alles in de mand","total":"Samen"}' locale="nl" heading="Samen gekocht"`;
    const { widget, cards } = await show(tag(usual(`${words} heading-level="3"`)));
    await cards.first().waitFor();
    expect(await textOf(widget.getByRole('heading', { level: 3 }))).toBe('Samen gekocht');
    expect(await textOf(widget.getByRole('button'))).toBe('Alles in de mand');
    await widget.evaluate((element) => element.setAttribute('heading', ''));
    await expect.poll(() => widget.getByRole('heading').count()).toBe(0);
  });

  it('adds what is chosen, tells the page and the server, and stops where the page objects', async () => {
    const asker = 'placement="product-page" channel="web" visitor="guest 7" session="visit-add"';
    const attributes = usual(`limit="3" ${asker}`);
    const { page, widget, cards, clean } = await show(tag(attributes));
    const [{ detail: list }] = (await tells(page, 'sepet-rendered')) as [Told];
    const button = widget.getByRole('button');
    expect(await textOf(button)).toBe('Add all to basket');
    await cards.nth(1).getByRole('checkbox').uncheck();
    await expect.poll(() => textOf(button)).toBe('Add to basket (2)');
    const [first, , third] = list.items as [
      { id: string; price: number },
      unknown,
      { id: string; price: number },
    ];
    const total = first.price + third.price;
    const lira = new Intl.NumberFormat('en', {
      style: 'currency',
      currency: 'TRY',
      currencyDisplay: 'narrowSymbol',
    });
    expect(await textOf(widget.locator('[part=sum]'))).toBe(lira.format(total / 100));

    await page.evaluate(() => Object.assign(globalThis, { objects: true }));
    await button.click();
    await tells(page, 'sepet-add');
    expect(await textOf(button)).toBe('Add to basket (2)');
    await page.evaluate(() => Object.assign(globalThis, { objects: false }));
    // What the button says for two seconds and a half is noted as it says it.
    await widget.evaluate((element) => {
      const words: (string | undefined)[] = [];
      Object.assign(globalThis, { words });
      const root = element.shadowRoot as ShadowRoot;
      new MutationObserver(() => words.push(root.querySelector('button')?.textContent?.trim())).observe(
        root,
        {
          ...{ subtree: true, childList: true, characterData: true, attributes: true },
        },
      );
    });
    await button.click();
    const [, { detail, composed }] = (await tells(page, 'sepet-add', 2)) as [Told, Told];
    expect(detail).toMatchObject({ total, currency: 'TRY', recommendation: list.recommendation });
    expect([detail.items.map(({ id }) => id), composed]).toEqual([[first.id, third.id], true]);
    await expect
      .poll(() => page.evaluate(() => (globalThis as unknown as { words: string[] }).words))
      .toContain('Added to basket');
    await expect.poll(() => textOf(button)).toBe('Add to basket (2)');
    for (const place of [0, 2]) await cards.nth(place).getByRole('checkbox').uncheck();
    await expect.poll(() => button.isDisabled()).toBe(true);

    const ofVisit = () =>
      keptBy(shop).filter(({ type, session }) => type === 'cart' && session === 'visit-add');
    await expect.poll(ofVisit).toHaveLength(1);
    expect(ofVisit()[0]).toMatchObject({
      ...{ product: shop.product, placement: 'product-page', channel: 'web', currency: 'TRY' },
      // Who asked is who did it, in the arm that the answer names.
      ...{ user: 'guest 7', experiment: 'try:all' },
      ...{ recommendation: list.recommendation, policy: list.policy, artifact: list.artifact },
      items: [
        { id: first.id, position: 1, quantity: 1, priceMinor: first.price },
        { id: third.id, position: 3, quantity: 1, priceMinor: third.price },
      ],
    });
    clean(otherHost);
  });

  it('counts what was seen for a second, once, and clicks', async () => {
    const { page, widget, cards, clean } = await show(
      `<div style="height: 3000px"></div>${tag(usual('limit="3" session="visit-seen"'))}`,
      { policy: "style-src 'unsafe-inline'" },
    );
    const [{ detail }] = (await tells(page, 'sepet-rendered')) as [Told];
    const ofVisit = (type: string) =>
      keptBy(shop).filter((kept) => kept.type === type && kept.session === 'visit-seen');
    await pause(1500);
    expect(ofVisit('impression')).toEqual([]);
    // Passed by is not seen. The page itself goes by: its own clock is that of the second for which one must look.
    await widget.evaluate(async (element) => {
      element.scrollIntoView();
      await new Promise((resolve) => setTimeout(resolve, 300));
      scrollTo(0, 0);
    });
    await pause(1500);
    expect(ofVisit('impression')).toEqual([]);
    await widget.scrollIntoViewIfNeeded();
    await expect.poll(() => ofVisit('impression')).toHaveLength(1);
    // Neither coming back to it nor moving it in the page counts again.
    await page.evaluate(() => scrollTo(0, 0));
    await pause(100);
    await widget.evaluate((element) => document.body.append(element));
    await widget.scrollIntoViewIfNeeded();
    await cards.nth(1).getByRole('link').click();
    const [{ detail: clicked }] = (await tells(page, 'sepet-item')) as [Told];
    expect(clicked.item).toMatchObject({
      id: detail.items[1]?.id,
      position: 2,
      href: `/p/${detail.items[1]?.id}`,
    });
    // The page objected, so nothing was opened.
    expect(new URL(page.url()).pathname).not.toBe(`/p/${detail.items[1]?.id}`);
    await expect.poll(() => ofVisit('click')).toHaveLength(1);
    await pause(1500);
    const [impression] = ofVisit('impression') as [Kept];
    expect(ofVisit('impression')).toHaveLength(1);
    expect(impression.items).toEqual(detail.items.map(({ id }, i) => ({ id, position: i + 1 })));
    expect(impression.recommendation).toBe(detail.recommendation);
    expect(ofVisit('click')[0]?.items).toEqual([{ id: detail.items[1]?.id, position: 2 }]);
    clean(otherHost);
  });

  it('calls a visit by a name that says nothing, and keeps no cookie', async () => {
    const { page, cards, clean } = await show(tag(usual('placement="named"')));
    await cards.first().waitFor();
    const ofPlace = () => keptBy(shop).filter(({ placement }) => placement === 'named');
    await expect.poll(() => ofPlace().length).toBe(1);
    await page.reload();
    await expect.poll(() => ofPlace().length).toBe(2);
    const [first, second] = ofPlace() as [Kept, Kept];
    expect(first.session).toMatch(/^[0-9a-f]{24}$/);
    expect(second.session).toBe(first.session);
    expect(second.id).not.toBe(first.id);
    expect(first.user).toBeUndefined();
    expect(await page.context().cookies()).toEqual([]);
    clean(otherHost);
  });

  it.each([
    ['by the shop', 'events="off"', {}],
    ['by Global Privacy Control', '', { globalPrivacyControl: true }],
    ['by Do Not Track', '', { doNotTrack: '1' }],
  ])('sends nothing where that is not wanted: %s', async (_, attribute, wish) => {
    const { page, widget, cards } = await show(
      tag(`product="" href="/p/{id}" timeout-ms="10000" visitor="guest" ${attribute}`),
    );
    const sent: string[] = [];
    page.on('request', (request) => void sent.push(request.url()));
    await page.evaluate((wishes) => {
      for (const [name, value] of Object.entries(wishes))
        Object.defineProperty(navigator, name, { get: () => value });
    }, wish);
    await widget.evaluate((element, id) => element.setAttribute('product', id), shop.product);
    await cards.first().getByRole('link').click();
    await widget.getByRole('button').click();
    await pause(1500);
    expect(sent.filter((url) => url.includes('events'))).toEqual([]);
    const asked = sent.filter((url) => url.includes('bought-together?'));
    expect(asked).toHaveLength(1);
    // The shop may have its experiments without events; whoever wants nothing told is in none.
    expect(asked[0]?.includes('visitor=guest')).toBe(attribute !== '');
    expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
  });
});
