// The candidates of products as serving gathers them: the best by the embedding and the whole co-occurrence list, each with the score of
// both sources.

import { Index, noRow } from '../../native/index.ts';
import type { ScoredLists } from '../../tables/cooccurrence.ts';
import type { ProductTable } from '../../tables/dataset.ts';
import type { Model } from '../evaluate/model.ts';

/** Candidates of products; those of the i-th are at offsets[i] up to offsets[i + 1] (excluded). */
export interface Gathered {
  readonly items: Uint32Array;
  readonly offsets: Uint32Array;
  readonly rows: Uint32Array;
  /** IN·OUT + gamma · popularity. */
  readonly embedding: Float32Array;
  /** NaN of a candidate that is not in the product's list. */
  readonly cooccurrence: Float32Array;
  /** ln(1 + training orders) of the candidate less the mean. */
  readonly popularity: Float32Array;
}

export interface GatherWorld {
  readonly model: Model;
  readonly products: Pick<ProductTable, 'products' | 'ordersTrain'>;
  /** The rows that are ranked. */
  readonly candidates: Uint32Array;
  readonly lists: ScoredLists;
}

export interface Gatherer {
  /** At most a few hundred products a call: memory is `depth` candidates for each. */
  gather(items: Uint32Array): Gathered;
}

/** ln(1 + training orders) of each product less the mean over those with orders: what the artifact's popularity dimension holds. */
export function centredPopularity(orders: Uint32Array): Float32Array {
  const logs = Float64Array.from(orders, Math.log1p);
  const known = logs.filter((x) => x > 0);
  const mean = known.reduce((sum, x) => sum + x, 0) / Math.max(1, known.length);
  return Float32Array.from(logs, (x) => x - mean);
}

/** The OUT rows of the candidates with their popularity as one more dimension. */
function outIndex({ model, candidates }: GatherWorld, popularity: Float32Array): Index {
  const dims = model.dims + 1;
  const vectors = new Float32Array(candidates.length * dims);
  candidates.forEach((row, at) => {
    vectors.set(model.out.subarray(row * model.dims, (row + 1) * model.dims), at * dims);
    vectors[at * dims + model.dims] = popularity[row] as number;
  });
  return new Index({ vectors, dims });
}

/** `depth` candidates of the embedding at `gamma`, and those of the lists beside them. */
export function gatherer(
  world: GatherWorld,
  { gamma, depth }: { readonly gamma: number; readonly depth: number },
): Gatherer {
  const { model, products, candidates, lists } = world;
  const popularity = centredPopularity(products.ordersTrain);
  const index = outIndex(world, popularity);
  const dims = model.dims + 1;
  const k = Math.min(depth, candidates.length);
  const place = new Uint32Array(products.products).fill(noRow);
  candidates.forEach((row, at) => {
    place[row] = at;
  });
  const affinity = (item: number, row: number): number => {
    let sum = gamma * (popularity[row] as number);
    for (let d = 0; d < model.dims; d++)
      sum += (model.in[item * model.dims + d] as number) * (model.out[row * model.dims + d] as number);
    return sum;
  };
  // For the product at work: one more than where a candidate is, 0 where it is none yet.
  const at = new Uint32Array(products.products);
  return {
    gather(items) {
      const queries = new Float32Array(items.length * dims);
      items.forEach((item, i) => {
        queries.set(model.in.subarray(item * model.dims, (item + 1) * model.dims), i * dims);
        queries[(i + 1) * dims - 1] = gamma;
      });
      const found = new Uint32Array(items.length * k);
      const scores = new Float32Array(items.length * k);
      const counts = new Uint32Array(items.length);
      const skip = items.map((item) => place[item] ?? noRow);
      index.scan({ queries, k, rows: found, scores, counts, skip });
      const offsets = new Uint32Array(items.length + 1);
      const rows: number[] = [];
      const embedding: number[] = [];
      const cooccurrence: number[] = [];
      items.forEach((item, i) => {
        const begin = rows.length;
        for (let n = 0; n < (counts[i] as number); n++) {
          const row = candidates[found[i * k + n] as number] as number;
          rows.push(row);
          embedding.push(scores[i * k + n] as number);
          cooccurrence.push(Number.NaN);
          at[row] = rows.length;
        }
        for (
          let entry = lists.offsets[item] as number;
          entry < (lists.offsets[item + 1] as number);
          entry++
        ) {
          const row = lists.rows[entry] as number;
          if (place[row] === noRow) continue;
          if (at[row] === 0) {
            rows.push(row);
            embedding.push(affinity(item, row));
            cooccurrence.push(Number.NaN);
            at[row] = rows.length;
          }
          cooccurrence[(at[row] as number) - 1] = lists.scores[entry] as number;
        }
        for (let n = begin; n < rows.length; n++) at[rows[n] as number] = 0;
        offsets[i + 1] = rows.length;
      });
      return {
        items,
        offsets,
        rows: Uint32Array.from(rows),
        embedding: Float32Array.from(embedding),
        cooccurrence: Float32Array.from(cooccurrence),
        popularity: Float32Array.from(rows, (row) => popularity[row] as number),
      };
    },
  };
}
