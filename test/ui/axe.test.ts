// No page keeps anybody out: axe finds nothing serious in either theme, with content loaded, with a dialog open, on a phone.

import type { Page } from 'playwright-core';
import { afterAll, beforeAll, it } from 'vitest';
import {
  axeClean,
  describePages,
  openBrowser,
  type Pages,
  type Shop,
  startShop,
  type Theme,
} from './browser.ts';

let pages: Pages;
let shop: Shop;

interface View {
  readonly name: string;
  path(): string;
  /** Brings the page to the state that is looked at. */
  until(page: Page): Promise<unknown>;
}

const seen = (page: Page, selector: string): Promise<void> => page.locator(selector).first().waitFor();

async function signIn(page: Page): Promise<void> {
  await page.getByRole('button', { name: /operator/i }).click();
  await page.getByRole('dialog').waitFor();
}

const views: readonly View[] = [
  { name: 'Try, with nothing chosen', path: () => '/ui/try', until: (page) => seen(page, 'page-try h1') },
  {
    name: 'Try, with an answer',
    path: () => `/ui/try?product=${shop.product}`,
    until: (page) => seen(page, 'page-try sp-product-card'),
  },
  {
    name: 'Try, with a product that there is not',
    path: () => '/ui/try?product=nothing-of-the-kind',
    until: (page) => seen(page, 'page-try sp-error'),
  },
  { name: 'Compare', path: () => '/ui/compare', until: (page) => seen(page, 'page-compare sp-product-card') },
  { name: 'Policies', path: () => '/ui/policies', until: (page) => seen(page, 'page-policies h1') },
  {
    name: 'Policies, with the form of one',
    path: () => '/ui/policies?policy=pdp&view=form',
    until: (page) => seen(page, 'pp-editor pp-form'),
  },
  {
    name: 'Policies, with the text of one',
    path: () => '/ui/policies?policy=pdp&view=yaml',
    until: (page) => seen(page, 'pp-editor .cm-content'),
  },
  { name: 'Overview', path: () => '/ui/overview', until: (page) => seen(page, 'ov-changes .tile') },
  { name: 'Shop', path: () => '/ui/shop/', until: (page) => page.locator('bought-together').waitFor() },
  { name: 'the operator dialog', path: () => '/ui/try', until: signIn },
];

async function look({ path, until }: View, options: { theme: Theme; width?: number }): Promise<void> {
  const { page, clean } = await pages.open(shop.at(path()), options);
  await until(page);
  await page.waitForLoadState('networkidle');
  await axeClean(page);
  clean(/status of 404/);
  await page.context().close();
}

describePages('axe finds nothing serious on', () => {
  beforeAll(async () => {
    shop = await startShop();
    pages = await openBrowser();
  });
  afterAll(async () => {
    await pages?.close();
    await shop?.stop();
  });

  it.each(views)('$name, light', (view) => look(view, { theme: 'light' }));

  // In the dark on a phone, where pages have another shape.
  const pagesAlone = views.filter(({ name }) => /answer|Compare|form|Overview|Shop|dialog/.test(name));
  it.each(pagesAlone)('$name, dark, on a phone', (view) => look(view, { theme: 'dark', width: 360 }));
});
