// Recommending by the book: rank everything, walk down, apply the rules by their plain reading, arrange what passes.
// Slow and simple, the oracle of the recommender over a catalogue that is scanned.

import type { ScoredLists } from '../../src/artifact/lists.ts';
import { unknown8, unknown32 } from '../../src/base/products.ts';
import type { PolicyDocument, RuleDocument } from '../../src/policy/document.ts';
import type { Artifact } from '../../src/recommend/artifact.ts';
import { type Filled, type Source, sources } from '../../src/recommend/recommender.ts';
import { lotOf } from '../../src/recommend/seed.ts';
import { dropsPlainly, type PlainProduct } from '../policy/reference.ts';
import { arrangePlainly, hasRoom, type PlainCandidate } from './arrange-plainly.ts';
import { nobody, plainProducts } from './products.ts';

export interface PlainAnswer {
  readonly rows: readonly number[];
  readonly filled: Filled;
}

export interface PlainQuestion {
  readonly product: string;
  /** Rows of the products asked for that are known, the query product's first. */
  readonly asked: readonly number[];
  readonly gamma: number;
  readonly limit: number;
  readonly extra: readonly RuleDocument[];
  readonly include?: readonly number[];
  readonly seed?: number | undefined;
  readonly nowMs: number;
}

const dayMs = 86_400_000;

/** The exact score of each row with a vector, by row; the exact scan is tested elsewhere. */
function vectorScores(
  { vectors, manifest, index }: Artifact,
  row: number,
  gamma: number,
): Map<number, number> {
  const { dims, trained } = vectors;
  const queries = new Float32Array(dims + 1);
  queries.set(vectors.in.subarray(row * dims, (row + 1) * dims));
  queries[dims] = gamma / manifest.popularity.scale;
  const [rows, scores] = [new Uint32Array(trained), new Float32Array(trained)];
  const counts = new Uint32Array(1);
  index.scan({ queries, k: trained, rows, scores, counts, skip: Uint32Array.of(row) });
  const found = Array.from(rows.subarray(0, counts[0]), (other, i) => [other, scores[i] as number] as const);
  return new Map(found);
}

/** What the vectors of several products say: a table of scores for each, best first. */
function vectorsOf(tables: readonly Map<number, number>[], own: readonly number[]) {
  const [only] = tables;
  const score = (row: number): number => {
    if (tables.length === 1) return only?.get(row) as number;
    return Math.fround(Math.log(tables.reduce((sum, table) => sum + Math.exp(table.get(row) as number), 0)));
  };
  /** The best of `depth` that each product names of the rows that pass. */
  const best = (depth: number, passes: (row: number) => boolean): number[] => {
    const named = tables.flatMap((table) => [...table.keys()].filter(passes).slice(0, depth));
    const rows = [...new Set(named)].filter((row) => !own.includes(row));
    return tables.length === 1 ? rows : rows.sort((a, b) => score(b) - score(a) || a - b);
  };
  return { score, best };
}

/** The lists of a fallback, each a tier. */
function fallbackLists({ catalog, popularity }: Artifact, list: string, row: number): number[][] {
  const { columns, categories } = catalog;
  const all = [...popularity.all];
  if (list === 'popular') return [all];
  if (list === 'gender-popular')
    return [
      all.filter(
        (other) =>
          row >= 0 && columns.gender[row] !== unknown8 && columns.gender[other] === columns.gender[row],
      ),
    ];
  const category = columns.category[row] ?? unknown32;
  if (category === unknown32) return [];
  const parts = categories.at(category).split('/');
  const inside = (other: number, path: string): boolean => {
    const own = columns.category[other] as number;
    return own !== unknown32 && `${categories.at(own)}/`.startsWith(`${path}/`);
  };
  return parts
    .map((_, i) => parts.slice(0, parts.length - i).join('/'))
    .map((path) => all.filter((other) => inside(other, path)));
}

function pinnedRows({ catalog }: Artifact, { pins }: PolicyDocument, limit: number) {
  const taken = pins.map((pin) => (typeof pin === 'string' ? 0 : pin.position));
  const places = pins.map((pin) => {
    if (typeof pin !== 'string') return { id: pin.id, position: pin.position };
    let position = 1;
    while (taken.includes(position)) position++;
    taken.push(position);
    return { id: pin, position };
  });
  return places
    .map(({ id, position }) => ({ row: catalog.ids.row(id), position }))
    .filter(({ row, position }) => row >= 0 && position <= limit)
    .sort((a, b) => a.position - b.position);
}

function sortedPlainly(rows: readonly PlainCandidate[], { catalog }: Artifact, by: string): PlainCandidate[] {
  const { price, orders, released } = catalog.columns;
  const key = ({ row }: PlainCandidate): number =>
    ({ price: price[row], popularity: -(orders[row] as number), newest: -(released[row] as number) })[by] ??
    0;
  return rows.toSorted((a, b) => key(a) - key(b));
}

/** The sum of what the products' lists say; of one list, in its order. */
function listedPlainly(
  { offsets, rows, scores }: ScoredLists,
  asked: readonly number[],
): Map<number, number> {
  const listed = new Map<number, number>();
  for (const row of asked)
    for (let i = offsets[row] as number; i < (offsets[row + 1] as number); i++)
      listed.set(rows[i] as number, (listed.get(rows[i] as number) ?? 0) + (scores[i] as number));
  return asked.length === 1 ? listed : new Map([...listed].sort(([a, x], [b, y]) => y - x || a - b));
}

/** The rows that a recommender over this artifact must return, and its account. */
export function answerPlainly(artifact: Artifact, policy: PolicyDocument, asked: PlainQuestion): PlainAnswer {
  const products = plainProducts(artifact);
  const { vectors, catalog, cooccurrence } = artifact;
  const { limit } = asked;
  const [row = -1] = asked.asked;
  const query = products[row] ?? nobody;
  const day = Math.floor(asked.nowMs / dayMs);
  const blocks: RuleDocument = { name: 'blocks', drop: { ids: policy.blocks }, unknown: 'keep' };
  const rules = [blocks, ...policy.filters, ...asked.extra];
  const { count, max, source: sourceNames, blend } = policy.candidates;
  const include = asked.include ?? [];
  const gathers =
    policy.rank.length + include.length + Object.keys(policy.diversity).length > 0 || blend !== undefined;
  const tables = asked.asked
    .filter((own) => own < vectors.trained && sourceNames.includes('embedding'))
    .map((own) => vectorScores(artifact, own, asked.gamma));
  const { score: byScore, best } = vectorsOf(tables, asked.asked);
  const { length: width } = tables;
  const isScored = (other: number): boolean =>
    width > 0 && other < vectors.trained && !asked.asked.includes(other);
  const listed = listedPlainly(cooccurrence, asked.asked);

  const seen = new Set(asked.asked);
  const dropped: Record<string, number> = {};
  const passes = (other: number): boolean => {
    if (seen.has(other)) return false;
    seen.add(other);
    const rule = rules.find((one) => dropsPlainly(one, products[other] as PlainProduct, query, day));
    if (rule !== undefined) dropped[rule.name] = (dropped[rule.name] ?? 0) + 1;
    return rule === undefined;
  };
  const popularity = (other: number): number => Math.log1p(catalog.columns.orders[other] as number);
  const loose = (other: number, tiers: { vector: number; other: number }): PlainCandidate => {
    return isScored(other)
      ? { row: other, source: 'embedding', tier: tiers.vector, total: byScore(other) }
      : { row: other, source: 'fallback', tier: tiers.other, total: popularity(other) };
  };

  const pins = pinnedRows(artifact, policy, limit).filter((pin) => passes(pin.row));
  const need = limit - pins.length;
  const pool: PlainCandidate[] = [];
  const vectorTier = blend === undefined ? sourceNames.indexOf('embedding') : 0;
  for (const other of include)
    if (passes(other)) pool.push(loose(other, { vector: vectorTier, other: sources.length }));

  const kept: PlainCandidate[] = [];
  const roomy: PlainProduct[] = [];
  const keep = (candidate: PlainCandidate): void => {
    kept.push(candidate);
    const product = products[candidate.row] as PlainProduct;
    if (hasRoom(policy, roomy, product)) roomy.push(product);
  };
  const look = (
    rows: readonly number[],
    source: Source,
    tier: number,
    score: (other: number) => number,
  ): void => {
    for (const other of rows) {
      if (!(gathers && source !== 'fallback') && kept.length >= need) return;
      if (passes(other)) keep({ row: other, source, tier, total: score(other) });
    }
  };
  const anyRow = (): boolean => true;
  const depthAt = (k: number): number =>
    width === 1 ? k : Math.min(k, Math.max(32, Math.ceil((2 * k) / width)));
  const fromVectors = (tier: number): void => {
    if (width === 0) return;
    const most = Math.min(max, vectors.trained);
    let depth = Math.min(count, Math.max(1, vectors.trained));
    look(best(depthAt(depth), anyRow), 'embedding', tier, byScore);
    while (roomy.length < need && depth < most && roomy.length * most >= need * depth) {
      depth = Math.min(2 * depth, most);
      look(best(depthAt(depth), anyRow), 'embedding', tier, byScore);
    }
    if (kept.length >= need) return;
    const wanted = gathers ? Math.max(need, count) : need;
    const left = new Set([...(tables[0]?.keys() ?? []), ...asked.asked].filter(passes));
    const rest = best(width === 1 ? wanted : Math.max(32, wanted) + width - 1, (other) => left.has(other));
    for (const other of rest.slice(0, wanted))
      if (gathers || kept.length < need)
        keep({ row: other, source: 'embedding', tier, total: byScore(other) });
  };
  for (const [i, source] of sourceNames.entries()) {
    if (kept.length >= need && blend === undefined) break;
    const tier = blend === undefined ? i : 0;
    if (source === 'embedding') fromVectors(tier);
    else look([...listed.keys()], 'cooccurrence', tier, (other) => listed.get(other) as number);
  }
  if (blend !== undefined)
    for (const one of [...pool, ...kept])
      if (one.source !== 'fallback')
        one.total =
          (blend.embedding ?? 0) * (isScored(one.row) ? byScore(one.row) : 0) +
          (blend.cooccurrence ?? 0) * (listed.get(one.row) ?? 0);
  let tier = sources.length + 1;
  for (const name of policy.fallback)
    for (const list of fallbackLists(artifact, name, row)) look(list, 'fallback', ++tier, popularity);

  const policySeed = policy.rank.find(({ seed }) => seed !== undefined)?.seed ?? 'request';
  const { dims } = vectors;
  const placed = arrangePlainly([...pool, ...kept], {
    ...{ policy, products, query, day, need, limit },
    seed: lotOf(
      { product: asked.product, ...(asked.seed !== undefined && { seed: asked.seed }) },
      policySeed,
      asked.nowMs,
    ),
    vector: (other) =>
      other < vectors.trained ? [...vectors.in.subarray(other * dims, (other + 1) * dims)] : undefined,
  });
  const chosen = sortedPlainly(placed, artifact, policy.sort);
  for (const pin of pins) chosen.splice(pin.position - 1, 0, loose(pin.row, { vector: 0, other: 0 }));
  const from: Record<string, number> = {};
  for (const { source } of chosen) from[source] = (from[source] ?? 0) + 1;
  const others = products.length - asked.asked.length;
  return {
    rows: chosen.map((one) => one.row),
    filled: {
      ...{ wanted: limit, returned: chosen.length, missing: limit - chosen.length, from },
      ...(Object.keys(dropped).length > 0 && { filteredBy: dropped }),
      ...(seen.size - asked.asked.length === others && { exhausted: true as const }),
    },
  };
}
