// Complete Journey (dunnhumby: a sample of an American grocery chain's baskets of 2017, every product with category and brand) for
// benches of sparse data: ingested without and with separation by department, and cut at the same time.

import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { limits } from '../src/base/limits.ts';
import { ingest } from '../src/dataprep/ingest.ts';
import { Index } from '../src/native/index.ts';
import {
  type Baskets,
  type ProductTable,
  readBaskets,
  readManifest,
  readProducts,
} from '../src/tables/dataset.ts';
import { countProducts, type TrainingData, tokensPerEpoch } from '../src/training/train/data.ts';
import { initialState, runLoop } from '../src/training/train/loop.ts';
import { settleParameters } from '../src/training/train/parameters.ts';

/** Absent outside a checkout that has the shared data beside it. */
const orders = '../shared/data/complete-journey/transactions.csv.gz';

export interface Journey {
  readonly products: ProductTable;
  readonly train: Baskets;
  readonly test: Baskets;
  /** The same orders as baskets of one department each; the rows are those of `products`. */
  readonly separated: { readonly train: Baskets; readonly test: Baskets };
}

/** Undefined where the data is not there. */
export async function readJourney(): Promise<Journey | undefined> {
  if (!existsSync(orders)) return undefined;
  const dir = mkdtempSync(join(tmpdir(), 'sepet-journey-'));
  try {
    const [whole, parts] = [join(dir, 'whole'), join(dir, 'parts')];
    const preset = 'complete-journey';
    await ingest({ files: [orders], out: whole, preset });
    await ingest({ files: [orders], out: parts, preset, mapping: { context: 'category:1' } });
    const { time } = await readManifest(whole);
    const splitSeconds = Date.parse(time.split as string) / 1000;
    const products = await readProducts(whole);
    const rows = new Map(products.ids.map((id, row) => [id, row]));
    const toRow = (await readProducts(parts)).ids.map((id) => rows.get(id) as number);
    const separated = listed(await readBaskets(parts)).map(({ items, seconds }) => ({
      items: items.map((row) => toRow[row] as number),
      seconds,
    }));
    return {
      products,
      train: await readBaskets(whole, { split: 'train' }),
      test: await readBaskets(whole, { split: 'test' }),
      separated: {
        train: packed(separated.filter(({ seconds }) => seconds < splitSeconds)),
        test: packed(separated.filter(({ seconds }) => seconds >= splitSeconds)),
      },
    };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

export interface Basket {
  readonly items: Uint32Array;
  readonly seconds: number;
}

export const listed = ({ items, offsets, timeSeconds }: Baskets): Basket[] =>
  Array.from(timeSeconds, (seconds, b) => ({ items: items.subarray(offsets[b], offsets[b + 1]), seconds }));

export function packed(baskets: readonly Basket[]): Baskets {
  const offsets = new Uint32Array(baskets.length + 1);
  baskets.forEach(({ items }, b) => {
    offsets[b + 1] = (offsets[b] as number) + items.length;
  });
  const items = new Uint32Array(offsets[baskets.length] as number);
  baskets.forEach((basket, b) => {
    items.set(basket.items, offsets[b]);
  });
  return {
    ...{ baskets: baskets.length, items, offsets },
    timeSeconds: Float64Array.from(baskets, ({ seconds }) => seconds),
  };
}

/** Chosen on the later part of the training time; the usual 60 learn these few baskets by heart. */
const epochs = 10;
const dims = 64;
export const listLength = 10;

/** A word2vec model of baskets that answers for any IN vector. */
export interface Trained {
  readonly dims: number;
  readonly in: Float32Array;
  readonly out: Float32Array;
  /** Baskets that hold each product. */
  readonly counts: Float64Array;
  /** The ten best rows for each IN vector, but for one row each; at gamma 0 popularity counts for nothing. */
  answer(queries: readonly Float32Array[], skip: readonly number[], gamma?: number): Uint32Array[];
}

/** Trains on one thread, so that a seed gives one model. It ranks the rows that it has seen, or those given by the counts given. */
export function trainOn(
  baskets: Baskets,
  products: number,
  seed: number,
  ranked?: { readonly rows: Uint32Array; readonly counts: Float64Array },
): Trained {
  const data: TrainingData = { products, ...baskets };
  const parameters = settleParameters(
    { dims, epochs, seed, deterministic: true },
    { maxBasket: 20, tokensPerEpoch: tokensPerEpoch(data, 20) },
  );
  const state = runLoop(data, parameters, initialState(data, parameters), { threads: 1 });
  const counts = countProducts(data);
  const weights = ranked?.counts ?? counts;
  const rows = ranked?.rows ?? Uint32Array.from(counts.keys()).filter((row) => (counts[row] as number) > 0);
  const stride = dims + 1;
  const vectors = new Float32Array(rows.length * stride);
  rows.forEach((row, i) => {
    vectors.set(state.out.subarray(row * dims, (row + 1) * dims), i * stride);
    vectors[i * stride + dims] = Math.log1p(weights[row] as number);
  });
  const index = new Index({ vectors, dims: stride });
  const place = new Map(Array.from(rows, (row, i) => [row, i]));
  return {
    ...{ dims, in: state.in, out: state.out, counts },
    answer(asked, skip, gamma = limits.gamma.default) {
      const queries = new Float32Array(asked.length * stride);
      asked.forEach((vector, q) => {
        queries.set(vector, q * stride);
        queries[q * stride + dims] = gamma;
      });
      const found = new Uint32Array(asked.length * listLength);
      index.scan({
        ...{ queries, k: listLength, rows: found, scores: new Float32Array(found.length) },
        counts: new Uint32Array(asked.length),
        skip: Uint32Array.from(skip, (row) => place.get(row) ?? 0xffff_ffff),
      });
      return asked.map((_, q) =>
        found.subarray(q * listLength, (q + 1) * listLength).map((i) => rows[i] as number),
      );
    },
  };
}
