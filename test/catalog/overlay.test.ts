// Changes laid over a catalogue: what is known of each product afterwards, what is copied for it, and what is said about it.

import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { genders, unknown8, unknown32, unknownDay } from '../../src/base/products.ts';
import { sourceOf } from '../../src/base/sections.ts';
import { type Catalog, type CatalogInput, encodeCatalog, openCatalog } from '../../src/catalog/catalog.ts';
import type { ProductChange } from '../../src/catalog/changes.ts';
import { makeOverlay, type Overlay, overlaid, overlayBytes } from '../../src/catalog/overlay.ts';
import { postingsOf } from '../../src/policy/postings.ts';
import { changesOf } from './arbitraries.ts';

const seed = 20_260_524;
const products = 40;
const categories = ['A', 'A/B', 'A/B/C', 'D'];
const rows = Array.from({ length: products }, (_, row) => row);
const ids = rows.map((row) => (row % 5 === 0 ? `Ürün ${row}` : `P${row}`));
const some = <T>(values: readonly T[], row: number, step: number): T | null =>
  row % step === 0 ? null : (values[row % values.length] as T);

const input: CatalogInput = {
  ids,
  titles: rows.map((row) => some(['One', 'Two', 'Drei ß'], row, 7)),
  images: rows.map((row) => some(['1.jpg', '2.jpg'], row, 6)),
  categories: rows.map((row) => some(categories, row, 5)),
  brands: rows.map((row) => some(['Acme', 'Bolt'], row, 4)),
  // A model each, so that a further group has a number above all rows.
  groups: rows.map((row) => `model-${row}`),
  genders: rows.map((row) => some(genders, row, 3)),
  prices: Uint32Array.from(rows, (row) => (row % 8 === 0 ? unknown32 : 100 + row)),
  stock: Uint8Array.from(rows, (row) => [0, 1, unknown8][row % 3] as number),
  released: Int32Array.from(rows, (row) => (row % 9 === 0 ? unknownDay : 19_000 + row)),
  orders: Uint32Array.from(rows, (row) => products - row),
  numeric: new Map([['margin', Float32Array.from(rows, (row) => (row % 2 === 0 ? Number.NaN : row / 16))]]),
};
const catalog = openCatalog(sourceOf(encodeCatalog(input)), products);

/** What is known of a product, as a change would say it; undefined where there is none. */
function known({ ids: table, titles, images, columns, ...names }: Catalog, id: string) {
  const row = table.row(id);
  if (row < 0) return undefined;
  expect(table.id(row)).toBe(id);
  const at = (column: Uint32Array, of: { at(n: number): string }) =>
    column[row] === unknown32 ? '' : of.at(column[row] as number);
  return {
    title: titles.at(row),
    image: images.at(row),
    category: at(columns.category, names.categories),
    brand: at(columns.brand, names.brands),
    group: at(columns.group, names.groups),
    gender: genders[columns.gender[row] as number],
    price: columns.price[row],
    stock: columns.stock[row],
    released: columns.released[row],
    orders: columns.orders[row],
    margin: columns.numeric.get('margin')?.[row],
  };
}

const nothing = {
  ...{ title: '', image: '', category: '', brand: '', group: '', gender: undefined, price: unknown32 },
  ...{ stock: unknown8, released: unknownDay, orders: 0, margin: Number.NaN },
};

/** What must be known of a product, by the plain reading of its change. */
function expected(change: ProductChange) {
  const before = known(catalog, change.id);
  if (change.removed === true || (before === undefined && change.title === undefined)) return undefined;
  const { id: _, removed: __, numeric, stock, ...said } = change;
  return {
    ...(before ?? nothing),
    ...said,
    ...(stock !== undefined && { stock: Number(stock) }),
    ...(numeric?.margin !== undefined && { margin: numeric.margin }),
  };
}

const asMap = (changes: readonly ProductChange[]) => new Map(changes.map((change) => [change.id, change]));
const over = (changes: readonly ProductChange[]) => {
  const { overlay, report } = makeOverlay(catalog, asMap(changes), 1);
  return { overlay, report, after: overlaid(catalog, overlay) };
};
const namesOf = ({ sections }: Overlay): string[] => sections.map(({ name }) => name);

describe(`changes over a catalogue (fast-check seed ${seed})`, () => {
  it('are what is known afterwards, and nothing else changes', () => {
    const world = {
      ids: [...ids, 'N1', 'N2', 'Ñ3'],
      categories,
      brands: ['Acme', 'Bolt', 'Further', 'Weiter ß'],
      groups: ['model-3', 'fresh-1', 'fresh-2'],
      day: 20_000,
    };
    fc.assert(
      fc.property(changesOf(world), (changes) => {
        const { overlay, report, after } = over(changes);
        const byId = asMap(changes);
        for (const id of world.ids)
          expect(known(after, id)).toEqual(
            byId.has(id) ? expected(byId.get(id) as ProductChange) : known(catalog, id),
          );
        const { changed, same, added, removed, ignored, demoted } = report;
        expect(changed + same + added + removed + ignored).toBe(changes.length);
        expect([demoted, overlay.added, after.products]).toEqual([0, added, products + added]);
        expect(after.removed.length).toBe(removed);
        const altered = changes.filter(
          (change) =>
            known(catalog, change.id) !== undefined &&
            change.removed !== true &&
            JSON.stringify(expected(change)) !== JSON.stringify(known(catalog, change.id)),
        );
        expect(changed).toBe(altered.length);
      }),
      { seed, numRuns: 150 },
    );
  });

  it('copy the columns that they touch, into memory that threads share', () => {
    const { overlay } = over([
      { id: 'P1', price: 7 },
      { id: 'P2', price: 102, stock: true },
      { id: 'P3', removed: true },
    ]);
    expect(namesOf(overlay)).toEqual(['removed', 'col.price', 'col.stock']);
    expect(overlayBytes(overlay)).toBe(4 + 4 * products + products);
    const { port1, port2 } = new MessageChannel();
    port1.postMessage(overlay);
    const there = (receiveMessageOnPort(port2) as { message: Overlay }).message;
    port1.close();
    expect(there).toEqual(overlay);
    const [price, samePrice] = [overlay, there].map(({ sections }) => sections[1]?.data as Uint32Array);
    expect(price?.buffer).toBeInstanceOf(SharedArrayBuffer);
    (price as Uint32Array)[5] = 12_345;
    expect(samePrice?.[5]).toBe(12_345);
  });

  it('that change nothing copy nothing', () => {
    const { overlay, report } = over([
      { id: 'P1', price: 101 },
      { id: 'P2', stock: false },
      { id: 'gone', price: 5 },
    ]);
    expect(report).toMatchObject({ changed: 1, same: 1, ignored: 1 });
    expect(namesOf(overlay)).toEqual(['col.stock']);
    expect(over([{ id: 'P1', price: 101 }]).overlay.sections).toEqual([]);
  });

  it('put a category that the catalogue lacks under the nearest above it, and leave unknown fields out', () => {
    const { report, after } = over([
      { id: 'P1', category: 'A/B/New/Newer' },
      { id: 'P2', category: ' A / B ' },
      { id: 'P3', category: 'Elsewhere', numeric: { rating: 3, margin: 0.5 } },
      { id: 'P4', brand: 'Nobody knew' },
    ]);
    // P1 stands there already.
    expect(report).toMatchObject({ changed: 3, same: 1, demoted: 3 });
    expect(['P1', 'P2', 'P3'].map((id) => known(after, id)?.category)).toEqual(['A/B', 'A/B', '']);
    expect(known(after, 'P3')?.margin).toBe(0.5);
    expect(known(after, 'P4')?.brand).toBe('Nobody knew');
    expect([...after.brands]).toEqual([...catalog.brands, 'Nobody knew']);
    expect(after.brands.find('Nobody knew')).toBe(catalog.brands.length);
  });

  it('give products further groups, which inverted lists know', () => {
    const { after } = over(['P1', 'P2', 'P3'].map((id) => ({ id, group: id === 'P3' ? 'late' : 'fresh' })));
    const listed = (name: string) => [...postingsOf(after).group.rows(after.groups.find(name) as number)];
    expect(listed('fresh')).toEqual([1, 2]);
    expect(listed('late')).toEqual([3]);
    expect([...postingsOf(after).group.unknown]).toEqual([]);
  });

  it('leave added products without a price band and without orders', () => {
    const { after } = over([{ id: 'N1', title: 'New', category: 'A', price: 5 }]);
    const row = after.ids.row('N1');
    expect(row).toBe(products);
    expect([after.columns.band[row], after.columns.orders[row]]).toEqual([unknown8, 0]);
    expect([...after.columns.band.subarray(0, products)]).toEqual([...catalog.columns.band]);
  });

  it('of another catalogue are refused', () => {
    const { overlay } = over([{ id: 'P1', price: 5 }]);
    const other = { ...catalog, products: products + 1 };
    expect(() => overlaid(other, overlay)).toThrow(/of a catalogue of 40 products, not of this one of 41/);
  });
});
