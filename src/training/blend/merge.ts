// How the products of a basket are heard together: the temperature of the merge, and the offset of each tier, by which the products of a
// tier have more or less to say. Fitted on leave-one-out questions; neither changes the list of a single product.

import type { Random } from '../../base/random.ts';
import type { TestBaskets } from '../evaluate/baskets.ts';
import type { Gathered } from './candidates.ts';

export interface Merge {
  readonly temperature: number;
  /** By tier. */
  readonly offsets: readonly number[];
}

/** Questions: products of a basket as the cart, one of them held out. */
export interface CartQuestions {
  readonly baskets: readonly {
    /** Places in the gathered items. */
    readonly members: Uint32Array;
    /** Members held out, one a question. */
    readonly held: Uint32Array;
    /** Rows that any member has as a candidate, each once. */
    readonly known: Uint32Array;
  }[];
  readonly questions: number;
}

const heldPerBasket = 4;
const basketsMax = 1000;

/** Holds out up to four products of each basket, drawn by `random`, of at most 1,000 baskets. */
export function cartQuestions(random: Random, test: TestBaskets, gathered: Gathered): CartQuestions {
  const { items, offsets, rows } = gathered;
  const place = new Map<number, number>();
  items.forEach((item, i) => {
    place.set(item, i);
  });
  const chosen = random.shuffle(Uint32Array.from({ length: test.heldOut.length }, (_, b) => b));
  const baskets = Array.from(chosen.slice(0, basketsMax).sort(), (b) => {
    const members = test.items
      .slice(test.offsets[b], test.offsets[b + 1])
      .map((item) => place.get(item) as number);
    const held = random.shuffle(Uint32Array.from(members.keys())).slice(0, heldPerBasket);
    const known = new Set<number>();
    for (const member of members)
      for (let n = offsets[member] as number; n < (offsets[member + 1] as number); n++)
        known.add(rows[n] as number);
    return { members, held, known: Uint32Array.from(known) };
  });
  return { baskets, questions: baskets.reduce((sum, { held }) => sum + held.length, 0) };
}

export interface CartWorld {
  readonly gathered: Gathered;
  /** The blended score of each candidate, without offsets. */
  readonly scores: Float64Array;
  /** The tier of each gathered item. */
  readonly tiers: Uint8Array;
  /** Size of the product table. */
  readonly rows: number;
  readonly questions: CartQuestions;
  readonly k: number;
}

export interface CartFigures {
  readonly hitRate: number;
  readonly ndcg: number;
}

/** Answers all questions with exp(score / temperature), scaled by tier, summed over the cart. */
export function judgeMerge(world: CartWorld, weights: Float64Array, factors: readonly number[]): CartFigures {
  const { gathered, tiers, questions, k } = world;
  const { items, offsets, rows } = gathered;
  const sums = new Float64Array(world.rows);
  const inBasket = new Uint8Array(world.rows);
  let [hits, ndcg] = [0, 0];
  const add = (member: number, sign: number): void => {
    const factor = sign * (factors[tiers[member] as number] as number);
    for (let n = offsets[member] as number; n < (offsets[member + 1] as number); n++) {
      const row = rows[n] as number;
      sums[row] = (sums[row] as number) + factor * (weights[n] as number);
    }
  };
  for (const { members, held, known } of questions.baskets) {
    for (const member of members) {
      add(member, 1);
      inBasket[items[member] as number] = 1;
    }
    for (const h of held) {
      const member = members[h] as number;
      const wanted = items[member] as number;
      add(member, -1);
      const own = sums[wanted] as number;
      // What the cart does not know is a rounding error above 0 at most.
      if (own > 1e-12) {
        let place = 0;
        for (const row of known)
          if ((sums[row] as number) > own && inBasket[row] === 0 && ++place >= k) break;
        if (place < k) {
          hits++;
          ndcg += 1 / Math.log2(place + 2);
        }
      }
      add(member, 1);
    }
    for (const row of known) sums[row] = 0;
    for (const member of members) inBasket[items[member] as number] = 0;
  }
  const count = Math.max(1, questions.questions);
  return { hitRate: hits / count, ndcg: ndcg / count };
}

const temperatures = [0.2, 0.3, 0.4, 0.5, 0.7, 1, 1.4, 2];
const steps = [-1, -0.5, -0.25, 0.25, 0.5, 1];
const offsetMost = 3;
const passes = 2;
/** What a change must add to hit rate and NDCG together: less is chance. */
const worthwhile = 5e-4;

/** The temperature, then the offsets, then the temperature again, each by the best hit rate and NDCG together. */
export async function fitMerge(
  world: CartWorld,
  tierCount: number,
  turn: (done: number, total: number) => Promise<void>,
): Promise<Merge & { readonly figures: CartFigures }> {
  let offsets = new Array<number>(tierCount).fill(0);
  let temperature = 1;
  let weights = new Float64Array(0);
  const weigh = (at: number): void => {
    weights = world.scores.map((score) => Math.exp(score / at));
  };
  let done = 0;
  const total = 2 * temperatures.length + passes * tierCount * steps.length;
  const judged = async (): Promise<CartFigures> => {
    await turn(Math.min(++done, total), total);
    return judgeMerge(
      world,
      weights,
      offsets.map((offset) => Math.exp(offset / temperature)),
    );
  };
  const value = ({ hitRate, ndcg }: CartFigures): number => hitRate + ndcg;
  let figures: CartFigures = { hitRate: 0, ndcg: 0 };
  const fitTemperature = async (): Promise<void> => {
    let best = temperature;
    for (const candidate of temperatures) {
      temperature = candidate;
      weigh(candidate);
      const now = await judged();
      if (value(now) > value(figures) + worthwhile) {
        figures = now;
        best = candidate;
      }
    }
    temperature = best;
    weigh(best);
  };
  await fitTemperature();
  for (let pass = 0; pass < passes; pass++) {
    for (let tier = 0; tier < tierCount; tier++) {
      const from = offsets;
      let best = from;
      for (const step of steps) {
        const moved = (from[tier] as number) + step;
        if (Math.abs(moved) > offsetMost) continue;
        offsets = from.map((offset, other) => (other === tier ? moved : offset));
        const now = await judged();
        if (value(now) > value(figures) + worthwhile) {
          figures = now;
          best = offsets;
        }
      }
      offsets = best;
    }
    if (pass === 0) await fitTemperature();
  }
  return { temperature, offsets, figures };
}
