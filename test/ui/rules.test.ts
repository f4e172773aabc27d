// The rules of a policy under the hand: a control for every kind, and overrides that say what the server makes of them.

import type { Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { policySchema } from '../../src/policy/document.ts';
import { override } from '../../src/policy/override.ts';
import type { Overrides, Policy } from '../../ui/src/kit/policy-types.ts';
import {
  applied,
  countChanges,
  isSame,
  parseOverrides,
  withCandidates,
  withFilter,
  withPart,
} from '../../ui/src/kit/rules/overrides.ts';
import { withRank } from '../../ui/src/kit/rules/rank-changes.ts';
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

let pages: Pages;
let shop: Shop;
let opened: Opened;

async function open(path: string, options: OpenOptions = {}): Promise<Page> {
  opened = await pages.open(shop.at(path), options);
  return opened.page;
}

const rule = (page: Page, name: string) => page.getByRole('region', { name: `Rule ${name}`, exact: true });

/** Filters and ranks of every kind; most let everything pass. */
const everyKind: Overrides = {
  filters: {
    'k-stock': { keep: { inStock: true } },
    'k-gender': { keep: { gender: ['female', 'male', 'unisex', 'kids'] } },
    'k-price': { keep: { price: { max: 90_000_000 } } },
    'k-ratio': { keep: { priceRatio: { min: 0.001, max: 50 } } },
    'k-band': { keep: { priceBand: { within: 4 } } },
    'k-brand': { drop: { brand: ['Rota'] }, when: { category: 'Electronics/**' } },
    'k-category': { drop: { category: 'same-leaf' } },
    'k-group': { drop: { group: 'same' } },
    'k-new': { keep: { newerThanDays: 36_000 } },
    'k-field': { keep: { field: { name: 'margin', min: 0.01 } } },
    'k-pair': { drop: { pair: [{ brand: 'Rota' }, { brand: 'Lunapark' }] } },
    'k-ids': { drop: { ids: ['P100001'] } },
  },
  rank: [
    { name: 'r-boost', match: { brand: 'Pikselo' }, boost: 1.5 },
    { name: 'r-dates', between: ['2026-01-01', '2026-12-31'], match: { inStock: true }, boost: 1.1 },
    { name: 'r-field', field: 'margin', weight: 0.1 },
    { name: 'r-share', share: 0.1, newerThanDays: 36_000 },
    { name: 'r-lot', share: 0.1, seed: 7 },
  ],
  diversity: { noAdjacentSame: 'brand', max: { brand: 2 }, mmr: 0.2 },
  pins: [{ id: 'P100002', position: 2 }],
  blocks: ['P100003'],
};

describePages('the rules', () => {
  beforeAll(async () => {
    shop = await startShop();
    pages = await openBrowser();
  });
  afterEach(() => opened.page.context().close());
  afterAll(async () => {
    await pages?.close();
    await shop?.stop();
  });

  it.each(['light', 'dark'] as const)(
    'has a control for every kind of rule, which axe finds nothing wrong with (%s)',
    async (theme) => {
      const page = await open(
        `/ui/try?product=P100000&rules=${encodeURIComponent(JSON.stringify(everyKind))}`,
        {
          theme,
        },
      );
      await page.locator('try-results li').first().waitFor();
      const controls: Readonly<Record<string, (name: string) => Locator>> = {
        'k-stock': (name) => rule(page, name).getByRole('combobox', { name: 'Stock' }),
        'k-gender': (name) => rule(page, name).getByRole('checkbox', { name: 'Female' }).first(),
        'k-price': (name) => rule(page, name).getByRole('slider', { name: 'Price, highest' }),
        'k-ratio': (name) => rule(page, name).getByRole('slider', { name: /^Times .* lowest$/ }),
        'k-band': (name) => rule(page, name).getByRole('slider', { name: /^Price bands/ }),
        'k-brand': (name) => rule(page, name).getByRole('combobox', { name: 'Brands' }).first(),
        'k-category': (name) => rule(page, name).getByRole('combobox', { name: 'Category', exact: true }),
        'k-group': (name) => rule(page, name).getByText('Variants of one model'),
        'k-new': (name) => rule(page, name).getByRole('slider', { name: 'Released in the last days' }),
        'k-field': (name) => rule(page, name).getByRole('slider', { name: 'margin, lowest' }),
        'k-pair': (name) => rule(page, name).getByRole('group', { name: 'The one is' }),
        'k-ids': (name) => rule(page, name).getByRole('combobox', { name: 'Add a product' }),
        'r-boost': (name) => rule(page, name).getByRole('slider', { name: /^Times the odds/ }),
        'r-dates': (name) => rule(page, name).getByLabel('First day'),
        'r-field': (name) => rule(page, name).getByRole('slider', { name: /^Weight for each/ }),
        'r-share': (name) => rule(page, name).getByRole('slider', { name: 'Part of the slots' }),
        'r-lot': (name) => rule(page, name).getByRole('combobox', { name: 'Drawn anew' }),
      };
      for (const [name, control] of Object.entries(controls)) await control(name).waitFor();
      for (const title of ['Candidates', 'Fallback', 'Pinned and blocked'])
        await page.locator('sp-rules summary', { hasText: title }).click();
      await page.getByRole('combobox', { name: 'Never show a product' }).waitFor();
      await page.locator('try-results li').first().getByRole('button', { name: /^Why/ }).click();
      await axeClean(page);
      opened.clean();
    },
  );
});

const written = policySchema.parse({
  name: 'pdp',
  filters: [
    { name: 'stock', keep: { inStock: true } },
    { name: 'price', keep: { priceRatio: { max: 2 } } },
  ],
  rank: [
    { name: 'margin', field: 'margin', weight: 0.1 },
    { name: 'fresh', share: 0.1, newerThanDays: 30 },
  ],
  blocks: ['P9'],
});
const policy = written as unknown as Policy;

describe('overrides', () => {
  const dear = { keep: { priceRatio: { max: 3 } }, unknown: 'keep' } as const;

  it('hold only what differs from the policy', () => {
    const changed = withFilter(policy, {}, 'price', dear);
    expect(changed).toEqual({ filters: { price: dear } });
    expect(
      withFilter(policy, changed, 'price', { keep: { priceRatio: { max: 2 } }, unknown: 'keep' }),
    ).toEqual({});
    expect(withFilter(policy, changed, 'price', undefined)).toEqual({});
    expect(withPart(policy, { limit: 4 }, 'limit', 10)).toEqual({});
    expect(withCandidates(policy, { candidates: { count: 400 } }, { count: 200 })).toEqual({});
    const off = withRank(policy, {}, 'margin', false);
    expect(off.rank?.map(({ name }) => name)).toEqual(['fresh']);
    expect(withRank(policy, off, 'margin', undefined)).toEqual({});
  });

  it('make the policy that the server makes of them', () => {
    const all: readonly Overrides[] = [
      {},
      { limit: 4, sort: 'price', gamma: 0.1, efSearch: 64 },
      { filters: { stock: false, price: dear, more: { drop: { brand: 'same' }, unknown: 'keep' } } },
      { candidates: { count: 400, blend: { embedding: 0.5, cooccurrence: 0.5 } }, blocks: ['P1', 'P9'] },
      {
        ...withRank(policy, {}, 'fresh', false),
        diversity: { mmr: 0.3 },
        pins: ['P2'],
        fallback: ['popular'],
      },
    ];
    for (const overrides of all) {
      const { origin: _, ...made } = override(written, overrides);
      expect(isSame(applied(policy, overrides), made)).toBe(true);
    }
  });

  it('are counted as a person would, and read from any text', () => {
    expect(countChanges(policy, { limit: 4, filters: { stock: false, price: dear } })).toBe(3);
    expect(countChanges(policy, withRank(policy, {}, 'margin', false))).toBe(1);
    for (const text of [null, '', '{', '[]', '3']) expect(parseOverrides(text)).toEqual({});
  });
});
