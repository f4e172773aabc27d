// Context separation on against off: a model of baskets of one department each, and one of whole baskets, asked the same.

import type { Baskets } from '../src/tables/dataset.ts';
import { countProducts } from '../src/training/train/data.ts';
import { Scores } from './journey-cold.ts';
import { type Journey, listed, type Trained, trainOn } from './journey-data.ts';

export interface SeparationScores {
  /** By test baskets of one department each. */
  readonly within: { readonly on: Scores; readonly off: Scores };
  /** By whole test baskets. */
  readonly across: { readonly on: Scores; readonly off: Scores };
}

/** Each product of a test basket asked alone; a hit is one of the rest in its ten. Both rank the same products. */
export function measureSeparation(
  { products, train, test, separated }: Journey,
  seed: number,
): SeparationScores {
  const count = products.products;
  const counts = countProducts({ products: count, ...train });
  const rows = Uint32Array.from(counts.keys()).filter((row) => (counts[row] as number) > 0);
  const off = trainOn(train, count, seed, { rows, counts });
  const on = trainOn(separated.train, count, seed, { rows, counts });
  const judged = (model: Trained, baskets: Baskets): Scores => judge(model, baskets, counts);
  return {
    within: { on: judged(on, separated.test), off: judged(off, separated.test) },
    across: { on: judged(on, test), off: judged(off, test) },
  };
}

function judge(model: Trained, test: Baskets, counts: Float64Array): Scores {
  const baskets = listed(test);
  const scores = new Scores(baskets.length);
  const { dims } = model;
  baskets.forEach(({ items }, basket) => {
    const known = [...items].filter((row) => (counts[row] as number) > 0);
    if (known.length < 2) return;
    const lists = model.answer(
      known.map((row) => model.in.subarray(row * dims, (row + 1) * dims)),
      known,
    );
    lists.forEach((list, i) => {
      scores.add(basket, Number(list.some((row) => row !== known[i] && known.includes(row))));
    });
  });
  return scores;
}
