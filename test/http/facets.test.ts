// Facets, products by lot and searches over HTTP: what they answer, and what they refuse.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { smallArtifact } from '../shops.ts';
import { get, json, type Serving, serve } from './serving.ts';

interface Product {
  readonly id: string;
  readonly title?: string;
  readonly brand?: string;
  readonly category?: string;
}
interface Answer {
  readonly products: readonly Product[];
  readonly more: boolean;
  readonly artifact: string;
}
interface Facets {
  readonly categories: readonly { readonly category: string; readonly products: number }[];
  readonly brands: readonly { readonly brand: string; readonly products: number }[];
  readonly fields: readonly { readonly field: string }[];
}

let server: Serving;
beforeAll(async () => {
  server = await serve(smallArtifact());
});
afterAll(() => server?.stop());

const ask = async <T>(path: string): Promise<T> => {
  const got = await get(server.url + path);
  expect([path, got.status]).toEqual([path, 200]);
  return json(got) as T;
};
const refused = async (path: string): Promise<unknown[]> => {
  const got = await get(server.url + path);
  return [got.status, json(got).code, json(got).detail];
};

describe('GET /v1/facets', () => {
  it('names what searches and filters then find', async () => {
    const { categories, brands } = await ask<Facets>('/v1/facets?limit=3');
    expect([categories.length, brands.length]).toEqual([3, 3]);
    for (const { category, products } of categories) {
      const path = `/v1/products?category=${encodeURIComponent(category)}&limit=1&offset=`;
      const last = await ask<Answer>(path + Math.min(products - 1, 1000));
      expect(last.products).toHaveLength(1);
      if (products <= 1000) expect((await ask<Answer>(path + products)).products).toEqual([]);
    }
    for (const { brand, products } of brands) {
      const found = await ask<Answer>(`/v1/products?brand=${encodeURIComponent(brand)}&limit=200`);
      expect(found.products).toHaveLength(Math.min(products, 200));
    }
  });

  it('looks for names, and lists the fields of policies', async () => {
    const { categories, brands, fields } = await ask<Facets>('/v1/facets?q=pik');
    expect(brands.map(({ brand }) => brand)).toEqual(['Pikselo']);
    expect(categories).toEqual([]);
    const names = fields.map(({ field }) => field);
    expect(names).toEqual(expect.arrayContaining(['price', 'orders', 'released', 'margin']));
  });

  it('refuses what it does not know', async () => {
    expect(await refused('/v1/facets?limt=3')).toEqual([
      400,
      'option_unknown',
      'There is no parameter "limt". Did you mean "limit"?',
    ]);
    for (const query of ['limit=0', 'limit=10001', 'limit=x', 'q=', `q=${'x'.repeat(201)}`])
      expect((await refused(`/v1/facets?${query}`)).slice(0, 2)).toEqual([400, 'option_invalid']);
    expect((await get(`${server.url}/v1/facets`, { method: 'POST' })).status).toBe(405);
  });
});

describe('GET /v1/products', () => {
  it('draws the same products for the same seed', async () => {
    const path = '/v1/products?sample=random&limit=50';
    const [one, again, other] = await Promise.all(
      [7, 7, 8].map((seed) => ask<Answer>(`${path}&seed=${seed}`)),
    );
    expect(one).toEqual(again);
    expect(one?.products).not.toEqual(other?.products);
    expect(new Set(one?.products.map(({ id }) => id)).size).toBe(50);
    const narrowed = await ask<Answer>(`${path}&category=Electronics/Computers&brand=Pikselo`);
    for (const { category, brand } of narrowed.products)
      expect([category?.startsWith('Electronics/Computers/'), brand]).toEqual([true, 'Pikselo']);
  });

  it.each([
    ['sample=lot', 'sample must be random.'],
    ['sample=random&q=a', 'sample=random takes neither q nor offset.'],
    ['sample=random&offset=1', 'sample=random takes neither q nor offset.'],
    ['sample=random&limit=201', 'limit must be at most 200 in a search, not 201.'],
    ['seed=1', 'seed is of use only with sample=random.'],
    ['sample=random&seed=-1', 'seed must be a whole number from 0 to 4294967295 (number), not -1.'],
  ])('%s is refused', async (query, detail) => {
    expect(await refused(`/v1/products?${query}`)).toEqual([400, 'option_invalid', detail]);
  });

  it('finds by brand, category and id, the very id first', async () => {
    const found = await ask<Answer>('/v1/products?q=pikselo+laptops&limit=200');
    expect(found.products.length).toBeGreaterThan(0);
    for (const { title = '', brand = '', category = '' } of found.products)
      for (const word of ['pikselo', 'laptops'])
        expect(`${title} ${brand} ${category}`.toLowerCase()).toContain(word);
    const [first] = (await ask<Answer>('/v1/products?q=P10044&limit=200')).products;
    expect(first?.id).toMatch(/^P10044\d$/);
    const exact = await ask<Answer>('/v1/products?q=P100449');
    expect(exact.products[0]?.id).toBe('P100449');
    expect(exact.more).toBe(false);
  });
});
