// The policy editor in Chromium: form and YAML in step, mistakes, impact, drafts.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { createAdminClient, createClient, type ProductFacts } from '../../src/client/index.ts';
import { impactOf } from '../../ui/src/pages/policies/impact.ts';
import { askBoth, drawSample } from '../../ui/src/pages/policies/sample.ts';
import {
  axeClean,
  describePages,
  openBrowser,
  type Pages,
  type Shop,
  screenshot,
  startShop,
} from './browser.ts';
import { card, editorOf, openEditor, paste, valid, waitYaml, yamlOf } from './policies-page.ts';

let pages: Pages;
let shop: Shop;

const commented = `name: pdp   # the product page
revision: 2
placement: [product-page]
limit: 8
filters:
  # nothing that cannot be bought
  - { name: stock,    keep: { inStock: true } }
  - { name: price,    keep: { priceRatio: { max: 2 } } }   # was 3
  - { name: variants, drop: { group: same } }
`;

describePages('policies', () => {
  beforeAll(async () => {
    [shop, pages] = await Promise.all([startShop(), openBrowser()]);
  });
  afterAll(async () => {
    await pages?.close();
    await shop?.stop();
  });

  it('lists the policies of every label, and opens one', async () => {
    const { page, clean } = await pages.open(shop.at('/ui/policies'));
    const production = page.locator('[data-label=production]');
    await production.getByRole('link', { name: 'pdp' }).waitFor();
    await expect.poll(() => production.textContent()).toContain('what customers see');
    await expect.poll(() => page.locator('[data-label=test]').textContent()).toContain('revision 3');
    await axeClean(page);
    await screenshot(page, 'ui-policies-list');
    await page.locator('[data-label=test]').getByRole('link', { name: 'pdp' }).click();
    await page.getByRole('heading', { level: 1, name: 'pdp' }).waitFor();
    await expect.poll(() => page.url()).toContain('label=test');
    const text = await waitYaml(page, 'worth-it');
    expect(text).toContain('  - { name: price, keep: { priceRatio: { max: 1.5 } } }');
    await page.goBack();
    await production.waitFor();
    clean();
  });

  it('takes over what was tried, once', async () => {
    const rules = { limit: 5, filters: { price: { keep: { priceRatio: { max: 1.1 } } }, stock: false } };
    const more = `&rules=${encodeURIComponent(JSON.stringify(rules))}`;
    const { page, clean } = await openEditor(pages, editorOf(shop, 'test', 'pdp', more));
    const text = await waitYaml(page, 'priceRatio: { max: 1.1 }');
    expect(text).toContain('limit: 5');
    expect(text).not.toContain('name: stock');
    await expect.poll(() => page.url()).not.toContain('rules=');
    await page.reload();
    await waitYaml(page, 'priceRatio: { max: 1.1 }');
    clean();
  });

  it('changes the YAML by the form and the form by the YAML, and keeps comments', async () => {
    const { page, clean } = await openEditor(pages, editorOf(shop, 'production', 'pdp'));
    await paste(page, commented);
    await valid(page);
    await card(page, 'price').locator('.fold').click();
    const most = card(page, 'price').getByLabel("Times the product's price, highest").first();
    await most.fill('1.25');
    await most.press('Tab');
    const text = await waitYaml(page, 'max: 1.25');
    await valid(page);
    await screenshot(page, 'ui-policies');
    expect(text).toBe(
      commented
        .replace(
          'price,    keep: { priceRatio: { max: 2 } } }   # was 3',
          'price, keep: { priceRatio: { max: 1.25 } } } # was 3',
        )
        .trimEnd() + (text.endsWith('\n') ? '\n' : ''),
    );
    // Reordered by keyboard; the comment goes along.
    await card(page, 'stock').locator('[data-move=down]').press('Enter');
    const moved = await waitYaml(page, 'max: 1.25 } } } # was 3\n  # nothing');
    expect(moved).toContain(
      '  # nothing that cannot be bought\n  - { name: stock,    keep: { inStock: true } }',
    );
    await expect
      .poll(() =>
        page.evaluate(() => {
          let active = document.activeElement;
          while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
          return active?.getAttribute('data-move');
        }),
      )
      .toBe('down');
    // And back: what is typed shows in the form.
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.locator('.cm-line', { hasText: 'limit: 8' }).click();
    await page.keyboard.press('End');
    await page.keyboard.press('Backspace');
    await page.keyboard.insertText('5');
    await expect
      .poll(() => page.locator('pp-form').locator('sp-slider').first().getAttribute('class'))
      .toBeDefined();
    await expect
      .poll(() => page.locator('pp-form summary', { hasText: 'Answer' }).textContent())
      .toContain('5 products');
    await page.getByLabel('Add a filter …').selectOption('newerThanDays');
    await waitYaml(page, '- { name: newerThanDays, keep: { newerThanDays: 365 } }');
    await page.getByRole('button', { name: 'Remove filter variants' }).click();
    await expect.poll(() => yamlOf(page)).not.toContain('variants');
    // Keys complete themselves.
    await page.locator('.cm-content').click();
    await page.keyboard.press('Control+End');
    await page.keyboard.type('efS');
    await page.locator('.cm-tooltip-autocomplete [aria-selected]', { hasText: 'efSearch' }).waitFor();
    // The editor takes no key for a choice of a list that stands for less than 75 ms: it was typed before.
    await page.waitForTimeout(150);
    await page.keyboard.press('Enter');
    await page.keyboard.type('100');
    await waitYaml(page, 'efSearch: 100');
    await valid(page);
    clean();
  });

  it('shows mistakes at their lines, and closes the form while the YAML is broken', async () => {
    const { page, clean } = await openEditor(pages, editorOf(shop, 'production', 'pdp'));
    await paste(
      page,
      'name: pdp\nrevision: 3\nfilters:\n  - { name: a, keep: { inStok: true } }\n  - { name: b, drop: { brand: Nobdy } }\nlimit: 500\n',
    );
    const mistakes = page.locator('.mistakes li');
    await expect.poll(() => mistakes.allTextContents()).toHaveLength(2);
    const said = await mistakes.allTextContents();
    expect(said[0]).toMatch(/Line 4[\s\S]*inStok[\s\S]*Did you mean "inStock"/);
    expect(said[1]).toMatch(/Line 6[\s\S]*limit/);
    await expect.poll(() => page.locator('.cm-lintRange-error').count()).toBeGreaterThanOrEqual(2);
    await mistakes.nth(1).getByRole('button').click();
    await expect.poll(() => page.locator('.cm-activeLine').first().textContent()).toContain('limit: 500');
    await expect.poll(() => page.locator('[data-save]').isDisabled()).toBe(true);
    // Names are looked up in the artifact.
    await paste(page, 'name: pdp\nrevision: 3\nfilters:\n  - { name: b, drop: { brand: Nobdy } }\n');
    await expect
      .poll(() => mistakes.allTextContents())
      .toEqual([expect.stringMatching(/Line 4[\s\S]*Nobdy/)]);
    await axeClean(page);
    // Syntax at once, and the form waits.
    await paste(page, 'name: pdp\nfilters:\n  - { name: a, keep: { inStock: true }\n');
    await expect.poll(() => page.locator('pp-form .note').textContent()).toContain('broken');
    await expect.poll(() => page.locator('pp-form .parts').getAttribute('inert')).not.toBeNull();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.locator('pp-form .note').waitFor({ state: 'detached' });
    clean();
  });

  it('previews the impact with the figures that the API gives', async () => {
    const { page, clean } = await openEditor(pages, editorOf(shop, 'production', 'pdp', '&view=impact&n=70'));
    await valid(page);
    await page.getByRole('tab', { name: 'YAML' }).click();
    // The editor draws its lines once it is seen.
    const draft = (await waitYaml(page, 'diversity')).replace('max: 2', 'max: 0.6');
    await paste(page, draft);
    await page.getByRole('tab', { name: 'Impact' }).click();
    await valid(page);
    await page.getByRole('button', { name: 'Preview the impact' }).click();
    await page.locator('[data-words]').waitFor();
    const client = createClient({ url: shop.url, timeoutMs: 30_000 });
    const products: readonly ProductFacts[] = (await client.searchProducts({ limit: 70 })).products;
    const { document } = await client.policy('pdp');
    const asked = await askBoth(createAdminClient({ url: shop.url, timeoutMs: 60_000 }), products, {
      ...{ label: undefined, before: document, after: draft },
      ...{ signal: new AbortController().signal, progress: () => {} },
    });
    const wanted = impactOf(asked, 3000);
    expect(wanted.products).toBe(70);
    expect(wanted.changed).toBeGreaterThan(10);
    expect(await page.locator('[data-words]').textContent()).toContain(
      `The lists of ${wanted.changed} of 70 products change`,
    );
    const figure = async (id: string): Promise<readonly string[]> =>
      (await page.locator(`[data-figure=${id}] td`).allTextContents()).slice(0, 2);
    const percent = (value: number): string => `${Number((value * 100).toFixed(1))}%`;
    const pair = (value: (side: typeof wanted.before) => string): readonly string[] => [
      value(wanted.before),
      value(wanted.after),
    ];
    expect(await figure('fill')).toEqual(pair((side) => percent(side.fillRate)));
    expect(await figure('coverage')).toEqual(pair((side) => percent(side.coverage)));
    expect(await figure('fallback')).toEqual(pair((side) => percent(side.fallbackShare)));
    expect(await figure('price')).toEqual(pair((side) => `${Number((side.priceRatio ?? 0).toFixed(2))} ×`));
    expect(await page.locator('.list').first().getAttribute('data-product')).toBe(
      wanted.lists[0]?.product.id,
    );
    await page.locator('.list summary').first().click();
    const compare = await page.locator('.list a', { hasText: 'Compare' }).first().getAttribute('href');
    const rules = new URL(compare ?? '', shop.url).searchParams.get('b-rules') ?? '';
    expect(JSON.parse(rules)).toEqual({
      filters: { price: { keep: { priceRatio: { max: 0.6 } } } },
    });
    await axeClean(page);
    await screenshot(page, 'ui-policies-impact');
    // More than the server tells of in one answer, drawn the same twice.
    const many = { kind: 'popular', count: 500, seed: 1, category: '' } as const;
    const { signal } = new AbortController();
    for (const kind of ['popular', 'random'] as const) {
      const ids = (await drawSample(client, { ...many, kind }, signal)).map(({ id }) => id);
      expect(new Set(ids).size).toBe(500);
      expect((await drawSample(client, { ...many, kind }, signal)).map(({ id }) => id)).toEqual(ids);
    }
    // One that takes longer is stopped, and says nothing.
    let goOn = (): void => {};
    const held = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    await page.route('**/admin/policies/try', async (route) => {
      await held;
      await route.continue().catch(() => {});
    });
    await page.getByLabel('How many').fill('500');
    await page.getByRole('button', { name: 'Preview the impact' }).click();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('What would change for customers?').waitFor();
    goOn();
    await expect.poll(() => page.url()).toContain('n=500');
    clean();
  });

  it('keeps a draft over a reload, and lets go of it', async () => {
    const { page, clean } = await openEditor(pages, editorOf(shop, 'production', 'cart'));
    await paste(page, (await yamlOf(page)).replace('limit: 6', 'limit: 7 # one more'));
    await page.locator('[data-dirty]').waitFor();
    await expect
      .poll(() => page.evaluate(() => JSON.stringify({ ...localStorage })))
      .toContain('limit: 7 # one more');
    await page.reload();
    await page.locator('[data-restored]').waitFor();
    await waitYaml(page, 'limit: 7 # one more');
    await page.goto(shop.at('/ui/policies'));
    await page.getByRole('heading', { name: 'Drafts of this browser' }).waitFor();
    await page.goto(editorOf(shop, 'production', 'cart'));
    await page.getByRole('button', { name: 'Discard it' }).click();
    await waitYaml(page, 'limit: 6');
    await page.reload();
    await waitYaml(page, 'limit: 6');
    expect(await page.locator('[data-restored]').count()).toBe(0);
    clean();
  });

  it('is whole on a phone and in the dark', async () => {
    const { page, clean } = await pages.open(editorOf(shop, 'test', 'pdp'), {
      theme: 'dark',
      width: 360,
      height: 740,
    });
    await page.locator('.rule').first().waitFor();
    const widest = () => page.evaluate(() => document.documentElement.scrollWidth);
    for (const tab of ['Form', 'YAML', 'Impact', 'Changes', 'History']) {
      await page.getByRole('tab', { name: tab }).click();
      await valid(page);
      expect(await widest()).toBeLessThanOrEqual(360);
      await axeClean(page);
    }
    await page.getByRole('tab', { name: 'Form' }).click();
    await screenshot(page, 'ui-policies-phone');
    expect(await page.locator('pp-yaml').isVisible()).toBe(false);
    await page.getByRole('tab', { name: 'Form' }).press('ArrowRight');
    await page.locator('pp-yaml').waitFor();
    await expect.poll(() => page.url()).toContain('view=yaml');
    clean();
  });
});
