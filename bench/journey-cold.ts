// Products held out of training as if they were new: what their neighbours' vectors are worth against a random choice inside the
// same category. Every product of the training baskets is held out once, in one of five folds.

import { Random } from '../src/base/random.ts';
import type { ProductTable } from '../src/tables/dataset.ts';
import { coldVectors } from '../src/training/cold/cold.ts';
import {
  type Basket,
  type Journey,
  listed,
  listLength,
  packed,
  type Trained,
  trainOn,
} from './journey-data.ts';

export const folds = 5;

/** Figures of one test basket: the means over its questions; no questions, no basket. */
export class Scores {
  readonly sums: Float64Array;
  readonly counts: Float64Array;

  constructor(baskets: number) {
    this.sums = new Float64Array(baskets);
    this.counts = new Float64Array(baskets);
  }

  add(basket: number, value: number): void {
    this.sums[basket] = (this.sums[basket] as number) + value;
    this.counts[basket] = (this.counts[basket] as number) + 1;
  }
}

export interface ColdScores {
  readonly heldOut: number;
  /** The new product asked alone: whether its ten hold one of the rest of its basket. */
  readonly asked: Scores;
  /** The same without popularity (gamma 0). */
  readonly askedAffinity: Scores;
  /** Ten at random of the trained products with the same category path, exactly. */
  readonly askedRandom: Scores;
  /** The ten most ordered products. */
  readonly askedPopular: Scores;
  /** The rest of the basket asks, for ten of the new products of the same category (second level). */
  readonly found: Scores;
  /** Ten at random of the same products, exactly. */
  readonly foundRandom: Scores;
}

/** The chance that `k` drawn of `n` hold at least one of `r`. */
export function chanceOfHit(n: number, r: number, k: number): number {
  let miss = 1;
  for (let i = 0; i < Math.min(k, n); i++) miss *= Math.max(0, n - r - i) / (n - i);
  return 1 - miss;
}

export const categoryOf = (
  { categories }: Pick<ProductTable, 'categories'>,
  row: number,
  levels: number,
): string => (categories[row] ?? '').split('/').slice(0, levels).join('/');

export function measureCold(journey: Journey, seed: number): ColdScores {
  const { products, train, test } = journey;
  const random = new Random(seed);
  const foldOf = Uint8Array.from({ length: products.products }, () => random.below(folds));
  const baskets = listed(test);
  const scores = (): Scores => new Scores(baskets.length);
  const result = {
    ...{ asked: scores(), askedAffinity: scores(), askedRandom: scores(), askedPopular: scores() },
    ...{ found: scores(), foundRandom: scores() },
  };
  const seen = new Set(train.items);
  for (let fold = 0; fold < folds; fold++) {
    const kept = listed(train).map(({ items, seconds }) => ({
      items: items.filter((row) => foldOf[row] !== fold),
      seconds,
    }));
    const trained = trainOn(packed(kept.filter(({ items }) => items.length > 1)), products.products, seed);
    const held = new Set([...seen].filter((row) => foldOf[row] === fold));
    judgeFold(products, baskets, trained, held, result);
  }
  return { heldOut: seen.size, ...result };
}

function judgeFold(
  products: ProductTable,
  baskets: readonly Basket[],
  trained: Trained,
  held: ReadonlySet<number>,
  scores: Omit<ColdScores, 'heldOut'>,
): void {
  const { dims, counts } = trained;
  const isTrained = (row: number): boolean => (counts[row] as number) > 0;
  const cold = coldVectors({
    products: { ...products, ordersTrain: Uint32Array.from(counts) },
    ...{ in: trained.in, out: trained.out, dims, isTrained },
    isRemoved: (row) => !isTrained(row) && !held.has(row),
  });
  const placeOf = new Map(Array.from(cold.rows, (row, i) => [row, i]));
  const known = [...counts.keys()].filter(isTrained);
  const popular = known.toSorted((a, b) => (counts[b] as number) - (counts[a] as number) || a - b);
  const trainedOf = groups(known, (row) => products.categories[row] ?? '');
  const coldOf = groups([...cold.rows], (row) => categoryOf(products, row, 2));
  baskets.forEach(({ items }, basket) => {
    const rest = [...items].filter(isTrained);
    const fresh = [...items].filter((row) => placeOf.has(row));
    if (rest.length === 0 || fresh.length === 0) return;
    const vectors = fresh.map((row) => vectorOf(cold.in, placeOf.get(row) as number, dims));
    const lists = trained.answer(vectors, fresh);
    const affine = trained.answer(vectors, fresh, 0);
    const isRest = new Set(rest);
    const asking = rest.map((row) => vectorOf(trained.in, row, dims));
    fresh.forEach((row, i) => {
      const hit = (list: readonly number[]): number => Number(list.some((other) => isRest.has(other)));
      scores.asked.add(basket, hit([...(lists[i] as Uint32Array)]));
      scores.askedAffinity.add(basket, hit([...(affine[i] as Uint32Array)]));
      scores.askedPopular.add(basket, hit(popular.slice(0, listLength)));
      const alike = trainedOf.get(products.categories[row] ?? '') ?? [];
      const among = alike.filter((other) => isRest.has(other)).length;
      scores.askedRandom.add(basket, chanceOfHit(alike.length, among, listLength));
      const candidates = (coldOf.get(categoryOf(products, row, 2)) ?? []).map(
        (one) => placeOf.get(one) as number,
      );
      const scoreOf = (place: number): number => cartScore(asking, vectorOf(cold.out, place, dims));
      scores.found.add(basket, placeChance(placeOf.get(row) as number, candidates, scoreOf));
      scores.foundRandom.add(basket, Math.min(1, listLength / candidates.length));
    });
  });
}

function groups(rows: readonly number[], keyOf: (row: number) => string): Map<string, number[]> {
  const result = new Map<string, number[]>();
  for (const row of rows) {
    const key = keyOf(row);
    const group = result.get(key);
    if (group === undefined) result.set(key, [row]);
    else group.push(row);
  }
  return result;
}

const vectorOf = (matrix: Float32Array, row: number, dims: number): Float32Array =>
  matrix.subarray(row * dims, (row + 1) * dims);

/** As baskets are merged: the sum of exp(score) over the products that ask. */
function cartScore(asking: readonly Float32Array[], answer: Float32Array): number {
  let sum = 0;
  for (const query of asking) {
    let product = 0;
    for (let t = 0; t < answer.length; t++) product += (query[t] as number) * (answer[t] as number);
    sum += Math.exp(product);
  }
  return sum;
}

/** The chance that `target` is among the ten best, where equal scores (products of the same facts) are ordered by lot. */
function placeChance(
  target: number,
  candidates: readonly number[],
  scoreOf: (one: number) => number,
): number {
  const own = scoreOf(target);
  let better = 0;
  let equal = 0;
  for (const one of candidates) {
    const score = scoreOf(one);
    if (score > own) better++;
    else if (score === own) equal++;
  }
  return Math.min(1, Math.max(0, (listLength - better) / equal));
}
