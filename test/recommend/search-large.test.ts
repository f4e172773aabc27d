// Searching in a large catalogue: it finds what a plain look finds, and a million products are no reason to wait.

import { performance } from 'node:perf_hooks';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Artifact } from '../../src/recommend/artifact.ts';
import { facetListOf } from '../../src/recommend/facets.ts';
import { createTitleSearch, type TitleSearch } from '../../src/recommend/titles.ts';
import { wordsOf } from '../../src/recommend/words.ts';
import { cpuMsSince, leastCpuMs } from '../cpu.ts';
import { openLargeCatalog } from './large-catalog.ts';

const seed = 7;

/** One letter, common words, words that are nowhere, two that are never together, brands, categories, ids. */
function queriesOf({ catalog }: Artifact): string[] {
  const { brands, categories, titles, columns } = catalog;
  const brand = brands.at(columns.brand[0] as number);
  const [first = '', second = ''] = wordsOf(titles.at(0));
  return [
    ...['k', 'q', '1', 'zz', 'ka', 'kar', '茶', 'я', 'black', 'blackz', 'gra gre gru', 'a b c d', 'q9 z8 x7'],
    ...[brand, `${brand} ${first}`, `${brand} zzzz`, brand.slice(0, 3), `${first} ${second}`, `${first}zzz`],
    ...[categories.at(0), `${categories.at(0)} ${brand}`, 'department', 'departmentz', 'deparz', 'dep black'],
    ...['SKU-10', 'sku-1000', 'SKU-1000017', 'SKU-9', 'SKU-10000171', 'kara kıra'],
  ];
}

describe('a search in 60,000 products', () => {
  it('finds what a plain look at every one of them finds', () => {
    const artifact = openLargeCatalog(60_000, seed);
    const { catalog, popularity } = artifact;
    const { brands, categories, columns } = catalog;
    const words = Array.from({ length: catalog.products }, (_, row) => [
      ...wordsOf(catalog.titles.at(row)),
      ...wordsOf(brands.at(columns.brand[row] as number)),
      ...wordsOf(categories.at(columns.category[row] as number)),
    ]);
    const { search } = createTitleSearch({ built: artifact, artifact });
    for (const q of queriesOf(artifact)) {
      const asked = wordsOf(q);
      const exact = catalog.ids.row(q);
      const matches = Array.from(popularity.all).filter(
        (row) =>
          row === exact ||
          (q.length >= 3 && catalog.ids.id(row).toLowerCase().startsWith(q.toLowerCase())) ||
          asked.every((prefix) => words[row]?.some((word) => word.startsWith(prefix))),
      );
      matches.sort((a, b) => Number(b === exact) - Number(a === exact));
      for (const [limit, offset] of [
        [20, 0],
        [200, 700],
      ] as const) {
        const found = search({ q, limit, offset });
        expect([q, found.products.map(({ id }) => catalog.ids.row(id)), found.more]).toEqual([
          q,
          matches.slice(offset, offset + limit),
          matches.length > offset + limit,
        ]);
      }
    }
  });
});

describe('a search in a million products', () => {
  const products = 1_000_000;
  const withinMs = 50;
  let artifact: Artifact;
  let search: TitleSearch;

  beforeAll(() => {
    artifact = openLargeCatalog(products, seed);
    search = createTitleSearch({ built: artifact, artifact });
  });

  it('is made ready in pieces, of 16 bytes a product', () => {
    const before = process.memoryUsage().arrayBuffers;
    const facets = facetListOf(artifact);
    const pieces: number[] = [];
    for (const table of [search, facets])
      for (let more = true; more; ) {
        const before = process.cpuUsage();
        more = table.advance(performance.now() + 1);
        pieces.push(cpuMsSince(before));
      }
    expect(pieces.length).toBeGreaterThan(100);
    pieces.sort((a, b) => a - b);
    // Garbage is collected in some.
    expect(pieces[Math.floor(0.95 * pieces.length)]).toBeLessThan(10);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(30 * products);
  });

  it(`answers within ${withinMs} ms, whatever is asked for`, () => {
    const slow = queriesOf(artifact)
      .map((q) => ({ q, ms: leastCpuMs(() => search.search({ q, limit: 20 })) }))
      .filter(({ ms }) => ms > withinMs);
    expect(slow).toEqual([]);
  });
});
