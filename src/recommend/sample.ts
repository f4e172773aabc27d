// Products by lot: the same for the same seed, as long as the same is served.

import { limits } from '../base/limits.ts';
import { Random } from '../base/random.ts';
import type { Artifact } from './artifact.ts';
import { createNarrowing, type Narrowed } from './narrowed.ts';
import { productFacts } from './present.ts';
import type { SampleRequest, SearchAnswer } from './recommender.ts';
import { checkListed } from './titles.ts';

/** Draws that may fail for each product that is wanted, before all rows are looked at. */
const triesEach = 32;

/** The rows that may pass, without a list of them. */
interface Pool {
  readonly size: number;
  at(place: number): number;
}

function poolOf(narrowed: Narrowed, products: number): Pool {
  const lists = narrowed.lists(products);
  if (lists === undefined) return { size: products, at: (place) => place };
  const size = lists.reduce((sum, list) => sum + list.length, 0);
  return {
    size,
    at(place) {
      let left = place;
      for (const list of lists) {
        if (left < list.length) return list[left] as number;
        left -= list.length;
      }
      return products;
    },
  };
}

/** Different rows that pass, by drawing again where one does not; fewer than wanted where hardly any do. */
function drawn({ size, at }: Pool, narrowed: Narrowed, wanted: number, random: Random): number[] {
  const rows = new Set<number>();
  for (let tries = 0; rows.size < wanted && tries < triesEach * wanted && size > 0; tries++) {
    const row = at(random.below(size));
    if (narrowed.passes(row)) rows.add(row);
  }
  return [...rows];
}

function shuffled({ size, at }: Pool, narrowed: Narrowed, random: Random): number[] {
  const rows: number[] = [];
  for (let place = 0; place < size; place++) {
    const row = at(place);
    if (narrowed.passes(row)) rows.push(row);
  }
  return random.shuffle(rows);
}

/** Makes the sampling of one thread. It throws what a search throws. */
export function createSampler(artifact: Artifact): (request: SampleRequest) => SearchAnswer {
  const narrow = createNarrowing(artifact);
  const { products } = artifact.catalog;
  return ({ seed = limits.seed.default, limit = limits.searchListed.default, category, brand }) => {
    checkListed(limit);
    const narrowed = narrow({ category, brand });
    const pool = poolOf(narrowed, products);
    // One more tells whether there are more.
    const wanted = limit + 1;
    const some = drawn(pool, narrowed, wanted, new Random(seed));
    const rows = some.length === wanted ? some : shuffled(pool, narrowed, new Random(seed));
    return {
      products: rows.slice(0, limit).map((row) => productFacts(artifact, row)),
      more: rows.length > limit,
    };
  };
}
