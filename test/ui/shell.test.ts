// The shell of the pages: what it weighs, how one gets about, and what it keeps.

import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { describePages, type Opened, openBrowser, type Pages, type Shop, startShop } from './browser.ts';

const mostBytes = 150_000;
const token = 'shell-token-0123456789';

let pages: Pages;
let shop: Shop;
let opened: Opened;

async function open(path: string, options = {}): Promise<Page> {
  opened = await pages.open(shop.at(path), options);
  await opened.page.getByRole('heading', { level: 1 }).waitFor();
  return opened.page;
}

const poll = <T>(read: () => T | Promise<T>) => expect.poll(read);
const link = (page: Page, name: string) => page.getByRole('navigation').getByRole('link', { name });

/** Bytes that came over the wire for files of the pages; pictures of products and answers of the API left out. */
const bytesOf = (page: Page): Promise<number> =>
  page.evaluate(() => {
    const loaded = [
      ...performance.getEntriesByType('navigation'),
      ...performance.getEntriesByType('resource'),
    ];
    return (loaded as PerformanceResourceTiming[])
      .filter(({ name }) => new URL(name).pathname.startsWith('/ui/') && !name.includes('/ui/media/'))
      .reduce((sum, { transferSize }) => sum + transferSize, 0);
  });

describePages('the shell of the pages', () => {
  beforeAll(async () => {
    shop = await startShop({ token });
    pages = await openBrowser();
  });
  afterEach(() => opened.page.context().close());
  afterAll(async () => {
    await pages?.close();
    await shop?.stop();
  });

  it('loads in less than 150 KB', async () => {
    const page = await open('/ui/');
    await page.waitForLoadState('networkidle');
    const bytes = await bytesOf(page);
    console.info(`first load of /ui/: ${(bytes / 1000).toFixed(1)} KB`);
    expect(bytes).toBeGreaterThan(10_000);
    expect(bytes).toBeLessThan(mostBytes);
    opened.clean();
  });

  it('goes from page to page without a new document, says which one it is, and goes back', async () => {
    const page = await open('/ui/');
    await page.evaluate(() => Object.assign(globalThis, { isSameDocument: true }));
    for (const [name, path] of [
      ['Compare', '/ui/compare'],
      ['Policies', '/ui/policies'],
      ['Overview', '/ui/overview'],
      ['Try', '/ui/try'],
    ] as const) {
      await link(page, name).click();
      await poll(() => new URL(page.url()).pathname).toBe(path);
      await poll(() => page.title()).toBe(`${name} · Sepet`);
      await page.getByRole('heading', { level: 1 }).first().waitFor();
      await poll(() => link(page, name).getAttribute('aria-current')).toBe('page');
    }
    await page.goBack();
    await poll(() => page.title()).toBe('Overview · Sepet');
    expect(await page.evaluate(() => 'isSameDocument' in globalThis)).toBe(true);
    // The server wants a token for what two of them show, and nobody has signed in.
    opened.clean(/status of 401/);
  });

  it('puts the focus on the heading of the page that was gone to', async () => {
    const page = await open('/ui/overview');
    await link(page, 'Try').click();
    const focused = () =>
      page.evaluate(() => {
        let at = document.activeElement;
        while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
        return `${at?.localName} ${at?.textContent}`;
      });
    await poll(focused).toBe('h1 Try');
  });

  it('keeps the theme that was chosen', async () => {
    const page = await open('/ui/try');
    const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    const light = await ground();
    const button = page.getByRole('button', { name: /^Theme: auto/ });
    await button.click();
    await page.getByRole('button', { name: /^Theme: light/ }).click();
    await page.getByRole('button', { name: /^Theme: dark/ }).waitFor();
    expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBe('dark');
    const dark = await ground();
    expect(dark).not.toBe(light);
    await page.reload();
    await page.getByRole('button', { name: /^Theme: dark/ }).waitFor();
    expect(await ground()).toBe(dark);
    opened.clean();
  });

  it('asks who decides, and keeps the token in this tab alone', async () => {
    const page = await open('/ui/try');
    await page.getByRole('button', { name: 'Operator' }).click();
    await page.getByLabel('Your name').fill('Defne');
    await page.getByLabel('Admin token').fill(token);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('button', { name: /^Defne/ }).waitFor();
    expect(
      await page.evaluate(() => [localStorage.getItem('sepet-who'), sessionStorage.getItem('sepet-token')]),
    ).toEqual(['Defne', token]);
    expect(await page.evaluate(() => JSON.stringify(localStorage))).not.toContain(token);
    await page.getByRole('button', { name: /^Defne/ }).click();
    await page.getByLabel('Your name').fill('Someone');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: /^Defne/ }).waitFor();
    opened.clean();
  });

  it('fits a phone on every page', async () => {
    for (const name of ['try', 'compare', 'policies', 'overview']) {
      const page = await open(`/ui/${name}`, { width: 360, height: 740 });
      await page.waitForLoadState('networkidle');
      expect(`${name} ${await page.evaluate(() => document.documentElement.scrollWidth)}`).toBe(
        `${name} 360`,
      );
      if (name !== 'overview') await page.context().close();
    }
  });
});
