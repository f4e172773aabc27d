// A filter that keeps few of many products: whole requests through the recommender, checked against an exact scan of
// what the filter keeps. So few eligible products are scanned.

import { unknown32 } from '../src/base/products.ts';
import { compilePolicy, firstDrop } from '../src/policy/compile.ts';
import { parsePolicy } from '../src/policy/parse.ts';
import type { Artifact } from '../src/recommend/artifact.ts';
import { createRecommender } from '../src/recommend/open.ts';
import { isFailure, type RecommendAnswer, type Recommender } from '../src/recommend/recommender.ts';
import { quantile, rareBrands } from './policy-shop.ts';

export interface SelectiveFigures {
  readonly selectivity: number;
  readonly recallAt10: number;
  readonly msP50: number;
  readonly msP99: number;
  /** By a filter that is remembered as bits, on the index alone. */
  readonly bitsMsP50: number;
}

const policy = parsePolicy('{ name: all, fallback: [popular] }', 'all.yaml');

/** The best ten of some rows by the plain formula, in double precision. */
function exactTop({ vectors, catalog }: Artifact, query: number, rows: readonly number[]): Set<string> {
  const { dims } = vectors;
  const scored = rows
    .filter((row) => row !== query)
    .map((row) => {
      let score = 0.5 * (vectors.out[row * (dims + 1) + dims] as number);
      for (let i = 0; i < dims; i++)
        score += (vectors.in[query * dims + i] as number) * (vectors.out[row * (dims + 1) + i] as number);
      return { row, score };
    })
    .sort((a, b) => b.score - a.score || a.row - b.row);
  return new Set(scored.slice(0, 10).map(({ row }) => catalog.ids.id(row)));
}

function timed<T>(work: () => T): { value: T; ms: number } {
  const start = process.hrtime.bigint();
  const value = work();
  return { value, ms: Number(process.hrtime.bigint() - start) / 1e6 };
}

/** The time of a search under bits that keep `rows`. */
function bitsTime(
  { index, vectors, catalog }: Artifact,
  queries: readonly number[],
  rows: readonly number[],
): number {
  const { dims } = vectors;
  const filter = new Uint32Array(Math.ceil(catalog.products / 32));
  for (const row of rows) filter[row >>> 5] = (filter[row >>> 5] as number) | (1 << (row & 31));
  const out = { rows: new Uint32Array(10), scores: new Float32Array(10), counts: new Uint32Array(1) };
  const times = queries.map((query) => {
    const values = new Float32Array(dims + 1);
    values.set(vectors.in.subarray(query * dims, (query + 1) * dims));
    values[dims] = 0.5;
    return timed(() => index.scan({ queries: values, k: 10, ...out, filter })).ms;
  });
  return quantile(times, 0.5);
}

type Ask = (query: number) => RecommendAnswer;

interface Asked {
  readonly recallAt10: number;
  readonly msP50: number;
  readonly msP99: number;
}

/** Asks twice for each query, the second time on the clock, and compares with the exact answers of what is kept. */
function measure(
  artifact: Artifact,
  queries: readonly number[],
  ask: Ask,
  keptOf: (query: number) => readonly number[],
): Asked {
  for (const query of queries) ask(query);
  const times: number[] = [];
  let found = 0;
  let wanted = 0;
  for (const query of queries) {
    const { value, ms } = timed(() => ask(query));
    times.push(ms);
    const exact = exactTop(artifact, query, keptOf(query));
    wanted += exact.size;
    found += value.items.filter(({ id }) => exact.has(id)).length;
  }
  return { recallAt10: found / wanted, msP50: quantile(times, 0.5), msP99: quantile(times, 0.99) };
}

const asking =
  (recommender: Recommender, rest: object = {}): Ask =>
  (query) => {
    const [answer] = recommender.recommend([{ product: `P${query}`, ...rest }]);
    if (answer === undefined || isFailure(answer)) throw new Error(JSON.stringify(answer));
    return answer;
  };

const spread = (products: number, queries: number): number[] =>
  Array.from({ length: queries }, (_, i) => Math.floor(((i + 0.5) * products) / queries));

/** Asks for ten of each rare brand, for `queries` products. */
export function measureSelective(artifact: Artifact, queries: number): SelectiveFigures[] {
  const { products, brands, columns } = artifact.catalog;
  const recommender = createRecommender(artifact, policy);
  const asked = spread(products, queries);
  return rareBrands.map(({ brand }) => {
    const number = brands.find(brand);
    const rows: number[] = [];
    for (let row = 0; row < products; row++) if (columns.brand[row] === number) rows.push(row);
    const ask = asking(recommender, { filters: { brand: [brand] } });
    return {
      selectivity: rows.length / products,
      ...measure(artifact, asked, ask, () => rows),
      bitsMsP50: bitsTime(artifact, asked, rows),
    };
  });
}

export interface DependentFigures extends Asked {
  readonly rule: string;
  /** On the average of the queries. */
  readonly selectivity: number;
}

const dependent = [
  { rule: 'price within 1 %', keep: '{ priceRatio: { min: 0.99, max: 1.01 } }' },
  { rule: 'same category', keep: '{ category: same-leaf }' },
  {
    rule: 'same category, price within 10 %',
    keep: '{ category: same-leaf, priceRatio: { min: 0.9, max: 1.1 } }',
  },
];

/** Asks for ten of what a rule keeps that depends on the query product: another set for each. */
export function measureDependent(artifact: Artifact, queries: number): DependentFigures[] {
  const { products, columns } = artifact.catalog;
  // Products whose price is not known have no price ratio.
  const asked = spread(products, queries).filter((row) => columns.price[row] !== unknown32);
  return dependent.map(({ rule, keep }) => {
    const text = `{ name: one, filters: [{ name: kept, keep: ${keep}, unknown: drop }], fallback: [popular] }`;
    const document = parsePolicy(text, 'one.yaml');
    const compiled = compilePolicy(document, artifact.catalog);
    let kept = 0;
    const keptOf = (query: number): number[] => {
      const rules = compiled.bind(query, []);
      const rows: number[] = [];
      for (let row = 0; row < products; row++) if (firstDrop(rules, row) < 0) rows.push(row);
      kept += rows.length;
      return rows;
    };
    const figures = measure(artifact, asked, asking(createRecommender(artifact, document)), keptOf);
    return { rule, selectivity: kept / asked.length / products, ...figures };
  });
}
