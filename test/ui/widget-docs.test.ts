// docs/widget.md against the widget: its lists are complete, and what it shows runs.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describePages, openBrowser, type Pages, type Shop, startShop } from './browser.ts';
import { openSite, otherHost, type ShopSite, type Told, tells } from './shop-site.ts';

const read = (path: string): string =>
  readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8');
const docs = read('docs/widget.md');
const blocks = (kind: string): string[] =>
  [...docs.matchAll(new RegExp(`^\`\`\`${kind}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(([, body = '']) => body);
const section = (heading: string): string => docs.split(/^## /m).find((one) => one.startsWith(heading)) ?? '';
/** What stands in code in the first column of the tables of a section. */
const rowsOf = (heading: string): string[] =>
  [...section(heading).matchAll(/^\| (`[^|]*`) \|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name),
  );
const inSources = (file: string, pattern: RegExp): string[] => [
  ...new Set([...read(`ui/src/widget/${file}`).matchAll(pattern)].map(([, name = '']) => name)),
];

describe('docs/widget.md', () => {
  it('lists every variable, part, event and reason', () => {
    expect(rowsOf('Looks').toSorted()).toEqual(inSources('styles.ts', /var\((--sepet-[\w-]+)/g).toSorted());
    const parts = /They are ([\s\S]*?)\.\n/.exec(section('Looks'))?.[1] ?? '';
    expect([...parts.matchAll(/`(\w+)`/g)].map(([, name]) => name).toSorted()).toEqual(
      inSources('view.ts', /part="(\w+)"/g).toSorted(),
    );
    const events = inSources('bought-together.ts', /'(sepet-(?:rendered|add|item|empty)\w*)'/g);
    expect(rowsOf('Events').toSorted()).toEqual(events.toSorted());
    const [reasons = ''] = /EmptyReason = .*/.exec(read('ui/src/widget/ask.ts')) ?? [];
    for (const [, reason] of reasons.matchAll(/'(\w+)'/g))
      expect(section('Events')).toContain(`\`${reason}\``);
  });
});

describePages('docs/widget.md in a browser', () => {
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
  const here = (text: string): string =>
    text
      .replaceAll(/http:\/\/127\.0\.0\.1:7700|https:\/\/sepet\.shop\.example/g, shop.url)
      .replaceAll('P100000', shop.product)
      // On a busy machine a list may take longer than a shopper would wait.
      .replaceAll('<bought-together', '<bought-together timeout-ms="10000"');

  it('lists every attribute', async () => {
    const { page } = await pages.open(site.page('<bought-together></bought-together>'));
    await page.locator('bought-together[state]').waitFor({ state: 'attached' });
    const known = await page.evaluate(() => {
      const element = customElements.get('bought-together') as unknown as { observedAttributes: string[] };
      return element.observedAttributes;
    });
    expect([...rowsOf('Attributes'), 'state'].toSorted()).toEqual(known.toSorted());
  });

  it('shows markup that works, under the policy that it names', async () => {
    const policy = here(blocks('text').join('; ')).trim();
    const markup = blocks('html').map(here);
    expect(markup.length).toBe(2);
    for (const [i, body] of markup.entries()) {
      const scripts = body.includes('<script') ? [] : ['/ui/widget.js'];
      const whole = `default-src 'none'; ${policy.replace('script-src', "script-src 'self'")}`;
      const { page, clean } = await pages.open(site.page(body, { scripts, policy: whole }));
      const widget = page.locator('bought-together');
      await widget.locator('[part=item]').first().waitFor();
      if (i === 1) {
        expect(await widget.getByRole('heading').textContent()).toBe('Vaak samen gekocht');
        await widget.getByRole('button', { name: 'Alles in de mand' }).waitFor();
      }
      clean(otherHost);
    }
  });

  it('shows a script and a style sheet that work, and how a place is reserved', async () => {
    const [script = ''] = blocks('js');
    const [css = ''] = blocks('css');
    const reserved = /`(bought-together \{[^`]*\})`/.exec(docs)?.[1];
    const body = `<style>${css}</style><bought-together product="${shop.product}" limit="2" timeout-ms="10000"></bought-together>`;
    const style = `default-src * 'unsafe-inline'`;
    const { page, clean } = await pages.open(site.page(body, { policy: style }));
    const card = page.locator('bought-together [part=item]').first();
    await card.waitFor();
    expect(await card.evaluate((one) => getComputedStyle(one).borderRadius)).toBe('10px');
    const button = page.locator('bought-together').getByRole('button');
    expect(await button.evaluate((one) => getComputedStyle(one).backgroundColor)).toBe('rgb(11, 107, 80)');
    await page.evaluate(`globalThis.basket = new Set(); ${script}`);
    await button.click();
    const [{ detail }] = (await tells(page, 'sepet-add')) as [Told];
    expect(await page.evaluate('[...basket]')).toEqual(detail.items.map(({ id }) => id));
    clean(otherHost);

    const empty = `<style>${reserved}</style><bought-together></bought-together>`;
    const { page: waiting } = await pages.open(site.page(empty, { policy: style }));
    const widget = waiting.locator('bought-together[state=empty]');
    await widget.waitFor();
    await expect.poll(() => widget.evaluate((one) => one.getBoundingClientRect().height)).toBe(352);
  });
});
