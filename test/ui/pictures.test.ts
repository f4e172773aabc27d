// The pictures of docs/ui.md and of the README: each page with something on it. Made where SEPET_SCREENSHOTS=1 asks for them.

import { statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { get, json } from '../http/serving.ts';
import {
  describePages,
  type OpenOptions,
  openBrowser,
  type Pages,
  type Shop,
  screenshot,
  startShop,
} from './browser.ts';

const isKept = process.env.SEPET_SCREENSHOTS === '1';
const folder = fileURLToPath(new URL('../../docs/images/', import.meta.url));
const mostBytes = 250_000;
/** Long enough for the charts to have a shape. */
const trafficMs = 90_000;

let pages: Pages;
let shop: Shop;

/** The most ordered product that these words find. */
async function find(words: string): Promise<string> {
  const found = json(await get(shop.at(`/v1/products?q=${encodeURIComponent(words)}&limit=1`)));
  return (found as { products: { id: string }[] }).products[0]?.id ?? shop.product;
}

async function picture(
  name: string,
  path: string,
  until: (page: Page) => Promise<unknown>,
  options: OpenOptions = {},
): Promise<void> {
  const { page, clean } = await pages.open(shop.at(path), options);
  await until(page);
  await page.waitForLoadState('networkidle');
  const file = await screenshot(page, name, folder);
  expect(statSync(file).size).toBeLessThan(mostBytes);
  clean();
  await page.context().close();
}

const seen = (selector: string) => (page: Page) => page.locator(selector).first().waitFor();

/** Visitors who come in waves, some of them with wishes that leave little. */
async function traffic(forMs: number): Promise<void> {
  const listed = json(await get(shop.at('/v1/products?limit=300'))) as { products: { id: string }[] };
  const until = Date.now() + forMs;
  for (let i = 0; Date.now() < until; i++) {
    const visitors = Math.round(3 + 2 * Math.sin(i / 40));
    const asked = Array.from({ length: visitors }, (_, k) => {
      const id = listed.products[(i * i + 7 * k) % listed.products.length]?.id;
      const wish = (i + k) % 37 === 0 ? '?limit=60&priceMax=3000&category=Pets' : '';
      return get(shop.at(`/v1/products/${id}/bought-together${wish}`));
    });
    await Promise.all(asked);
    await sleep(100);
  }
}

const describePictures = isKept ? describePages : describe.skip;

describePictures('pictures of', () => {
  beforeAll(async () => {
    shop = await startShop({ flags: ['--recall-share', '0.2'] });
    pages = await openBrowser();
  });
  afterAll(async () => {
    await pages?.close();
    await shop?.stop();
  });

  it('Try', async () => {
    const product = await find('running shoes');
    await picture('ui-try', `/ui/try?product=${product}`, seen('page-try sp-product-card'));
  });

  it('Compare', () => picture('ui-compare', '/ui/compare', seen('page-compare sp-product-card')));

  it('Policies', () =>
    picture('ui-policies', '/ui/policies?policy=pdp', seen('page-policies pp-editor'), { height: 900 }));

  it('the shop', () =>
    picture('ui-shop', '/ui/shop/', (page) =>
      page.locator('bought-together').getByRole('link').first().waitFor(),
    ));

  it('the overview', { timeout: 300_000 }, async () => {
    const { page, clean } = await pages.open(shop.at('/ui/overview'), { height: 1240 });
    await traffic(trafficMs);
    await seen('ov-changes .tile')(page);
    await page.locator('ov-chart svg.live-plot').first().waitFor();
    const file = await screenshot(page, 'ui-overview', folder);
    expect(statSync(file).size).toBeLessThan(mostBytes);
    clean();
  });
});
