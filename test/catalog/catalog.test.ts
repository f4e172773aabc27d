import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unknown8, unknown32, unknownDay } from '../../src/base/products.ts';
import { sourceOf } from '../../src/base/sections.ts';
import { priceBands } from '../../src/catalog/bands.ts';
import { type CatalogInput, encodeCatalog, openCatalog } from '../../src/catalog/catalog.ts';

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 6 });
const path = fc
  .array(fc.constantFrom('A', 'A B', 'A-', 'B', 'Ä', 'kettles & pots'), { minLength: 1, maxLength: 4 })
  .map((parts) => parts.join('/'));

const product = fc.record({
  id: text,
  title: fc.option(fc.string({ unit: 'grapheme', maxLength: 300 })),
  image: fc.option(fc.webUrl()),
  category: fc.option(path),
  brand: fc.option(text),
  gender: fc.option(fc.constantFrom('female', 'male', 'unisex', 'kids', 'robot')),
  price: fc.oneof(fc.constant(unknown32), fc.nat(1_000_000)),
  stock: fc.constantFrom(0, 1, unknown8),
  released: fc.oneof(fc.constant(unknownDay), fc.integer({ min: -10_000, max: 30_000 })),
  orders: fc.nat(5000),
  group: fc.option(text),
  margin: fc.oneof(fc.constant(Number.NaN), fc.float({ noNaN: true, noDefaultInfinity: true })),
});
type Product = typeof product extends fc.Arbitrary<infer P> ? P : never;

function toInput(products: readonly Product[]): CatalogInput {
  return {
    ids: products.map(({ id }) => id),
    titles: products.map(({ title }) => title),
    images: products.map(({ image }) => image),
    categories: products.map(({ category }) => category),
    brands: products.map(({ brand }) => brand),
    genders: products.map(({ gender }) => gender),
    prices: Uint32Array.from(products, ({ price }) => price),
    stock: Uint8Array.from(products, ({ stock }) => stock),
    released: Int32Array.from(products, ({ released }) => released),
    orders: Uint32Array.from(products, ({ orders }) => orders),
    groups: products.map(({ group }) => group),
    numeric: new Map([['margin', Float32Array.from(products, ({ margin }) => margin)]]),
  };
}

const open = (input: CatalogInput) => openCatalog(sourceOf(encodeCatalog(input)), input.ids.length);
const withIds = (ids: string[]): CatalogInput =>
  toInput(
    ids.map((id) => ({
      id,
      title: null,
      image: null,
      category: null,
      brand: null,
      gender: null,
      price: unknown32,
      stock: unknown8,
      released: unknownDay,
      orders: 0,
      group: null,
      margin: Number.NaN,
    })),
  );

describe('a catalogue', () => {
  it('gives back what was put in', () => {
    fc.assert(
      fc.property(fc.uniqueArray(product, { selector: ({ id }) => id, maxLength: 60 }), (products) => {
        const catalog = open(toInput(products));
        products.forEach((wanted, row) => {
          const { columns } = catalog;
          expect(catalog.ids.row(wanted.id)).toBe(row);
          expect(catalog.ids.id(row)).toBe(wanted.id);
          expect(catalog.titles.at(row)).toBe(wanted.title ?? '');
          expect(catalog.images.at(row)).toBe(wanted.image ?? '');
          expect(columns.category[row]).toBe(
            wanted.category === null ? unknown32 : catalog.categories.find(wanted.category),
          );
          expect(columns.brand[row]).toBe(
            wanted.brand === null ? unknown32 : catalog.brands.find(wanted.brand),
          );
          expect(columns.gender[row]).toBe(
            new Map([
              ['female', 0],
              ['male', 1],
              ['unisex', 2],
              ['kids', 3],
            ]).get(wanted.gender ?? '') ?? unknown8,
          );
          expect([columns.price[row], columns.stock[row]]).toEqual([wanted.price, wanted.stock]);
          expect([columns.released[row], columns.orders[row]]).toEqual([wanted.released, wanted.orders]);
          expect(columns.group[row]).toBe(
            wanted.group === null ? unknown32 : catalog.groups.find(wanted.group),
          );
          expect(columns.numeric.get('margin')?.[row]).toBe(wanted.margin);
        });
      }),
    );
  });

  it('finds no id that is not there', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(text, { maxLength: 40 }),
        fc.array(text, { maxLength: 40 }),
        (ids, asked) => {
          const { ids: table } = open(withIds(ids));
          for (const id of asked) expect(table.row(id)).toBe(ids.indexOf(id));
        },
      ),
    );
  });
});

describe('product ids', () => {
  it('may be any text up to the limit, in any number', () => {
    const odd = ['a', 'A', ' ', '0', '00', 'ürün-1', '商品', '👕', 'e\u0301', 'é', '\u0000', 'x'.repeat(256)];
    const many = Array.from({ length: 5000 }, (_, i) => `P${i}`);
    const ids = [...odd, ...many];
    const { ids: table } = open(withIds(ids));
    for (const [row, id] of ids.entries()) expect(table.row(id)).toBe(row);
    for (const id of ['', 'P5000', 'p1', 'x'.repeat(257), 'ü'.repeat(200), '\ud800', '\ufffd'])
      expect(table.row(id)).toBe(-1);
  });

  it('find their way past collisions and around the end of the table', () => {
    for (let n = 1; n <= 40; n++) {
      const ids = Array.from({ length: n }, (_, i) => String.fromCharCode(65 + i));
      const sections = encodeCatalog(withIds(ids));
      const slots = sections.find(({ name }) => name === 'id.hash')?.data as Uint32Array;
      expect(slots.length).toBeGreaterThanOrEqual(2 * n);
      const { ids: table } = openCatalog(sourceOf(sections), n);
      expect(ids.map(table.row)).toEqual([...ids.keys()]);
    }
  });

  it('are refused twice, empty and too long, each named', () => {
    expect(() => open(withIds(['a', 'b', 'a']))).toThrow('"a" is there twice (rows 0 and 2)');
    expect(() => open(withIds(['a', '']))).toThrow('row 1 has an empty id');
    expect(() => open(withIds(['é'.repeat(129)]))).toThrow('has 258 bytes; at most 256');
  });

  it('survive a hash table that a stranger filled', () => {
    const sections = encodeCatalog(withIds(['a', 'b'])).map((section) =>
      section.name === 'id.hash' ? { name: 'id.hash', data: new Uint32Array(4).fill(7) } : section,
    );
    expect(openCatalog(sourceOf(sections), 2).ids.row('a')).toBe(-1);
  });
});

describe('categories', () => {
  it('are numbered so that a subtree is a range', () => {
    fc.assert(
      fc.property(fc.array(path, { maxLength: 40 }), (paths) => {
        const input = { ...withIds(paths.map((_, i) => `p${i}`)), categories: paths };
        const { categories } = open(input);
        const all = [...categories];
        all.forEach((above, n) => {
          const inside = all.map((other) => other === above || other.startsWith(`${above}/`));
          const range = all.map((_, m) => m >= n && m < (categories.end[n] as number));
          expect(range, `${above} in ${JSON.stringify(all)}`).toEqual(inside);
          const parent = above.includes('/') ? above.slice(0, above.lastIndexOf('/')) : undefined;
          expect(categories.parent[n]).toBe(parent === undefined ? unknown32 : all.indexOf(parent));
          expect(categories.find(above)).toBe(n);
        });
        expect(categories.find('no/such')).toBeUndefined();
      }),
    );
  });

  it('are told apart by their parts, not by spaces and slashes around them', () => {
    const input = { ...withIds(['1', '2', '3']), categories: [' Home / Lamps ', '/Home//Lamps', ' / '] };
    const catalog = open(input);
    expect([...catalog.categories]).toEqual(['Home', 'Home/Lamps']);
    expect([...catalog.columns.category]).toEqual([1, 1, unknown32]);
  });
});

describe('price bands', () => {
  it('are the fifths of the own category, equal prices together', () => {
    const price = Uint32Array.from([50, 10, 20, 30, 40, 7, 7, 7, unknown32, 9]);
    const category = Uint32Array.from([0, 0, 0, 0, 0, 1, 1, 1, 1, unknown32]);
    expect([...priceBands(price, category)]).toEqual([4, 0, 1, 2, 3, 2, 2, 2, unknown8, unknown8]);
  });

  it('never fall as the price rises', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50), { maxLength: 80 }), (prices) => {
        const bands = priceBands(Uint32Array.from(prices), new Uint32Array(prices.length));
        const order = [...prices.keys()].sort((a, b) => (prices[a] as number) - (prices[b] as number));
        const sorted = order.map((row) => bands[row] as number);
        expect(sorted).toEqual(sorted.toSorted());
        expect(sorted.every((band) => band <= 4)).toBe(true);
      }),
    );
  });
});

describe('groups and numeric fields', () => {
  const three = withIds(['a', 'b', 'c']);
  const field = Float32Array.from([1, Number.NaN, 3]);

  it('are numbered densely, and any number of fields is kept by name', () => {
    const catalog = open({
      ...three,
      groups: ['shoe', null, 'shoe'],
      numeric: new Map([
        ['rating', field],
        ['margin', new Float32Array(3)],
      ]),
    });
    expect([...catalog.columns.group]).toEqual([0, unknown32, 0]);
    expect([...catalog.groups]).toEqual(['shoe']);
    expect([...catalog.columns.numeric.keys()]).toEqual(['margin', 'rating']);
    expect(catalog.columns.numeric.get('rating')).toEqual(field);
  });

  it('are unknown in an artifact that was built before them', () => {
    const older = encodeCatalog(three).filter(({ name }) => !/group|num\.|dict\.numeric/.test(name));
    const { columns, groups } = openCatalog(sourceOf(older), 3);
    expect([...columns.group]).toEqual([unknown32, unknown32, unknown32]);
    expect([columns.numeric.size, groups.length]).toEqual([0, 0]);
  });

  it('refuse names that no section can have, too many fields, and sizes that disagree', () => {
    const named = (...names: string[]) => ({
      ...three,
      numeric: new Map(names.map((name) => [name, field])),
    });
    for (const name of ['', 'Margin', '9th', 'a-b', 'a'.repeat(17)])
      expect(() => encodeCatalog(named(name))).toThrow('cannot be called');
    const names = Array.from({ length: 17 }, (_, i) => `f${i}`);
    expect(open(named(...names.slice(1))).columns.numeric.size).toBe(16);
    expect(() => encodeCatalog(named(...names))).toThrow('at most 16');
    const short = encodeCatalog(named('margin')).map((section) =>
      section.name === 'num.margin' ? { ...section, data: new Float32Array(2) } : section,
    );
    expect(() => openCatalog(sourceOf(short), 3)).toThrow('num.margin has 2 values for 3 products');
  });
});

it('sections that disagree about their sizes are file_damaged', () => {
  const sections = encodeCatalog(withIds(['a', 'b']));
  const short = sections.map((section) =>
    section.name === 'col.price' ? { ...section, data: new Uint32Array(1) } : section,
  );
  expect(() => openCatalog(sourceOf(short), 2)).toThrow('col.price has 1 values for 2 products');
  expect(() => openCatalog(sourceOf(sections), 3)).toThrow('sections of id disagree');
  expect(() => openCatalog(sourceOf(sections.slice(1)), 2)).toThrow('no section id.offsets');
});
