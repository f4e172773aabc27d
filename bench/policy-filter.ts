// Filtering and re-ranking of 200 candidates by the example of docs/policy.md, without retrieval and encoding.

import { limits } from '../src/base/limits.ts';
import { parsePolicy } from '../src/policy/parse.ts';
import { createArranger } from '../src/recommend/arrange.ts';
import { type Artifact, holdingsOf } from '../src/recommend/artifact.ts';
import { createBlender } from '../src/recommend/blend.ts';
import { createCaps } from '../src/recommend/caps.ts';
import { createFiller } from '../src/recommend/fill.ts';
import { createSelection } from '../src/recommend/select.ts';
import { servedPolicies } from '../src/recommend/served.ts';
import { createSides } from '../src/recommend/sides.ts';
import { quantile } from './policy-shop.ts';

/** The example of the design: eight filters, four rank rules, diversity of every kind. */
const example = `
name: pdp
limit: 10
candidates: { count: 200, max: 3200, source: [embedding, cooccurrence] }
filters:
  - { name: stock,   keep: { inStock: true } }
  - { name: gender,  when: { category: "Clothing/**" }, keep: { gender: same-or-unisex } }
  - { name: price,   keep: { priceRatio: { max: 1.5 } } }
  - { name: band,    when: { category: "Electronics/**" }, keep: { priceBand: { within: 1 } } }
  - { name: adult,   drop: { pair: [ { category: "Adult/**" }, { category: "Health/**" } ] } }
  - { name: rivals,  drop: { pair: [ { brand: "A" }, { brand: "B" } ] } }
  - { name: same-kind, drop: { category: same-leaf } }
  - { name: variants, drop: { group: same } }
rank:
  - { name: summer, when: { category: "Garden/**" }, between: [2024-06-01, 2024-12-31], boost: 1.2 }
  - { name: margin, field: margin, weight: 0.1 }
  - { name: fresh,  share: 0.1, newerThanDays: 30 }
  - { name: explore, share: 0.05, seed: request }
diversity: { noAdjacentSame: category, max: { brand: 2, category: 4 }, mmr: 0.3 }
fallback: [category-popular, gender-popular, popular]
sort: score
`;

export interface FilterFigures {
  readonly filterMicrosP50: number;
  readonly filterMicrosP99: number;
  /** Candidates that passed, on the average. */
  readonly passed: number;
  /** Heap that one more candidate costs, in bytes. */
  readonly bytesPerCandidate: number;
}

const nowMs = Date.UTC(2024, 9, 4);

/** Makes the function that filters and re-ranks the candidates of a row, and says how many passed. */
function pipeline(artifact: Artifact, count: number) {
  const { catalog, vectors } = artifact;
  const documents = [parsePolicy(example, 'example.yaml')];
  const { default: served } = servedPolicies(documents, catalog, holdingsOf(artifact));
  const selection = createSelection(catalog);
  const caps = createCaps(catalog);
  const sides = createSides(artifact, selection, {});
  const { retriever } = sides.embedding;
  const filler = createFiller({ artifact, sides, selection, caps, blender: createBlender(artifact) });
  const arranger = createArranger(catalog.columns, vectors);
  const { policy, gathers } = served;
  const query = (row: number) => ({ row, gamma: 0.5, efSearch: limits.efSearch.default });
  const candidatesOf = (row: number) => {
    const [found] = retriever.search([{ ...query(row), efSearch: 400 }], count);
    if (found === undefined) throw new Error('The index found nothing.');
    return { ...found, rows: found.rows.slice(0, count), scores: found.scores.slice(0, count), start: 0 };
  };
  const run = (row: number, first: ReturnType<typeof candidatesOf>): number => {
    const rules = policy.bind(row, [], nowMs);
    const ranking = policy.rank(nowMs);
    selection.begin({ row, rules, explains: false });
    const { diversity } = ranking;
    const looks = { embedding: { query: query(row), first } };
    const task = { row, looks, isListed: false, need: 10, gathers, include: [], policy, rules, diversity };
    filler.fill(task);
    const slots = { ranking, need: 10, limit: 10, seed: row, boosts: true, whole: false };
    const placed = arranger.arrange(selection.pool, arranger.order(selection.pool, slots), slots);
    if (placed.length !== 10) throw new Error(`${placed.length} of 10 items for row ${row}.`);
    return selection.pool.size;
  };
  return { candidatesOf, run };
}

/** Heap bytes that a run of all rows takes, the least of some runs (a collection in between hides some). */
function heapBytes(artifact: Artifact, count: number, rows: readonly number[]): number {
  const { candidatesOf, run } = pipeline(artifact, count);
  const firsts = rows.map(candidatesOf);
  const taken: number[] = [];
  for (let round = 0; round < 200; round++) {
    const before = process.memoryUsage().heapUsed;
    for (const [i, row] of rows.entries()) run(row, firsts[i] as ReturnType<typeof candidatesOf>);
    const bytes = process.memoryUsage().heapUsed - before;
    if (round >= 100 && bytes >= 0) taken.push(bytes);
  }
  return quantile(taken, 0.5) / rows.length;
}

/** Times the pipeline for `queries` rows, some rounds each after a warm-up. */
export function measureFilter(artifact: Artifact, queries: number): FilterFigures {
  const rows = Array.from({ length: queries }, (_, i) =>
    Math.floor((i * artifact.catalog.products) / queries),
  );
  const { candidatesOf, run } = pipeline(artifact, 200);
  const firsts = rows.map(candidatesOf);
  const micros: number[] = [];
  let passed = 0;
  for (let round = 0; round < 40; round++)
    rows.forEach((row, i) => {
      const first = firsts[i] as ReturnType<typeof candidatesOf>;
      const start = process.hrtime.bigint();
      const kept = run(row, first);
      const taken = Number(process.hrtime.bigint() - start) / 1000;
      if (round < 10) return;
      micros.push(taken);
      passed += kept;
    });
  const some = rows.slice(0, 50);
  const more = heapBytes(artifact, 400, some) - heapBytes(artifact, 200, some);
  return {
    filterMicrosP50: quantile(micros, 0.5),
    filterMicrosP99: quantile(micros, 0.99),
    passed: passed / micros.length,
    bytesPerCandidate: Math.max(0, Math.round((more / 200) * 10) / 10),
  };
}
