// How soon Try shows what a rule changes. The watch is looked at while nothing else runs.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { describePages, openBrowser, type Pages, type Shop, startShop } from './browser.ts';

let pages: Pages;
let shop: Shop;

describePages('Try', () => {
  beforeAll(async () => {
    shop = await startShop();
    pages = await openBrowser();
  });
  afterAll(async () => {
    await pages?.close();
    await shop?.stop();
  });

  it('shows a new list within 100 ms of a change (median)', async () => {
    const { page, clean } = await pages.open(shop.at('/ui/try?product=P100000'));
    await page.locator('try-results li').first().waitFor();
    await page.locator('sp-rules details', { hasText: 'Candidates' }).first().waitFor();
    const wanted = page.getByRole('slider', { name: 'Products wanted' });
    await wanted.focus();
    const measured = () =>
      page.evaluate(() => performance.getEntriesByName('sepet-list-shown').map(({ duration }) => duration));
    const medianMs = async (): Promise<number> => {
      await page.evaluate(() => performance.clearMeasures('sepet-list-shown'));
      for (let i = 1; i <= 30; i++) {
        await page.keyboard.press(i <= 15 ? 'ArrowRight' : 'ArrowLeft');
        await expect.poll(async () => (await measured()).length).toBeGreaterThanOrEqual(i);
      }
      const sorted = (await measured()).toSorted((a, b) => a - b);
      return sorted[Math.floor(sorted.length / 2)] ?? Number.POSITIVE_INFINITY;
    };
    // Where others on this machine are in the way, it is tried again.
    let bestMs = await medianMs();
    for (let i = 0; i < 3 && bestMs >= 100; i++) bestMs = Math.min(bestMs, await medianMs());
    console.info(`a rule change shows its list after ${bestMs.toFixed(1)} ms (median of 30)`);
    expect(bestMs).toBeLessThan(100);
    clean();
  });
});
