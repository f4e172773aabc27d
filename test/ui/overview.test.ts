// The overview on a server with real traffic: what it shows is what /metrics, the manifest and the store say.

import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { get, json } from '../http/serving.ts';
import { sepet } from '../shops.ts';
import {
  describePages,
  type Opened,
  openBrowser,
  type Pages,
  type Shop,
  screenshot,
  startShop,
} from './browser.ts';

const token = 'overview-token-0123456789';
let pages: Pages;
let shop: Shop;
let opened: Opened;

async function overview(search = '', options = {}): Promise<Page> {
  opened = await pages.open(shop.at(`/ui/overview${search}`), options);
  await opened.page.getByRole('heading', { name: 'Overview' }).waitFor();
  return opened.page;
}

const ids: string[] = [];

/** Asks for each of the first products so often, one after the other. */
async function traffic(products: number, times: number, query = ''): Promise<void> {
  for (let i = 0; i < times; i++)
    for (const id of ids.slice(0, products)) await get(shop.at(`/v1/products/${id}/bought-together${query}`));
}

async function metric(name: string): Promise<number> {
  const text = (await get(shop.at('/metrics'))).body.toString();
  const found = text.split('\n').filter((line) => line.startsWith(name));
  return found.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

const poll = <T>(read: () => T | Promise<T>) => expect.poll(read);

/** The chart with this heading. */
const chart = (page: Page, heading: string) => page.locator('ov-chart figure').filter({ hasText: heading });

describePages('the overview', () => {
  beforeAll(async () => {
    shop = await startShop({ flags: ['--recall-share', '1'] });
    pages = await openBrowser();
    const listed = json(await get(shop.at('/v1/products?limit=40'))) as { products: { id: string }[] };
    ids.push(...listed.products.map(({ id }) => id));
  });
  afterEach(() => opened.page.context().close());
  afterAll(async () => {
    await pages?.close();
    await shop?.stop();
  });

  it('waits for the first requests, and says so', async () => {
    const page = await overview();
    await poll(() => chart(page, 'Requests a second').textContent()).toContain('Waiting for the first');
    await page.getByText('Ready for traffic', { exact: true }).waitFor();
    expect(await page.locator('ov-chart svg.live-plot').count()).toBe(0);
    opened.clean();
  });

  it('draws what /metrics counts', async () => {
    const page = await overview();
    await traffic(40, 3);
    await traffic(3, 1, '?priceMax=3000&category=Pets&limit=50');
    const requests = chart(page, 'Requests a second');
    const rate = requests.locator('dd').first();
    // Rates are those of the last seconds: there must be requests in them when they are looked at.
    await poll(async () => {
      await traffic(3, 1);
      return (await rate.count()) === 0 ? 0 : Number(await rate.textContent().then(parseLeading));
    }).toBeGreaterThan(0);
    await requests.locator('[aria-label=line] path').first().waitFor({ state: 'attached' });
    await poll(async () => {
      await traffic(3, 1);
      return chart(page, 'Response time').locator('dd').last().textContent();
    }).toMatch(/^[\d.,]+ ms$/);
    const count = await metric(
      'sepet_http_request_duration_seconds_count{route="/v1/products/{id}/bought-together"',
    );
    await poll(() => requests.locator('.note').textContent()).toContain(`${count} requests since`);
    const asked = await Promise.all(['hit', 'joined', ''].map((result) => cacheRequests(result)));
    const share = Math.round((100 * ((asked[0] ?? 0) + (asked[1] ?? 0))) / (asked[2] ?? 1));
    await poll(() => chart(page, 'Answered from the cache').locator('.note').textContent()).toContain(
      `${share}%`,
    );
    const short = await metric('sepet_fill_short_answers_total');
    if (short > 0)
      await poll(() => chart(page, 'came out short').locator('.note').textContent()).toContain(
        `${short} short list`,
      );
    opened.clean();
  });

  it('shows live recall, and every chart as a table', async () => {
    const page = await overview();
    await traffic(40, 1, '?limit=9');
    const recall = chart(page, 'Live recall');
    // The thread that compares stands back behind all others of the machine.
    await expect.poll(() => recall.locator('dd').count(), { timeout: 90_000 }).toBe(1);
    expect(await recall.locator('.note').textContent()).toMatch(/^[\d.]+% over \d+ checked answers/);
    await recall.getByText('As a table').click();
    const rows = recall.locator('tbody tr');
    await poll(() => rows.count()).toBeGreaterThan(1);
    await poll(() => rows.first().textContent()).toMatch(/%/);
    opened.clean();
  });

  it('rests while nobody looks', async () => {
    const page = await overview();
    const asked: string[] = [];
    await poll(() => page.getByText('Ready for traffic', { exact: true }).count()).toBe(1);
    await page.evaluate(() => {
      Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    });
    page.on('request', (request) => void asked.push(request.url()));
    await page.waitForTimeout(4500);
    expect(asked.filter((url) => url.endsWith('/metrics'))).toEqual([]);
    await page.evaluate(() => {
      Object.defineProperty(document, 'visibilityState', { value: 'visible', configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    });
    await poll(() => asked.some((url) => url.endsWith('/metrics'))).toBe(true);
    opened.clean();
  });

  it('tells the manifest and its figures', async () => {
    const page = await overview();
    const { manifest } = json(await get(shop.at('/v1/artifact'))) as {
      manifest: {
        name: string;
        counts: { products: number };
        metrics: { methods: { word2vec: { fbt: { hitRateAt10: number } } } };
      };
    };
    const served = page.locator('section.served');
    for (const part of [
      `Served now: ${manifest.name}`,
      manifest.counts.products.toLocaleString('en-GB'),
      'pdp@2 (usual)',
    ])
      await poll(() => served.textContent()).toContain(part);
    const { hitRateAt10 } = manifest.metrics.methods.word2vec.fbt;
    const row = page.locator('section.figures tr').filter({ hasText: 'At least one right' });
    await poll(() => row.locator('td').first().textContent()).toBe(`${(100 * hitRateAt10).toFixed(1)}%`);
    opened.clean();
  });

  it('tells labels, their history, and what the last revision changed', async () => {
    const page = await overview();
    const labels = page.getByRole('list', { name: 'Labels' });
    await labels.waitFor();
    await poll(() => labels.getByRole('listitem').count()).toBe(2);
    const history = page.locator('ov-releases tbody tr');
    await poll(() => history.first().textContent()).toContain('promoted from test@2');
    await poll(() => history.first().textContent()).toContain('looked good for a week');
    const diff = JSON.parse(
      sepet('diff', 'production@1', 'production', '--store', shop.store, '--json', '--products', '300'),
    ) as { products: { added: number }; lists: { compared: number; changed: number } };
    const changes = page.locator('ov-changes');
    await poll(() => changes.locator('.tile').count()).toBe(4);
    const { compared, changed } = diff.lists;
    await poll(() => changes.locator('.tile .big').allTextContents()).toEqual([
      `+${diff.products.added} / −0`,
      `${Math.round((100 * changed) / compared)}%`,
      expect.stringMatching(/^\d+%$/),
      '2',
    ]);
    opened.clean();
  });

  it('keeps label and sides in the URL, and goes back', async () => {
    const page = await overview('?label=test');
    await page.getByRole('heading', { name: 'History of test' }).waitFor();
    await page.getByRole('link', { name: 'What changed with revision 3' }).click();
    await poll(() => page.getByLabel('Before', { exact: true }).inputValue()).toBe('test@2');
    await poll(() => new URL(page.url()).search).toBe('?label=test&from=test@2&to=test@3');
    await page.getByLabel('Before', { exact: true }).selectOption('production');
    await poll(() => new URL(page.url()).searchParams.get('from')).toBe('production');
    await page.goBack();
    await poll(() => page.getByLabel('Before', { exact: true }).inputValue()).toBe('test@2');
    const copy = await page.context().newPage();
    await copy.goto(page.url());
    await poll(() => copy.getByLabel('Before', { exact: true }).inputValue()).toBe('test@2');
    opened.clean();
  });

  it('says by itself when another release comes to be served', async () => {
    const page = await overview();
    await page.locator('section.served').getByText('revision 2').waitFor();
    sepet('promote', 'test', 'production', '--store', shop.store, '--why', 'goes live while somebody looks');
    await poll(() => page.locator('section.served').textContent()).toContain('week-40');
    await poll(() => page.locator('ov-releases tbody tr').first().textContent()).toContain('goes live while');
    sepet('rollback', 'production', '--store', shop.store, '--why', 'back again');
    await poll(() => page.locator('section.served').textContent()).toContain('week-39');
    opened.clean();
  });

  it('fits a phone', async () => {
    const page = await overview('', { width: 360, height: 740, theme: 'dark' });
    await page.getByRole('list', { name: 'Labels' }).waitFor();
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(wide).toBeLessThanOrEqual(360);
    await screenshot(page, 'ui-overview-phone');
    opened.clean();
  });

  it('says so when the server is gone', async () => {
    const other = await startShop();
    opened = await pages.open(other.at('/ui/overview'));
    await opened.page.getByText('Ready for traffic', { exact: true }).waitFor();
    await other.stop();
    await opened.page.getByText('The server does not answer').waitFor();
    opened.clean(/Failed to load resource/);
  });
});

describePages('the overview with a token', () => {
  beforeAll(async () => {
    shop = await startShop({ token });
    pages = await openBrowser();
  });
  afterAll(async () => {
    await pages?.close();
    await shop?.stop();
  });

  it('asks for it when somebody wants the history', async () => {
    const page = await overview();
    await page.getByRole('button', { name: 'Show history' }).click();
    await page.getByLabel(/token/i).fill(token);
    await page
      .getByLabel(/who|name/i)
      .first()
      .fill('Ada');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'History of production' }).waitFor();
    opened.clean(/401/);
  });
});

const parseLeading = (text: string | null): string => /[\d.,]+/.exec(text ?? '')?.[0]?.replace(',', '') ?? '';

const cacheRequests = (result: string): Promise<number> =>
  metric(`sepet_cache_requests_total${result === '' ? '' : `{result="${result}"}`}`);
