// Recommending by the book: rank everything, walk down, apply the rules by their plain reading, arrange what passes.
// Slow and simple, the oracle of the recommender over a catalogue that is scanned.

import { unknown8, unknown32 } from '../../src/base/products.ts';
import type { PolicyDocument, RuleDocument } from '../../src/policy/document.ts';
import type { Artifact } from '../../src/recommend/artifact.ts';
import { type Filled, type Source, sources } from '../../src/recommend/recommender.ts';
import { lotOf } from '../../src/recommend/seed.ts';
import { dropsPlainly, type PlainProduct } from '../policy/reference.ts';
import { arrangePlainly, hasRoom, type PlainCandidate } from './arrange-plainly.ts';
import { nobody, plainProducts } from './products.ts';
import {
  blendPlainly,
  listedPlainly,
  listPlainly,
  type PlainSearch,
  type SourceName,
  searchPlainly,
  sourcesPlainly,
} from './sources-plainly.ts';

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
  /** What the machine's queries are moved by. */
  readonly shift?: Float32Array | undefined;
  readonly nowMs: number;
}

const dayMs = 86_400_000;

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

/** The rows that a recommender over this artifact must return, and its account. */
export function answerPlainly(artifact: Artifact, policy: PolicyDocument, asked: PlainQuestion): PlainAnswer {
  const products = plainProducts(artifact);
  const { vectors, catalog } = artifact;
  const { limit } = asked;
  const [row = -1] = asked.asked;
  const query = products[row] ?? nobody;
  const day = Math.floor(asked.nowMs / dayMs);
  const blocks: RuleDocument = { name: 'blocks', drop: { ids: policy.blocks }, unknown: 'keep' };
  const rules = [blocks, ...policy.filters, ...asked.extra];
  const { count, max } = policy.candidates;
  const { sources: sourceNames, isBlended } = sourcesPlainly(artifact, policy);
  const include = asked.include ?? [];
  const gathers = policy.rank.length + include.length + Object.keys(policy.diversity).length > 0 || isBlended;
  const searches = sourceNames
    .flatMap((name) => (name === 'embedding' || name === 'fm' ? [searchPlainly(artifact, name, asked)] : []))
    .filter(({ width }) => width > 0);
  /** In the order in which loose products are scored. */
  const scorers = searches.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const listsOf = (name: SourceName) => (name === 'similar' ? artifact.similar : artifact.cooccurrence);

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
  const tierOf = (name: SourceName): number => (isBlended ? 0 : sourceNames.indexOf(name));
  const loose = (other: number, tier = sources.length): PlainCandidate => {
    const found = scorers.find(({ knows }) => knows(other));
    return found
      ? { row: other, source: found.name, tier: tierOf(found.name), total: found.score(other) }
      : { row: other, source: 'fallback', tier, total: popularity(other) };
  };

  const pins = pinnedRows(artifact, policy, limit).filter((pin) => passes(pin.row));
  const need = limit - pins.length;
  const pool: PlainCandidate[] = [];
  for (const other of include) if (passes(other)) pool.push(loose(other));

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
  const depthAt = ({ width }: PlainSearch, k: number): number =>
    width === 1 ? k : Math.min(k, Math.max(32, Math.ceil((2 * k) / width)));
  const firstLook = (search: PlainSearch): void =>
    look(
      search.best(depthAt(search, Math.min(count, Math.max(1, search.rows.length))), anyRow),
      search.name,
      tierOf(search.name),
      search.score,
    );
  const deepen = (search: PlainSearch): void => {
    const most = Math.min(max, search.rows.length);
    let depth = Math.min(count, Math.max(1, search.rows.length));
    while (roomy.length < need && depth < most && roomy.length * most >= need * depth) {
      depth = Math.min(2 * depth, most);
      look(search.best(depthAt(search, depth), anyRow), search.name, tierOf(search.name), search.score);
    }
  };
  /** The best of what passes, by each of these. */
  const lookAtAll = (some: readonly PlainSearch[]): void => {
    if (kept.length >= need) return;
    const wanted = gathers ? Math.max(need, count) : need;
    const widest = some.reduce((most, one) => (one.rows.length > most.rows.length ? one : most));
    const left = new Set(widest.rows.filter(passes));
    for (const search of some) {
      const { width, name, score } = search;
      const depth = width === 1 ? wanted : Math.max(32, wanted) + width - 1;
      for (const other of search.best(depth, (one) => left.has(one)).slice(0, wanted))
        if ((gathers || kept.length < need) && !kept.some(({ row: one }) => one === other))
          keep({ row: other, source: name, tier: tierOf(name), total: score(other) });
    }
  };
  const lookAtLists = (name: SourceName): void => {
    const lists = listsOf(name);
    if (lists === undefined) return;
    const listed = listedPlainly(lists, asked.asked);
    const all = asked.asked;
    const most = all.length === 1 ? 1e9 : Math.min(count, Math.max(32, Math.ceil((2 * count) / all.length)));
    const rows = isBlended ? all.flatMap((own) => listPlainly(lists, own, most)) : [...listed.keys()];
    look(rows, name, tierOf(name), (other) => listed.get(other) as number);
  };
  const searchOf = (source: SourceName) => searches.find(({ name }) => name === source);
  const isList = (source: SourceName): boolean => source === 'cooccurrence' || source === 'similar';
  for (const source of sourceNames) {
    const search = searchOf(source);
    if (!isBlended && kept.length >= need) break;
    if (isList(source)) lookAtLists(source);
    if (search === undefined) continue;
    firstLook(search);
    if (isBlended) continue;
    deepen(search);
    lookAtAll([search]);
  }
  if (isBlended) {
    for (const search of searches) deepen(search);
    if (searches.length > 0) lookAtAll(searches);
    const blended = blendPlainly(artifact, policy, asked);
    for (const one of [...pool, ...kept]) if (one.source !== 'fallback') one.total = blended(one.row);
  }
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
  for (const pin of pins) chosen.splice(pin.position - 1, 0, loose(pin.row));
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
