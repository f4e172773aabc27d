// What each source says, and how what they say becomes one score, by the plain formulas.

import { blendSources, type Calibration, type FittedBlend } from '../../src/artifact/blend.ts';
import type { ScoredLists } from '../../src/artifact/lists.ts';
import type { PolicyDocument } from '../../src/policy/document.ts';
import type { Artifact } from '../../src/recommend/artifact.ts';

export type SourceName = (typeof blendSources)[number];
export type Searched = 'embedding' | 'fm';

/** What is asked with. */
export interface PlainAsked {
  /** Rows of the products that are known. */
  readonly asked: readonly number[];
  readonly gamma: number;
  /** What the machine's queries are moved by. */
  readonly shift?: Float32Array | undefined;
}

/** The exact score of each row with a vector, best first; the exact scan is tested elsewhere. */
function vectorScores(artifact: Artifact, name: Searched, row: number, how: PlainAsked): Map<number, number> {
  const { vectors, manifest, fm } = artifact;
  if (name === 'fm' && fm === undefined) return new Map();
  const side =
    name === 'fm' && fm !== undefined ? { ...fm, dims: fm.factors } : { ...vectors, index: artifact.index };
  const { dims, index } = side;
  const rows = side.out.length / (dims + 1);
  const queries = new Float32Array(dims + 1);
  queries.set(side.in.subarray(row * dims, (row + 1) * dims));
  if (name === 'fm') queries.set(queries.map((x, i) => x + (how.shift?.[i] ?? 0)));
  queries[dims] = name === 'fm' ? 1 : how.gamma / manifest.popularity.scale;
  const [found, scores] = [new Uint32Array(rows), new Float32Array(rows)];
  const counts = new Uint32Array(1);
  index.scan({ queries, k: rows, rows: found, scores, counts, skip: Uint32Array.of(row) });
  return new Map(
    Array.from(found.subarray(0, counts[0]), (other, i) => [other, scores[i] as number] as const),
  );
}

export interface PlainSearch {
  readonly name: Searched;
  /** Products asked that have a vector. */
  readonly width: number;
  /** Rows with a vector that can be found. */
  readonly rows: readonly number[];
  knows(row: number): boolean;
  /** Of several products, the logarithm of the sum of exp(score). */
  score(row: number): number;
  /** The best of `depth` that each product names of the rows that pass. */
  best(depth: number, passes: (row: number) => boolean): number[];
}

export function searchPlainly(artifact: Artifact, name: Searched, how: PlainAsked): PlainSearch {
  const end = name === 'fm' ? (artifact.fm?.bias.length ?? 0) : artifact.vectors.trained;
  const tables = how.asked.filter((row) => row < end).map((row) => vectorScores(artifact, name, row, how));
  const [only] = tables;
  const score = (row: number): number => {
    if (tables.length === 1) return only?.get(row) as number;
    return Math.fround(Math.log(tables.reduce((sum, table) => sum + Math.exp(table.get(row) as number), 0)));
  };
  return {
    name,
    width: tables.length,
    rows: Array.from({ length: end }, (_, row) => row),
    knows: (row) => tables.length > 0 && row < end && !how.asked.includes(row),
    score,
    best(depth, passes) {
      const named = tables.flatMap((table) => [...table.keys()].filter(passes).slice(0, depth));
      const rows = [...new Set(named)].filter((row) => !how.asked.includes(row));
      return tables.length === 1 ? rows : rows.sort((a, b) => score(b) - score(a) || a - b);
    },
  };
}

/** The list of one product, best first, or its first `most`. */
export const listPlainly = (lists: ScoredLists, row: number, most = 1e9): number[] => [
  ...lists.rows.subarray(
    lists.offsets[row],
    Math.min((lists.offsets[row] as number) + most, lists.offsets[row + 1] as number),
  ),
];

/** The sum of what the products' lists say; of one list, in its order. */
export function listedPlainly(
  { offsets, rows, scores }: ScoredLists,
  asked: readonly number[],
): Map<number, number> {
  const listed = new Map<number, number>();
  for (const row of asked)
    for (let i = offsets[row] as number; i < (offsets[row + 1] as number); i++)
      listed.set(rows[i] as number, (listed.get(rows[i] as number) ?? 0) + (scores[i] as number));
  return asked.length === 1 ? listed : new Map([...listed].sort(([a, x], [b, y]) => y - x || a - b));
}

/** What one source says of `other` for one product asked; undefined where it does not know it. */
function saidBy(artifact: Artifact, source: SourceName, row: number, other: number, how: PlainAsked) {
  const { vectors, manifest, fm, cooccurrence, similar } = artifact;
  const product = (a: Float32Array, b: Float32Array): number =>
    a.reduce((sum, x, i) => sum + x * (b[i] as number), 0);
  if (source === 'embedding') {
    const { dims, trained } = vectors;
    if (row >= trained || other >= trained) return undefined;
    const out = vectors.out.subarray(other * (dims + 1), (other + 1) * (dims + 1));
    const own = vectors.in.subarray(row * dims, (row + 1) * dims);
    return product(own, out) + (how.gamma / manifest.popularity.scale) * (out[dims] as number);
  }
  if (source === 'fm') {
    if (fm === undefined || row >= fm.bias.length || other >= fm.bias.length) return undefined;
    const { factors } = fm;
    const own = fm.in.slice(row * factors, (row + 1) * factors);
    const moved = Float64Array.from(own, (x, i) => x + (how.shift?.[i] ?? 0));
    const out = fm.out.subarray(other * (factors + 1), (other + 1) * (factors + 1));
    return moved.reduce((sum, x, i) => sum + x * (out[i] as number), 0) + (out[factors] as number);
  }
  const lists = source === 'similar' ? similar : cooccurrence;
  return lists && listedPlainly(lists, [row]).get(other);
}

const oddsOf = ({ log, scale, offset, unknown }: Calibration, said: number | undefined): number =>
  said === undefined || (log && said <= 0) ? unknown : scale * (log ? Math.log(said) : said) + offset;

/** The sources that are asked, and their weights where they are blended. */
export function sourcesPlainly({ blend }: Artifact, { candidates }: PolicyDocument) {
  const own = candidates.blend;
  if (typeof own === 'object') return { sources: candidates.source, weights: own, isBlended: true };
  if (own === undefined || blend === undefined) return { sources: candidates.source, isBlended: false };
  const sources = blendSources.filter((name) => blend.calibration[name] !== undefined);
  return { sources, isBlended: true };
}

type Weights = Partial<Record<SourceName, number | undefined>>;

/** What one product asked makes of `other`, and whether any source that weighs knows it. */
function fittedScore(
  artifact: Artifact,
  { calibration, tiers }: FittedBlend,
  row: number,
  other: number,
  {
    sources,
    weights,
    ...how
  }: PlainAsked & { sources: readonly SourceName[]; weights?: Weights | undefined },
) {
  const { columns } = artifact.catalog;
  const { mean } = artifact.manifest.popularity;
  const ordersOf = (one: number): number =>
    one < artifact.vectors.trained ? (columns.orders[one] as number) : 0;
  const tier = tiers.filter(({ orders }) => orders <= ordersOf(row)).at(-1);
  const used = weights ?? tier?.weights ?? {};
  let score = weights === undefined ? (tier?.offset ?? 0) : 0;
  let isKnown = false;
  for (const source of sources) {
    const weight = used[source] ?? 0;
    const own = calibration[source];
    if (own === undefined || weight === 0) continue;
    const said = saidBy(artifact, source, row, other, how);
    if (said !== undefined) isKnown = true;
    score += weight * oddsOf(own, said);
  }
  if (weights === undefined) score += (tier?.popularity ?? 0) * (Math.log1p(ordersOf(other)) - mean);
  return { score, isKnown };
}

/** Makes the function of a candidate's blended score. */
export function blendPlainly(
  artifact: Artifact,
  policy: PolicyDocument,
  how: PlainAsked,
): (row: number) => number {
  const { sources, weights } = sourcesPlainly(artifact, policy);
  const { blend } = artifact;
  if (blend !== undefined)
    return (other) => {
      const all = how.asked.map((row) =>
        fittedScore(artifact, blend, row, other, { ...how, sources, weights }),
      );
      const known = all.some(({ isKnown }) => isKnown) ? all.filter(({ isKnown }) => isKnown) : all;
      const sum = known.reduce((total, { score }) => total + Math.exp(score / blend.temperature), 0);
      return Math.fround(
        known.length === 1 ? (known[0]?.score as number) : blend.temperature * Math.log(sum),
      );
    };
  const searches = (['embedding', 'fm'] as const).map((name) => searchPlainly(artifact, name, how));
  const listed = { cooccurrence: artifact.cooccurrence, similar: artifact.similar };
  return (other) => {
    let total = 0;
    for (const [source, weight = 0] of Object.entries(weights ?? {})) {
      const search = searches.find(({ name }) => name === source);
      const lists = listed[source as 'similar'];
      if (search?.knows(other)) total += weight * search.score(other);
      else if (lists !== undefined) total += weight * (listedPlainly(lists, how.asked).get(other) ?? 0);
    }
    return Math.fround(total);
  };
}
