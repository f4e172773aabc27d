// Vectors for products that nobody has ordered yet: the mean of the vectors of known products that are like them.

import { limits } from '../../base/limits.ts';
import { alikeOf, profileOf } from './alike.ts';
import { type Content, contentNeighbours } from './content.ts';
import { type ColdProducts, factsOf } from './facts.ts';

export interface ColdCall {
  readonly products: ColdProducts;
  /** Rows × dims each, in the first rows of `products`. */
  readonly in: Float32Array;
  readonly out: Float32Array;
  readonly dims: number;
  /** Whether a row has vectors of its own. */
  readonly isTrained: (row: number) => boolean;
  /** Whether a row is to be left out: it gets no vector. */
  readonly isRemoved?: (row: number) => boolean;
  /** Imported vectors of what products are (pictures, titles), where there are some. */
  readonly content?: Content;
  /** Trained products that one without orders is made of; `coldNeighbours` if absent. */
  readonly neighbours?: number;
}

/** How many products got their vectors from which neighbours. */
export interface ColdReport {
  /** Products without vectors of their own. */
  readonly cold: number;
  /** Of them, by the nearest of content vectors. */
  readonly byContent: number;
  /** By metadata: the levels of the category path that all neighbours share, such as { 3: 1204, 2: 77 }; 0 is the brand alone. */
  readonly byCategoryLevels: Readonly<Record<number, number>>;
  /** No trained product is like them: they stay without. */
  readonly without: number;
  readonly neighbours: number;
}

export interface ColdVectors {
  /** Rows of `products` that got vectors, ascending. */
  readonly rows: Uint32Array;
  /** rows.length × dims each. */
  readonly in: Float32Array;
  readonly out: Float32Array;
  readonly report: ColdReport;
}

/**
 * Makes an IN and an OUT vector for each product that has none: the means of those of its nearest trained products, by
 * cosine of content vectors where both have them, else by metadata (`alikeOf`). Deterministic; a million products take seconds.
 * The means are not stretched to a usual length: shorter ones are what disagreeing neighbours are worth (docs/training.md).
 */
export function coldVectors(call: ColdCall): ColdVectors {
  const { products, dims, content, neighbours = limits.coldNeighbours.default } = call;
  const { known, cold } = parted(call);
  const byContent = content === undefined ? undefined : contentNeighbours(content, known, cold, neighbours);
  const others = byContent === undefined ? cold : cold.filter((_, i) => byContent[i] === undefined);
  const facts = factsOf(products);
  const alike = alikeOf(facts, others, known, neighbours);
  const rows: number[] = [];
  const made = new Means(call, cold.length);
  const levels: Record<number, number> = {};
  const usedContent = cold.length - others.length;
  cold.forEach((row, i) => {
    const near = byContent?.[i];
    if (near !== undefined) made.add(near);
    else {
      const profile = profileOf(facts, row);
      const found = alike.get(profile);
      if (found === undefined || found.rows.length === 0) return;
      made.add(found.rows, profile);
      levels[found.depth] = (levels[found.depth] ?? 0) + 1;
    }
    rows.push(row);
  });
  return {
    rows: Uint32Array.from(rows),
    in: made.in.subarray(0, rows.length * dims),
    out: made.out.subarray(0, rows.length * dims),
    report: {
      cold: cold.length,
      byContent: usedContent,
      byCategoryLevels: levels,
      without: cold.length - rows.length,
      neighbours,
    },
  };
}

/** Rows with vectors, the most ordered first and equal ones by row, and rows without. */
function parted({ products, isTrained, isRemoved = () => false }: ColdCall) {
  const known: number[] = [];
  const cold: number[] = [];
  for (let row = 0; row < products.products; row++)
    if (!isRemoved(row)) (isTrained(row) ? known : cold).push(row);
  const orders = (row: number): number => products.ordersTrain[row] as number;
  known.sort((a, b) => orders(b) - orders(a) || a - b);
  return { known: Uint32Array.from(known), cold: Uint32Array.from(cold) };
}

/** Means of rows of both matrices, one behind the other. */
class Means {
  readonly in: Float32Array;
  readonly out: Float32Array;
  private readonly from: Pick<ColdCall, 'in' | 'out' | 'dims'>;
  private count = 0;
  private readonly made = new Map<number, number>();

  constructor(from: Pick<ColdCall, 'in' | 'out' | 'dims'>, most: number) {
    this.from = from;
    this.in = new Float32Array(most * from.dims);
    this.out = new Float32Array(most * from.dims);
  }

  /** Adds the mean of some rows; that of the same profile is copied. */
  add(rows: readonly number[], profile?: number): void {
    const { dims } = this.from;
    const at = this.count++;
    const same = profile === undefined ? undefined : this.made.get(profile);
    if (profile !== undefined && same === undefined) this.made.set(profile, at);
    for (const side of ['in', 'out'] as const) {
      const target = this[side];
      if (same !== undefined) target.copyWithin(at * dims, same * dims, (same + 1) * dims);
      else
        for (let t = 0; t < dims; t++) {
          let sum = 0;
          for (const row of rows) sum += this.from[side][row * dims + t] as number;
          target[at * dims + t] = sum / rows.length;
        }
    }
  }
}
