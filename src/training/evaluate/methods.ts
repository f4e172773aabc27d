// The methods side by side, each behind one shape: a ranked list of other products for each product asked.

import { SepetError } from '../../base/errors.ts';
import type { FittedFeatures } from '../../features/encode.ts';
import { type FmModel, fmFold, Index, noRow } from '../../native/index.ts';
import type { Measure, ScoredLists } from '../../tables/cooccurrence.ts';
import type { ProductTable } from '../../tables/dataset.ts';
import { productRows } from '../fm/pairs.ts';
import { unitRows } from '../unit-rows.ts';
import type { Model } from './model.ts';

export type MethodName =
  | 'popularity'
  | Measure
  | 'word2vec'
  | 'word2vecInIn'
  | 'fm'
  | 'ease'
  | 'blend'
  | 'served'
  | 'servedPlain';

/** Lists for a batch of products: the i-th is rows[start(i)] up to rows[end(i)] (excluded), best first. */
export interface BatchLists {
  readonly rows: Uint32Array;
  /** What a list entry adds to a cart's sum: positive, and falling along the list. */
  readonly weights: Float32Array | Float64Array;
  start(i: number): number;
  end(i: number): number;
}

export interface Method {
  readonly name: MethodName;
  /** Answers for each of `items` (product rows with training orders), which is never in its own list. */
  lists(items: Uint32Array): BatchLists;
  /** The first `k` for each cart, nothing of the cart among them; absent where a cart sums up its products' lists. */
  carts?(carts: readonly Uint32Array[], k: number): readonly Uint32Array[];
  /** Whether lists that are too short go on with the most popular; they do if absent. */
  readonly fills?: boolean;
}

/** Product rows with training orders, the most ordered first (then by row): the catalogue that is ranked. */
export function candidateRows(products: ProductTable): Uint32Array {
  const orders = products.ordersTrain;
  const rows = Uint32Array.from({ length: products.products }, (_, row) => row);
  return rows
    .filter((row) => (orders[row] ?? 0) > 0)
    .sort((a, b) => (orders[b] ?? 0) - (orders[a] ?? 0) || a - b);
}

/** The same list for every product: the most ordered in training. */
export function popularityMethod(products: ProductTable, candidates: Uint32Array, depth: number): Method {
  const top = candidates.slice(0, depth + 1);
  return {
    name: 'popularity',
    lists(items) {
      const rows = new Uint32Array(items.length * depth);
      const weights = new Float64Array(rows.length);
      const length = Math.min(depth, candidates.length - 1);
      items.forEach((item, i) => {
        const list = top.filter((row) => row !== item).subarray(0, length);
        rows.set(list, i * depth);
        list.forEach((row, at) => {
          weights[i * depth + at] = products.ordersTrain[row] ?? 0;
        });
      });
      return { rows, weights, start: (i) => i * depth, end: (i) => i * depth + length };
    },
  };
}

/** Co-occurrence lists as they were counted; a cart sums their scores. */
export function cooccurrenceMethod(name: Measure, lists: ScoredLists): Method {
  const { offsets, rows, scores } = lists;
  return {
    name,
    lists: (items) => ({
      rows,
      weights: scores,
      start: (i) => offsets[items[i] ?? 0] ?? 0,
      end: (i) => offsets[(items[i] ?? 0) + 1] ?? 0,
    }),
  };
}

interface Vectors {
  readonly name: MethodName;
  readonly dims: number;
  /** One row for each candidate, in their order. */
  readonly vectors: Float32Array;
  /** One row for each product. */
  readonly queries: Float32Array;
}

/** An exact scan in native code; a cart sums exp(score) of its products' lists. */
function scanMethod(
  { name, dims, vectors, queries }: Vectors,
  candidates: Uint32Array,
  depth: number,
): Method {
  const index = new Index({ vectors, dims });
  const k = Math.min(depth, candidates.length);
  const place = new Uint32Array(queries.length / dims).fill(noRow);
  candidates.forEach((row, at) => {
    place[row] = at;
  });
  return {
    name,
    lists(items) {
      const asked = new Float32Array(items.length * dims);
      items.forEach((row, i) => {
        asked.set(queries.subarray(row * dims, (row + 1) * dims), i * dims);
      });
      const rows = new Uint32Array(items.length * k);
      const scores = new Float32Array(items.length * k);
      const counts = new Uint32Array(items.length);
      const skip = items.map((row) => place[row] ?? noRow);
      index.scan({ queries: asked, k, rows, scores, counts, skip });
      return {
        rows: rows.map((at) => candidates[at] ?? noRow),
        weights: Float64Array.from(scores, Math.exp),
        start: (i) => i * k,
        end: (i) => i * k + (counts[i] ?? 0),
      };
    },
  };
}

function requireFinite(vectors: Float32Array, dims: number, section: string): void {
  const bad = vectors.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return;
  const row = Math.floor(bad / dims);
  throw new SepetError(
    'vector_not_finite',
    `${section} holds NaN or infinity in row ${row}: train the model again.`,
  );
}

/** IN·OUT + gamma·ln(1 + training orders): gamma is one more dimension of the query, the logarithm one of the rows. */
export function word2vecMethod(
  model: Model,
  products: Pick<ProductTable, 'products' | 'ordersTrain'>,
  candidates: Uint32Array,
  options: { readonly gamma: number; readonly depth: number },
): Method {
  requireFinite(model.in, model.dims, 'w2v.in');
  requireFinite(model.out, model.dims, 'w2v.out');
  const dims = model.dims + 1;
  const vectors = new Float32Array(candidates.length * dims);
  candidates.forEach((row, at) => {
    vectors.set(model.out.subarray(row * model.dims, (row + 1) * model.dims), at * dims);
    vectors[at * dims + model.dims] = Math.log1p(products.ordersTrain[row] ?? 0);
  });
  const queries = new Float32Array(products.products * dims);
  for (let row = 0; row < products.products; row++) {
    queries.set(model.in.subarray(row * model.dims, (row + 1) * model.dims), row * dims);
    queries[row * dims + model.dims] = options.gamma;
  }
  return scanMethod({ name: 'word2vec', dims, vectors, queries }, candidates, options.depth);
}

/**
 * A factorization machine folded into vectors (Rendle 2010): an item's are the sum of its factors and its own part of the score,
 * a query's the sum of its factors and 1.
 */
export function fmMethod(
  { model, fitted }: { readonly model: FmModel; readonly fitted: FittedFeatures },
  products: ProductTable,
  candidates: Uint32Array,
  depth: number,
): Method {
  const rows = productRows(fitted, products);
  const dims = model.factorsEach + 1;
  const items = fmFold(model, rows.items);
  const vectors = new Float32Array(candidates.length * dims);
  candidates.forEach((row, at) => {
    vectors.set(items.subarray(row * dims, (row + 1) * dims), at * dims);
  });
  const queries = fmFold(model, rows.queries);
  for (let last = dims - 1; last < queries.length; last += dims) queries[last] = 1;
  return scanMethod({ name: 'fm', dims, vectors, queries }, candidates, depth);
}

/** Cosine of IN with IN: what the same model says when it is used for likeness. */
export function inInMethod(model: Model, candidates: Uint32Array, depth: number): Method {
  requireFinite(model.in, model.dims, 'w2v.in');
  const { dims } = model;
  const queries = unitRows(model.in, dims);
  const vectors = new Float32Array(candidates.length * dims);
  candidates.forEach((row, at) => {
    vectors.set(queries.subarray(row * dims, (row + 1) * dims), at * dims);
  });
  return scanMethod({ name: 'word2vecInIn', dims, vectors, queries }, candidates, depth);
}
