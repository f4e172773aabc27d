// Try on the demo shop: what it shows is what the API answers, whatever hand moves it.

import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { createClient, type RecommendAnswer } from '../../src/client/index.ts';
import { get, json } from '../http/serving.ts';
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

let pages: Pages;
let shop: Shop;
let opened: Opened;
let popular: string;

async function open(search = '', options: OpenOptions = {}): Promise<Page> {
  opened = await pages.open(shop.at(`/ui/try${search}`), options);
  await opened.page.getByRole('heading', { name: 'Try', level: 1 }).waitFor();
  return opened.page;
}

const poll = <T>(read: () => T | Promise<T>) => expect.poll(read);
const shownIds = (page: Page): Promise<string[]> =>
  page
    .locator('try-results ol > li')
    .evaluateAll((cards) => cards.map((card) => card.getAttribute('data-id') ?? ''));

const paramsOf = (page: Page): URLSearchParams => new URL(page.url()).searchParams;

/** What the API answers to what the URL of the page says. */
async function answerOf(page: Page): Promise<RecommendAnswer> {
  const params = paramsOf(page);
  const [product = '', ...others] = params.getAll('product');
  const rules = params.get('rules');
  const client = createClient({ url: shop.url, timeoutMs: 30_000 });
  const asked = {
    explain: true,
    ...(rules !== null && { overrides: JSON.parse(rules) }),
    ...(params.has('policy') && { policy: String(params.get('policy')) }),
    ...(params.has('brand') && { brand: params.getAll('brand') }),
  };
  const label = params.get('label');
  return client.boughtTogether(
    others.length > 0 ? [product, ...others] : product,
    asked,
    label === null ? {} : { label },
  );
}

const idsOf = ({ items }: RecommendAnswer): string[] => items.map(({ id }) => id);

/** Waits until the list is the answer to the URL, which may change once more while it is looked at. */
const followsApi = (page: Page): Promise<RecommendAnswer> =>
  vi.waitFor(
    async () => {
      const answer = await answerOf(page);
      expect(await shownIds(page)).toEqual(idsOf(answer));
      return answer;
    },
    { timeout: 30_000 },
  );

const rule = (page: Page, name: string) => page.getByRole('region', { name: `Rule ${name}`, exact: true });
const search = (page: Page) => page.getByRole('combobox', { name: /^Find a product/ });

/** What a product search has found. */
const found = (page: Page) => page.locator('sp-product-search [role=option]').filter({ visible: true });

/** The list is the answer to what is typed: an earlier one, of fewer letters, comes first. */
const settled = (page: Page, field = search(page)) =>
  page
    .locator('sp-product-search')
    .filter({ has: field })
    .locator('[role=listbox][aria-busy=false]')
    .waitFor();

describePages('Try', () => {
  beforeAll(async () => {
    shop = await startShop();
    pages = await openBrowser();
    const listed = json(await get(shop.at('/v1/products?limit=1'))) as { products: { id: string }[] };
    popular = String(listed.products[0]?.id);
  });
  afterEach(() => opened.page.context().close());
  afterAll(async () => {
    await pages?.close();
    await shop?.stop();
  });

  it('begins with what is ordered most, and says what to do', async () => {
    const page = await open();
    await page.getByText('Find a product to begin').waitFor();
    await poll(() => page.locator('page-try .main > ul.grid sp-product-card').count()).toBe(12);
    opened.clean();
  });

  it('finds a product as one types, by title, brand and id, and shows its list', async () => {
    const page = await open();
    await search(page).pressSequentially('lapt', { delay: 20 });
    const options = found(page);
    await settled(page);
    await options.first().waitFor();
    expect((await options.allTextContents()).every((text) => /lapt/i.test(text))).toBe(true);
    expect(await search(page).getAttribute('aria-expanded')).toBe('true');
    await page.keyboard.press('ArrowDown');
    const chosen = options.nth(1);
    expect(await chosen.getAttribute('aria-selected')).toBe('true');
    const title = await chosen.locator('.title').textContent();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: title ?? '', level: 2, exact: true }).waitFor();
    await followsApi(page);
    await search(page).fill(popular);
    await settled(page);
    await poll(async () => (await options.first().textContent())?.includes(popular)).toBe(true);
    await options.first().click();
    await poll(() => paramsOf(page).get('product')).toBe(popular);
    await followsApi(page);
    await screenshot(page, 'ui-try');
    opened.clean();
  });

  it('keeps what an arrow key marked when the list comes anew, and takes it', async () => {
    const page = await open();
    await search(page).pressSequentially('lapto');
    await settled(page);
    let answer = (): void => {};
    const held = new Promise<void>((resolve) => {
      answer = resolve;
    });
    await page.route('**/v1/products?*', async (route) => {
      await held;
      await route.continue();
    });
    // The answer to one more letter, the same list again, is under way while one picks from the list that is there.
    await search(page).press('p');
    await search(page).press('ArrowDown');
    await search(page).press('ArrowDown');
    const marked = page.locator('sp-product-search [aria-selected=true] .title');
    const title = await marked.textContent();
    answer();
    await settled(page);
    await poll(() => marked.textContent()).toBe(title);
    await page.unroute('**/v1/products?*');
    await search(page).press('Enter');
    await page.getByRole('heading', { name: title ?? '', level: 2, exact: true }).waitFor();
    opened.clean();
  });

  it('shows the list of a changed rule, what moved, and the policy again after a reset', async () => {
    const page = await open('?product=P100000');
    const before = idsOf(await followsApi(page));
    await rule(page, 'same-kind').getByRole('checkbox', { name: 'Rule same-kind is on' }).uncheck();
    const highest = rule(page, 'price').getByRole('spinbutton', { name: /highest/ });
    await highest.fill('0.01');
    await highest.press('Tab');
    await poll(() => paramsOf(page).get('rules') ?? '').toContain('"max":0.01');
    expect(JSON.parse(paramsOf(page).get('rules') ?? '')).toMatchObject({
      filters: { 'same-kind': false, price: { keep: { priceRatio: { max: 0.01 } } } },
    });
    const after = idsOf(await followsApi(page));
    expect(after).not.toEqual(before);
    await rule(page, 'price').getByText('changed', { exact: true }).waitFor();
    const isNew = after.filter((id) => !before.includes(id)).length;
    await poll(() => page.locator('try-results .mark', { hasText: /^new$/ }).count()).toBe(isNew);
    await rule(page, 'price').getByRole('button', { name: 'Reset rule price' }).click();
    await poll(() => paramsOf(page).get('rules')).toBe('{"filters":{"same-kind":false}}');
    await page.getByRole('button', { name: 'Reset all' }).click();
    await poll(() => paramsOf(page).get('rules')).toBe(null);
    await poll(() => shownIds(page)).toEqual(before);
    opened.clean();
  });

  it('adds filters and boosts of its own, and takes a source away', async () => {
    const page = await open('?product=P100000');
    const before = idsOf(await followsApi(page));
    await page.getByRole('combobox', { name: 'Add a filter' }).selectOption('brand');
    await rule(page, 'try-brand').getByText('Drops what is', { exact: false }).waitFor();
    await followsApi(page);
    await page.getByRole('combobox', { name: 'Add to the ranking' }).selectOption('boost-category');
    await rule(page, 'try-boost-category').waitFor();
    await page.locator('summary', { hasText: 'Candidates' }).click();
    await page.getByRole('checkbox', { name: /^Vectors/ }).uncheck();
    await poll(() => paramsOf(page).get('rules')).toContain('"source":["cooccurrence"]');
    const answer = await followsApi(page);
    expect(idsOf(answer)).not.toEqual(before);
    expect(answer.filled.from.embedding).toBeUndefined();
    await rule(page, 'try-brand').getByRole('button', { name: 'Remove rule try-brand' }).click();
    await poll(() => rule(page, 'try-brand').count()).toBe(0);
    await followsApi(page);
    opened.clean();
  });

  it('accounts for every candidate, says why a product is there and why others are not', async () => {
    const page = await open('?product=P100000');
    const { items, filled, explain } = await followsApi(page);
    const funnel = page.locator('sp-funnel');
    await poll(() => funnel.getByRole('row', { name: /^Looked at/ }).textContent()).toContain(
      String(explain?.candidates),
    );
    for (const [name, count] of Object.entries(filled.filteredBy ?? {}))
      await poll(() => funnel.getByRole('row', { name: new RegExp(`^${name} `) }).textContent()).toContain(
        `−${count}`,
      );
    const card = page.locator(`try-results li[data-id="${items[0]?.id}"]`);
    await card.focus();
    await page.keyboard.press('w');
    await card.locator('dl.why').waitFor();
    const said = await card.locator('dl.why .sum').last().textContent();
    expect(Number.parseFloat(said?.replace(/[^\d.-]/g, '') ?? '')).toBeCloseTo(
      explain?.items[0]?.total ?? Number.NaN,
      2,
    );
    const [dropped] = explain?.dropped ?? [];
    await funnel.getByRole('button', { name: dropped?.rule ?? '', exact: true }).click();
    const group = page.locator(`try-dropped details[data-rule="${dropped?.rule}"]`);
    const example = explain?.looked.find(({ drop }) => drop?.rule === dropped?.rule);
    await group.locator(`a[href*="${example?.id}"]`).waitFor();
    await screenshot(page, 'ui-try-why');
    opened.clean();
  });

  it('makes a basket of several products, whose first one is compared with', async () => {
    const page = await open('?product=P100000');
    const [first, second] = idsOf(await followsApi(page));
    await page
      .locator(`try-results li[data-id="${first}"]`)
      .getByRole('button', { name: /to the basket$/ })
      .click();
    await poll(() => paramsOf(page).getAll('product')).toEqual(['P100000', first]);
    const basket = await followsApi(page);
    expect(basket.basket).toEqual([first]);
    await page.getByText('First of the basket: rules compare with this one.').waitFor();
    const adding = page.getByRole('combobox', { name: 'Add one to the basket' });
    await adding.fill(second ?? '');
    await settled(page, adding);
    await found(page)
      .filter({ hasText: second ?? '' })
      .first()
      .click();
    await poll(() => paramsOf(page).getAll('product').length).toBe(3);
    await followsApi(page);
    await page
      .getByRole('button', { name: /^Put .* first$/ })
      .first()
      .click();
    await poll(() => paramsOf(page).getAll('product')[0]).toBe(first);
    const { explain } = await followsApi(page);
    await page.locator('try-results li').first().getByRole('button', { name: /^Why/ }).click();
    await poll(() => page.locator('try-results dl.why').nth(1).locator('div').count()).toBe(
      explain?.items[0]?.byProduct?.length,
    );
    opened.clean();
  });

  it('is restored by its URL, and goes back', async () => {
    const rules = JSON.stringify({ limit: 4, filters: { 'same-kind': false } });
    const page = await open(`?product=P100000&policy=cart&rules=${encodeURIComponent(rules)}`);
    await poll(async () => (await shownIds(page)).length).toBe(4);
    const before = idsOf(await followsApi(page));
    await poll(() => page.getByRole('combobox', { name: 'Policy', exact: true }).inputValue()).toBe(
      'policy:cart',
    );
    await poll(() => rule(page, 'same-kind').getByRole('checkbox').first().isChecked()).toBe(false);
    await page.locator('try-results li').first().getByRole('link').click();
    await poll(() => paramsOf(page).get('product')).toBe(before[0]);
    await followsApi(page);
    await page.goBack();
    await poll(() => paramsOf(page).get('product')).toBe('P100000');
    await poll(() => shownIds(page)).toEqual(before);
    opened.clean();
  });

  it('answers by another label, with its policy', async () => {
    const page = await open('?product=P100000');
    await followsApi(page);
    await page.getByRole('combobox', { name: 'Label' }).selectOption('test');
    await poll(() => paramsOf(page).get('label')).toBe('test');
    await rule(page, 'worth-it').waitFor();
    await followsApi(page);
    opened.clean();
  });

  it('narrows as a shopper does', async () => {
    const page = await open('?product=P100000');
    const { items } = await followsApi(page);
    await page.getByText('As a shopper filters').click();
    const brands = page.getByRole('combobox', { name: 'Only these brands' });
    const { brand } = json(await get(shop.at(`/v1/products/${items[0]?.id}`))) as { brand: string };
    await brands.fill(brand);
    await brands.press('Enter');
    await poll(() => paramsOf(page).getAll('brand')).toEqual([brand]);
    await followsApi(page);
    opened.clean();
  });

  it('is walked by keyboard alone', async () => {
    const page = await open();
    await page.keyboard.press('/');
    await poll(() =>
      search(page).evaluate((field) => field === (field.getRootNode() as ShadowRoot).activeElement),
    ).toBe(true);
    await page.keyboard.type('mouse');
    await settled(page);
    await found(page).first().waitFor();
    await page.keyboard.press('Enter');
    await poll(() => paramsOf(page).has('product')).toBe(true);
    const ids = idsOf(await followsApi(page));
    await page.locator('try-results li').first().focus();
    await page.keyboard.press('ArrowRight');
    const focused = () =>
      page
        .locator('try-results')
        .evaluate((list) => list.shadowRoot?.activeElement?.getAttribute('data-id') ?? '');
    await poll(focused).toBe(ids[1]);
    await page.keyboard.press('Enter');
    await poll(() => paramsOf(page).get('product')).toBe(ids[1]);
    await followsApi(page);
    opened.clean();
  });

  it('fits a phone', async () => {
    const page = await open('?product=P100000', { width: 360, height: 740 });
    await followsApi(page);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
    await page.locator('try-results li').first().getByRole('button', { name: /^Why/ }).click();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
    await screenshot(page, 'ui-try-phone');
    opened.clean();
  });

  it('says what to do where a product is unknown, nothing passes, or a rule is refused', async () => {
    const page = await open('?product=NOPE');
    await page.getByText('There is no product "NOPE"').waitFor();
    await page.getByRole('button', { name: 'Show popular products instead' }).click();
    await poll(async () => (await shownIds(page)).length).toBeGreaterThan(0);
    const nothing = JSON.stringify({ filters: { none: { keep: { price: { max: 0 } } } } });
    await page.goto(shop.at(`/ui/try?product=P100000&rules=${encodeURIComponent(nothing)}`));
    await page.getByText('Nothing passes the rules').waitFor();
    await page.getByText('loosen it or switch it off').waitFor();
    await page.goto(shop.at(`/ui/try?product=P100000&rules=${encodeURIComponent('{"limt":3}')}`));
    await page.getByText('Did you mean "limit"?', { exact: false }).waitFor();
    opened.clean(/status of 40[04]/);
  });

  it('says so where the server is away, and goes on when it is back', async () => {
    const page = await open('?product=P100000');
    await followsApi(page);
    await page.context().setOffline(true);
    await rule(page, 'stock').getByRole('checkbox').first().uncheck();
    await page.getByText('Is it running?', { exact: false }).waitFor();
    await page.context().setOffline(false);
    await page.getByRole('button', { name: 'Try again' }).click();
    await followsApi(page);
    opened.clean(/ERR_INTERNET_DISCONNECTED/);
  });
});
