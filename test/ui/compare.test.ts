// The compare page on the demo shop: `production` against `test`, walked by keyboard.

import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  axeClean,
  describePages,
  type Opened,
  type OpenOptions,
  openBrowser,
  type Pages,
  type Shop,
  startShop,
} from './browser.ts';
import { type Answer, ask, listOf, markOf, marksOf, openAs, popularOf, shows } from './compare-page.ts';

describePages('compare', () => {
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

  it('marks what moved, what is new and what is gone, as the answers of both labels have it', async () => {
    const { page, clean } = await open('/ui/compare');
    for (const product of popular.slice(0, 5)) {
      await shows(page, product);
      const [now, then] = await Promise.all([
        listOf(shop, 'production', product),
        listOf(shop, 'test', product),
      ]);
      expect(await marksOf(page, 'Now')).toEqual(now.items.map(({ id }, at) => markOf(id, at, then, 'gone')));
      expect(await marksOf(page, 'Proposed')).toEqual(
        then.items.map(({ id }, at) => markOf(id, at, now, 'new')),
      );
      const shared = now.items.filter(({ id }) => then.items.some((item) => item.id === id)).length;
      const longer = Math.max(now.items.length, then.items.length);
      expect(await page.locator('[data-figure=overlap]').textContent()).toBe(`${shared} of ${longer}`);
      await page.keyboard.press('j');
    }
    await shows(page, popular[5]);
    clean();
    await page.context().close();
  });

  it('says the figures of each list', async () => {
    const product = popular[0] as string;
    const { page, clean } = await open(
      `/ui/compare?product=${product}&b-rules=${encodeURIComponent('{"limit":3}')}`,
    );
    await shows(page, product);
    const { price = 0 } = await ask<{ price?: number }>(shop, `/v1/products/${product}`);
    const { items } = await listOf(shop, 'test', product, { overrides: { limit: 3 } });
    const prices = items.map((item) => item.price ?? 0).toSorted((a, b) => a - b);
    const ratio = (prices[1] as number) / price;
    const cells = page.locator('cmp-figures td[data-column=b]');
    await expect
      .poll(() => cells.allTextContents())
      .toEqual(['3 of 3', '0%', `${Math.round(100 * ratio) / 100} ×`]);
    await expect
      .poll(() => page.locator('cmp-side').nth(1).locator('.chip').textContent())
      .toContain('1 change');
    clean();
    await page.context().close();
  });

  it('walks through the worst filled first', async () => {
    const overrides = { filters: { mine: { keep: { brand: 'same' } } }, fallback: [] };
    const { page, clean } = await open(
      `/ui/compare?sample=worst&n=20&seed=5&b-rules=${encodeURIComponent(JSON.stringify(overrides))}`,
    );
    const segments = page.locator('cmp-strip .segments button');
    await expect.poll(() => segments.count()).toBe(20);
    const titles = await segments.evaluateAll((all) => all.map((one) => (one as HTMLElement).title));
    const ids = titles.map((title) => title.replace(/^\d+: /, ''));
    expect(ids).toHaveLength(20);
    const requests = ids.map((product) => ({ product, overrides }));
    const { answers } = await ask<{ answers: Answer[] }>(shop, '/v1/labels/test/bought-together/batch', {
      requests,
    });
    const missing = answers.map(({ filled }) => filled.missing);
    expect(missing).toEqual(missing.toSorted((a, b) => b - a));
    // Whoever draws anew draws the same, and finds none that is worse among those passed over.
    const drawn = await Promise.all(
      [5, 6].map((seed) =>
        ask<{ products: { id: string }[] }>(shop, `/v1/products?sample=random&seed=${seed}&limit=160`),
      ),
    );
    const pool = [...new Set(drawn.flatMap(({ products }) => products.map(({ id }) => id)))];
    const others = pool.filter((id) => !ids.includes(id)).slice(0, 64);
    const passed = await ask<{ answers: Answer[] }>(shop, '/v1/labels/test/bought-together/batch', {
      requests: others.map((product) => ({ product, overrides })),
    });
    const least = missing.at(-1) as number;
    expect(passed.answers.filter(({ filled }) => filled.missing > least)).toEqual([]);
    await shows(page, ids[0]);
    await expect.poll(() => page.locator('cmp-lists .hole').count()).toBe(missing[0]);
    clean();
    await page.context().close();
  });

  it('says how far it is with the worst filled, and can be cancelled and begun again', async () => {
    const { page, clean } = await open('/ui/config.json');
    const release: (() => void)[] = [];
    let asked = 0;
    // The first batch is answered at once, the others when the test wants it.
    await page.route('**/bought-together/batch', async (route) => {
      asked += 1;
      if (asked > 1) await new Promise<void>((resolve) => release.push(resolve));
      await route.continue().catch(() => {});
    });
    const rules = encodeURIComponent('{"filters":{"mine":{"keep":{"brand":"same"}}},"fallback":[]}');
    await page.goto(shop.at(`/ui/compare?sample=worst&b-rules=${rules}`));
    await page.getByText(/Asking for lists: 64 of 3\d\d/).waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('Cancelled.').waitFor();
    await page.unroute('**/bought-together/batch');
    for (const go of release) go();
    await page.getByRole('button', { name: 'Begin again' }).click();
    await expect.poll(() => page.locator('cmp-strip .where').textContent()).toBe('1 of 50');
    clean();
    await page.context().close();
  });

  it('walks through a list of ids, and passes over lists that are the same', async () => {
    const ids = popular.slice(10, 25);
    const { page, clean } = await open('/ui/compare?sample=ids');
    await page.getByText('No ids yet').waitFor();
    await page.locator('cmp-sample #ids').fill(ids.join(', '));
    await page.getByRole('button', { name: 'Walk through these' }).click();
    await shows(page, ids[0]);
    await expect.poll(() => page.locator('cmp-strip .where').textContent()).toBe('1 of 15');
    // With one place each, many lists are alike.
    const overrides = { limit: 1 };
    const rules = encodeURIComponent(JSON.stringify(overrides));
    await page.goto(`${page.url()}&a-rules=${rules}&b-rules=${rules}&changed=1`);
    const differ = await Promise.all(
      ids.map(async (id) => {
        const [now, then] = await Promise.all(
          ['production', 'test'].map((label) => listOf(shop, label, id, { overrides })),
        );
        return now?.items[0]?.id !== then?.items[0]?.id;
      }),
    );
    const wanted = ids.filter((_, at) => differ[at]);
    expect(wanted.length).toBeLessThan(ids.length);
    await shows(page, wanted[0]);
    await expect.poll(() => page.locator('cmp-strip .where').textContent()).toBe(`1 of ${wanted.length}`);
    clean();
    await page.context().close();
  });

  it('is wholly in its URL, and goes back', async () => {
    const category = 'Electronics';
    const { page, clean } = await open('/ui/compare');
    await shows(page, popular[0]);
    await page.locator('cmp-sample #kind').selectOption('category');
    await page.locator('cmp-sample #category').selectOption(category);
    await page.locator('cmp-side').nth(1).locator('#label').selectOption('production');
    await page.locator('cmp-side').nth(1).locator('#policy').selectOption('cart');
    await page.locator('cmp-sample #count').selectOption('20');
    await expect.poll(() => page.locator('cmp-strip .where').textContent()).toBe('1 of 20');
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => page.locator('cmp-strip .where').textContent()).toBe('2 of 20');
    const found = await ask<{ products: { id: string }[] }>(
      shop,
      `/v1/products?category=${category}&limit=20`,
    );
    const second = found.products[1]?.id as string;
    await shows(page, second);
    const sent = await open(new URL(page.url()).pathname + new URL(page.url()).search, 'Bo');
    await shows(sent.page, second);
    await expect.poll(() => sent.page.locator('cmp-strip .where').textContent()).toBe('2 of 20');
    const { items } = await listOf(shop, 'production', second, { policy: 'cart' });
    expect((await marksOf(sent.page, 'Proposed')).map(({ id }) => id)).toEqual(items.map(({ id }) => id));
    await page.goBack();
    await shows(page, found.products[0]?.id);
    clean();
    sent.clean();
    await Promise.all([page.context().close(), sent.page.context().close()]);
  });

  it('changes rules in a sheet, live', async () => {
    const { page, clean } = await open('/ui/compare?b=production');
    await page.getByText('Both sides are the same').waitFor();
    await page.getByRole('button', { name: 'change the rules of “Proposed”' }).click();
    const stock = page.locator('cmp-rules-sheet sp-rules').getByRole('checkbox', { name: 'price' });
    await stock.uncheck();
    await expect
      .poll(() => new URL(page.url()).searchParams.get('b-rules'))
      .toBe('{"filters":{"price":false}}');
    const shown = async () => (await marksOf(page, 'Proposed')).map(({ id }) => id);
    const { items } = await listOf(shop, 'production', popular[0] as string, {
      overrides: { filters: { price: false } },
    });
    await expect.poll(shown).toEqual(items.map(({ id }) => id));
    await page.getByRole('button', { name: 'Done' }).click();
    clean();
    await page.context().close();
  });

  it('explains its keys, and leaves them to a dialog that is open', async () => {
    const { page, clean } = await open('/ui/compare');
    await shows(page, popular[0]);
    await page.keyboard.press('?');
    await page.getByRole('heading', { name: 'Keys' }).waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('Escape');
    await page.getByRole('heading', { name: 'Keys' }).waitFor({ state: 'hidden' });
    await shows(page, popular[0]);
    clean();
    await page.context().close();
  });

  it.each([
    ['light', 1280],
    ['dark', 1280],
    ['light', 360],
    ['dark', 360],
  ] as const)('is accessible and fits: %s, %i wide', async (theme, width) => {
    const { page, clean } = await open(`/ui/compare?product=${popular[0]}`, 'Ada', {
      theme,
      width,
      height: 740,
    });
    await shows(page, popular[0]);
    await page.locator('cmp-summary .words').waitFor();
    await axeClean(page);
    const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(wider).toBeLessThanOrEqual(0);
    clean();
    await page.context().close();
  });
});
