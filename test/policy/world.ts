// A small random catalogue with gaps, and the same products as plain data.

import { genders, unknown8, unknown32, unknownDay } from '../../src/base/products.ts';
import { Random } from '../../src/base/random.ts';
import { sourceOf } from '../../src/base/sections.ts';
import { encodeCatalog, openCatalog } from '../../src/catalog/catalog.ts';
import type { World } from './arbitraries.ts';
import type { PlainProduct } from './reference.ts';

export const world: World = {
  categories: ['Home', 'Home/Lamps', 'Home/Lamps/LED', 'Home/Rugs', 'Tech', 'Tech/Audio', 'Toys'],
  brands: ['Acme', 'Bolt', 'Çınar'],
  ids: Array.from({ length: 40 }, (_, i) => `P${i}`),
  fields: ['margin', 'rating', 'flat'],
};

/** Today, and a moment of it. */
export const day = 20_000;
export const nowMs = day * 86_400_000 + 3_600_000;

function makeProducts(seed: number) {
  const random = new Random(seed);
  const some = <T>(values: readonly T[]): T | null =>
    random.chance(0.2) ? null : (values[random.below(values.length)] as T);
  return world.ids.map((id) => ({
    id,
    category: some(world.categories),
    brand: some(world.brands),
    gender: some(genders),
    price: random.chance(0.2) ? null : random.below(5) * random.below(1000),
    inStock: some([true, false]),
    group: some(['G1', 'G2', 'G3', 'G4']),
    released: some([day + 2, day, day - 1, day - 29, day - 30, day - 400]),
    fields: { margin: some([0, 0.25, 0.5, 1.5]), rating: some([0.5, 1, 3]), flat: some([1]) },
  }));
}

function makeCatalog(products: ReturnType<typeof makeProducts>) {
  const sections = encodeCatalog({
    ids: products.map(({ id }) => id),
    titles: products.map(() => null),
    images: products.map(() => null),
    categories: products.map(({ category }) => category),
    brands: products.map(({ brand }) => brand),
    genders: products.map(({ gender }) => gender),
    groups: products.map(({ group }) => group),
    prices: Uint32Array.from(products, ({ price }) => price ?? unknown32),
    stock: Uint8Array.from(products, ({ inStock }) => (inStock === null ? unknown8 : Number(inStock))),
    released: Int32Array.from(products, ({ released }) => released ?? unknownDay),
    orders: new Uint32Array(products.length),
    numeric: new Map(
      (['margin', 'rating', 'flat'] as const).map((name) => [
        name,
        Float32Array.from(products, ({ fields }) => fields[name] ?? Number.NaN),
      ]),
    ),
  });
  return openCatalog(sourceOf(sections), products.length);
}

export const seed = 11;
export const products = makeProducts(seed);
export const catalog = makeCatalog(products);
export const plain: PlainProduct[] = products.map((product, row) => {
  const band = catalog.columns.band[row] as number;
  return { ...product, band: band === unknown8 ? null : band };
});
export const nobody: PlainProduct = {
  ...{ id: '', category: null, brand: null, gender: null, price: null, band: null, inStock: null },
  ...{ group: null, released: null, fields: {} },
};
