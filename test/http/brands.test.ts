// Search by title, similar brands and combined vectors, as the server gives them.

import { pack, unpack } from 'msgpackr';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { smallArtifact } from '../shops.ts';
import { post, postJson } from './posting.ts';
import { get, json, type Serving, serve } from './serving.ts';

interface Facts {
  readonly id: string;
  readonly title: string;
  readonly category: string;
  readonly brand: string;
}

let server: Serving;
beforeAll(async () => {
  server = await serve(smallArtifact());
});
afterAll(async () => {
  await server?.stop();
});

const found = async (query: string): Promise<{ products: Facts[]; more?: boolean }> =>
  json(await get(`${server.url}/v1/products?${query}`)) as unknown as { products: Facts[]; more?: boolean };

describe('products', () => {
  it('are found by words, category and brand, page by page', async () => {
    const { products: laptops } = await found('q=LAPTOP&limit=200');
    expect(laptops.length).toBeGreaterThan(10);
    expect(laptops.every(({ title }) => /laptop/i.test(title))).toBe(true);
    const { products: own } = await found('brand=Pikselo&brand=Lumo&category=Electronics&limit=200');
    expect(new Set(own.map(({ brand }) => brand))).toEqual(new Set(['Pikselo', 'Lumo']));
    expect(own.every(({ category }) => category.startsWith('Electronics/'))).toBe(true);
    const pages = await Promise.all([0, 5, 10].map((offset) => found(`q=laptop&limit=5&offset=${offset}`)));
    expect(pages.flatMap(({ products }) => products)).toEqual(laptops.slice(0, 15));
    expect(pages.map(({ more }) => more)).toEqual([true, true, laptops.length > 15]);
    expect((await found('q=no+such+thing')).products).toEqual([]);
  });

  it('are listed as ids where nothing is looked for', async () => {
    const { products, ...others } = await found('limit=3');
    expect(others).toEqual({ artifact: server.artifact });
    expect(products.map((one) => Object.keys(one))).toEqual([['id'], ['id'], ['id']]);
  });

  it.each([
    ['qq=x', 'option_unknown', /"q"/],
    ['q=', 'option_invalid', /empty/],
    [`q=${'x'.repeat(201)}`, 'option_invalid', /200/],
    ['q=a&q=b', 'option_invalid', /more than once/],
    ['limit=1.5', 'option_invalid', /1 to 20000.*1.5/],
    ['limit=', 'option_invalid', /""/],
    ['offset=-1', 'option_invalid', /0 to 1000 /],
    ['brand=Piksel', 'option_invalid', /"Pikselo"/],
    [`${'brand=Pikselo&'.repeat(101)}`, 'option_invalid', /at most 100 names/],
    ['toString=1', 'option_unknown', /toString/],
  ])('asked for with ?%.30s are refused', async (query, code, detail) => {
    const got = await get(`${server.url}/v1/products?${query}`);
    expect(got.status).toBe(400);
    expect(json(got)).toMatchObject({ code, detail: expect.stringMatching(detail) });
  });
});

describe('brands', () => {
  it('have others that are near', async () => {
    const got = await get(`${server.url}/v1/brands/Pikselo/similar?limit=7`);
    const { brands, ...own } = json(got) as { brands: { brand: string; score: number }[] };
    expect(own).toMatchObject({ brand: 'Pikselo', artifact: server.artifact, spread: expect.any(Number) });
    expect(brands.length).toBe(7);
    expect(brands.map(({ score }) => score)).toEqual(
      brands.map(({ score }) => score).toSorted((a, b) => b - a),
    );
    expect(brands.map(({ brand }) => brand)).not.toContain('Pikselo');
  });

  it.each([
    ['Piksel', 404, 'brand_unknown'],
    ['a%2Fb%20%C3%A7', 404, 'brand_unknown'],
    ['%ff', 400, 'url_invalid'],
    ['Pikselo?limit=101', 400, 'option_invalid'],
    ['Pikselo?lmit=1', 400, 'option_unknown'],
  ])('%s is a %i %s', async (brand, status, code) => {
    const [name = '', query = ''] = brand.split('?');
    const got = await get(`${server.url}/v1/brands/${name}/similar?${query}`);
    expect([got.status, json(got).code]).toEqual([status, code]);
  });
});

describe('vectors', () => {
  it('are combined, in either encoding', async () => {
    const asked = {
      items: [{ product: 'P100000' }, { brand: 'Lumo', weight: 0.5 }],
      limit: 4,
      fields: ['brand'],
    };
    const url = `${server.url}/v1/vectors/combine`;
    const plain = json(await postJson(url, asked)) as { items: Facts[]; parts: object[] };
    expect(plain.items.length).toBe(4);
    expect(plain.items.map(({ id }) => id)).not.toContain('P100000');
    expect(plain.parts).toMatchObject([
      { product: 'P100000', weight: 1 },
      { brand: 'Lumo', weight: 0.5 },
    ]);
    const type = 'application/msgpack';
    const packed = await post(url, pack(asked), { 'content-type': type, accept: type });
    expect(unpack(packed.body)).toEqual(plain);
  });

  it.each([
    [{ items: [] }, 400, 'option_invalid'],
    [{ items: [{}] }, 400, 'option_invalid'],
    [{ items: [{ product: 'P100000', weigth: 2 }] }, 400, 'option_unknown'],
    [{ items: [{ product: 'no such' }] }, 404, 'product_unknown'],
    [{ items: [{ brand: 'no such' }] }, 404, 'brand_unknown'],
    [{ items: [{ product: 'P100000' }, { product: 'P100000', weight: -1 }] }, 400, 'option_invalid'],
  ])('%j is a %i %s', async (asked, status, code) => {
    const got = await postJson(`${server.url}/v1/vectors/combine`, asked);
    expect([got.status, json(got).code]).toEqual([status, code]);
  });
});
