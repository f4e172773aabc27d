// Where the widget has nothing to show it disturbs nothing: dead, slow and odd endpoints, products that are not there, lists that
// are no longer wanted, a module that is loaded twice.

import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describePages, openBrowser, type Pages, type Shop, startShop } from './browser.ts';
import {
  openSite,
  otherHost,
  type PageParts,
  pause,
  type ShopSite,
  type Told,
  tells,
  told,
} from './shop-site.ts';

/** What the browser itself writes of an address that does not answer well; no page can keep it from that. */
const failedLoad = /Failed to load resource|blocked by CORS policy/;

describePages('the widget with nothing to show', () => {
  let pages: Pages;
  let shop: Shop;
  let site: ShopSite;
  beforeAll(async () => {
    shop = await startShop({ flags: ['--cors', '*'] });
    site = await openSite(shop.url);
    pages = await openBrowser();
  });
  afterAll(async () => {
    await pages?.close();
    await site?.close();
    await shop?.stop();
  });

  const tag = (attributes: string): string => `<bought-together ${attributes}></bought-together>`;
  const open = (body: string, parts?: PageParts) => pages.open(site.page(body, parts));
  const sizeOf = (page: Page) =>
    page
      .locator('bought-together')
      .first()
      .evaluate((one) => one.getBoundingClientRect().height);

  it.each([
    ['dead', () => 'http://127.0.0.1:1', 'unreachable'],
    ['no JSON', () => `${site.url}/bad`, 'invalid'],
    ['no list', () => `${site.url}/odd/`, 'invalid'],
    ['no address', () => 'http://', 'unreachable'],
    ['slow', () => `${site.url}/slow`, 'timeout'],
    ['forbidden by the page', () => 'http://127.0.0.2:9', 'unreachable'],
  ])('shows nothing where the endpoint is %s', async (name, endpoint, reason) => {
    // Who answers, however badly, is waited for on a busy machine.
    const timeoutMs = reason === 'timeout' ? 300 : 10_000;
    const attributes = `product="P1" endpoint="${endpoint()}" timeout-ms="${timeoutMs}"`;
    const body = `<p>before</p>${tag(attributes)}<p>after</p>`;
    const { page, clean } = await open(body);
    // Any other reason than the limit comes before it.
    const [{ detail }] = (await tells(page, 'sepet-empty')) as [Told];
    expect(detail).toEqual({ products: ['P1'], reason });
    await expect.poll(() => sizeOf(page)).toBe(0);
    expect(await page.locator('bought-together').getAttribute('state')).toBe('empty');
    if (name === 'slow') await expect.poll(() => site.open.size).toBe(0);
    clean(otherHost, failedLoad, ...(name.startsWith('forbidden') ? [/violates the|^CSP: connect-src/] : []));
  });

  it('keeps to its limit, and gives the connection back', async () => {
    const { page } = await open(tag(''));
    // Two that ask at once: the limit of one passes well before that of the other, however busy the machine is.
    const [first, second] = await page.evaluate(async (endpoint) => {
      const ended: { limitMs: number; passedMs: number }[] = [];
      const limited = (limitMs: number): Promise<void> => {
        const widget = document.body.appendChild(document.createElement('bought-together'));
        const startedMs = performance.now();
        const empty = new Promise<void>((resolve) =>
          widget.addEventListener('sepet-empty', () => {
            ended.push({ limitMs, passedMs: performance.now() - startedMs });
            resolve();
          }),
        );
        widget.setAttribute('timeout-ms', String(limitMs));
        widget.setAttribute('endpoint', endpoint);
        widget.setAttribute('product', 'P1');
        return empty;
      };
      await Promise.all([limited(3000), limited(400)]);
      return ended;
    }, `${site.url}/slow`);
    expect([first?.limitMs, second?.limitMs]).toEqual([400, 3000]);
    expect(first?.passedMs).toBeGreaterThan(350);
    expect(second?.passedMs).toBeGreaterThan(2950);
    await expect.poll(() => site.open.size).toBe(0);
  });

  it('shows nothing of a product that is not known, unless popular ones will do', async () => {
    const { page, clean } = await open(tag('product="no such product" timeout-ms="10000"'));
    const [{ detail }] = (await tells(page, 'sepet-empty')) as [Told];
    expect(detail).toEqual({ products: ['no such product'], reason: 'refused' });
    expect(await sizeOf(page)).toBe(0);
    await page.locator('bought-together').evaluate((element) => element.setAttribute('fallback', ''));
    const [{ detail: list }] = (await tells(page, 'sepet-rendered')) as [Told];
    expect(list.items.length).toBeGreaterThan(0);
    expect(await sizeOf(page)).toBeGreaterThan(100);
    clean(otherHost, failedLoad);
  });

  it('asks for a basket as a whole, and for several by themselves', async () => {
    const ids = (await (await fetch(`${shop.url}/v1/products?limit=3`)).json()) as {
      products: { id: string }[];
    };
    const [first = '', second = '', third = ''] = ids.products.map(({ id }) => id);
    const attributes = 'placement="cart" limit="4" timeout-ms="10000"';
    const two = tag(`product="${first}, ${second}" exclude="${third}" ${attributes}`);
    const { page, clean } = await open(two + tag(`product="${third}" ${attributes}`));
    const lists = await tells(page, 'sepet-rendered', 2);
    const basket = lists.find(({ detail }) => (detail.products as string[]).length === 2);
    expect(basket?.detail).toMatchObject({ products: [first, second], policy: 'cart@1' });
    const body = { products: [first, second], exclude: [third], placement: 'cart', limit: 4 };
    const answer = await fetch(`${shop.url}/v1/bought-together`, {
      ...{ method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) },
    });
    const { items } = (await answer.json()) as { items: { id: string }[] };
    expect(basket?.detail.items.map(({ id }) => id)).toEqual(items.map(({ id }) => id));
    // Ids with commas are given as a list.
    await page
      .locator('bought-together')
      .first()
      .evaluate(
        (element, products) => {
          Object.assign(element, { products });
        },
        [third, first],
      );
    const [, , third_] = (await tells(page, 'sepet-rendered', 3)) as [Told, Told, Told];
    expect(third_.detail.products).toEqual([third, first]);
    clean(otherHost);
  });

  it('drops what is no longer wanted', async () => {
    const { page, clean } = await open(tag(`endpoint="${site.url}/slow" product="P1" timeout-ms="60000"`));
    const before = () => site.open.size;
    await expect.poll(before).toBe(1);
    const asked = site.asked();
    const widget = page.locator('bought-together');
    // Several changes at once are one question, and the former one is given up.
    await widget.evaluate((element) => {
      element.setAttribute('product', 'P2');
      element.setAttribute('limit', '3');
      element.setAttribute('heading', 'Another');
    });
    await expect.poll(() => site.asked()).toBe(asked + 1);
    await expect.poll(before).toBe(1);
    // Moved in the page: asked again. Taken out of it: given up.
    await widget.evaluate((element) => document.body.prepend(element));
    await expect.poll(() => site.asked()).toBe(asked + 2);
    await widget.evaluate((element) => element.remove());
    await expect.poll(before).toBe(0);
    await pause(300);
    expect(site.asked()).toBe(asked + 2);
    expect(await told(page)).toEqual([]);
    clean(otherHost);
  });

  it('shows the new product in place of the old one, without a gap', async () => {
    const ids = (await (await fetch(`${shop.url}/v1/products?limit=2`)).json()) as {
      products: { id: string }[];
    };
    const [first = '', second = ''] = ids.products.map(({ id }) => id);
    const { page, clean } = await open(tag(`product="${first}" limit="3" timeout-ms="10000"`));
    await tells(page, 'sepet-rendered');
    const heights = await page.evaluate(async (product) => {
      const widget = document.querySelector('bought-together') as HTMLElement;
      const seen: number[] = [];
      const done = new Promise((resolve) =>
        widget.addEventListener('sepet-rendered', resolve, { once: true }),
      );
      let isDone = false;
      void done.then(() => {
        isDone = true;
      });
      widget.setAttribute('product', product);
      while (!isDone) {
        await new Promise(requestAnimationFrame);
        seen.push(widget.getBoundingClientRect().height);
      }
      return seen;
    }, second);
    expect(Math.min(...heights)).toBeGreaterThan(100);
    await page.locator('bought-together').evaluate((element) => element.removeAttribute('product'));
    await expect.poll(() => sizeOf(page)).toBe(0);
    clean(otherHost);
  });

  it('may be loaded twice', async () => {
    const scripts = ['/ui/widget.js', '/ui/widget.js?again'];
    // Each brings a Lit of its own, and with it a policy of the same name.
    const policy = `${site.policy} 'allow-duplicates'`;
    const { page, clean } = await open(tag(`product="${shop.product}" timeout-ms="10000"`), {
      scripts,
      policy,
    });
    await tells(page, 'sepet-rendered');
    await page.waitForLoadState('networkidle');
    expect(await told(page)).toHaveLength(1);
    clean(otherHost);
  });
});
