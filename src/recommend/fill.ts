// Fills a selection: the policy's sources in order, each to its end before the next is asked, then the
// popularity lists. It stops when enough pass, so it falls short only when nothing is left.

import { type Lists, listAt } from '../artifact/lists.ts';
import { limits } from '../base/limits.ts';
import { unknown32 } from '../base/products.ts';
import type { CompiledPolicy, Ranking, Rule } from '../policy/compile.ts';
import type { FallbackList } from '../policy/document.ts';
import type { Artifact } from './artifact.ts';
import { blendScores, mergedLists } from './blend.ts';
import type { Caps } from './caps.ts';
import type { Eligible } from './eligible.ts';
import { type SearchKind, sources } from './recommender.ts';
import type { Candidates, Retriever, VectorQuery } from './retrieve.ts';
import type { Origin, Scores, Selection } from './select.ts';

export interface FillTask {
  /** The query product, -1 where it is unknown. */
  readonly row: number;
  /** Further products that are asked for, as in a basket. Rules and popularity lists go by the first. */
  readonly others?: readonly number[];
  /** Absent where none of them has a vector. */
  readonly query?: VectorQuery;
  /** The batch's first look, for `query`; absent where a short list holds all that can pass. */
  readonly first?: Candidates;
  /** Items wanted. */
  readonly need: number;
  /** Whether candidates are ranked anew or chosen among, so that each look is taken whole. */
  readonly gathers: boolean;
  /** Rows to consider whether a source finds them or not. */
  readonly include: readonly number[];
  readonly policy: CompiledPolicy;
  /** The bound rules. */
  readonly rules: readonly Rule[];
  readonly diversity: Ranking['diversity'];
}

/** The rows of the products asked for that are known. */
export const rowsOf = ({ row, others = [] }: Pick<FillTask, 'row' | 'others'>): readonly number[] =>
  row < 0 ? [] : [row, ...others];

export interface Filler {
  /** Fills the selection that was begun for the task; says how far the vectors were searched. */
  fill(task: FillTask): SearchKind;
  /** Scores by the vectors where product and row have one, by popularity elsewhere. Not candidates of a source. */
  scored(
    query: VectorQuery | undefined,
    rows: readonly number[],
  ): { row: number; score: number; source: number }[];
}

export interface FillerParts {
  readonly artifact: Artifact;
  readonly retriever: Retriever;
  readonly selection: Selection;
  readonly eligible: Eligible;
  readonly caps: Caps;
}

const [embedding, cooccurring, fallback] = [0, 1, 2] as const;

/** Makes the filler of one thread. */
export function createFiller({ artifact, retriever, selection, eligible, caps }: FillerParts): Filler {
  const { catalog, vectors, cooccurrence, popularity } = artifact;
  const { columns, categories } = catalog;
  const { reachable } = retriever;
  const isAllReachable = reachable === catalog.products - catalog.removed.length;
  let tier = 0;
  /** Kept beside what was included, and those of them that the maxima of diversity have room for. */
  let kept = 0;
  let roomy = 0;
  let hasCaps = false;
  let room = 0;
  const one = new Uint32Array(1);
  const oneScore = new Float64Array(1);
  const popularityOf = (row: number): number => Math.log1p(columns.orders[row] as number);

  /** Counts what the pool holds from `from` on as kept. */
  function count(from: number): void {
    const { rows, size } = selection.pool;
    kept += size - from;
    if (!hasCaps) roomy += size - from;
    for (let i = from; hasCaps && i < size && roomy < room; i++) {
      const row = rows[i] as number;
      if (!caps.fits(row)) continue;
      caps.add(row);
      roomy++;
    }
  }

  function keep(rows: Uint32Array, scores: Scores, at: number, origin: Origin): void {
    selection.keep(rows, scores, at, origin);
    count(selection.pool.size - 1);
  }

  function take(found: Omit<Candidates, 'asked' | 'way'>, source: number, { need, gathers }: FillTask): void {
    const { rows, scores, start } = found;
    const origin = { source, tier };
    if (gathers) {
      const from = selection.pool.size;
      selection.keepSifted(scores, selection.sift(rows, scores, found, source), origin);
      count(from);
      return;
    }
    for (let i = start; i < start + found.count && kept < need; i++)
      if (selection.passes(rows, scores, i, source)) keep(rows, scores, i, origin);
  }

  /** The best of those that pass, by their set. */
  function fromEligible(query: VectorQuery, task: FillTask): SearchKind {
    const { policy, need } = task;
    const set = eligible.find(policy, task.rules, (row) => retriever.score(query, row));
    const wanted = task.gathers ? Math.max(need, policy.document.candidates.count) : need;
    if (set.kind === 'bits') {
      // Pinned, included and kept rows, and those asked for, may be among the best of the set.
      const seen = kept + task.include.length + policy.document.pins.length + (task.others?.length ?? 0);
      const k = Math.min(wanted + seen, reachable);
      const found = retriever.filtered(query, set.bits, k);
      take(found, embedding, task);
      if (found.count < k && isAllReachable) selection.close();
      return 'eligible';
    }
    if (set.rows.length > 0) {
      const found = retriever.among(query, set.rows, Math.min(wanted, set.rows.length));
      const { rows, scores } = found;
      const origin = { source: embedding, tier };
      for (let i = 0; i < found.count && (task.gathers || kept < need); i++) keep(rows, scores, i, origin);
    }
    return set.isWalk ? 'everything' : 'eligible';
  }

  function fromEmbedding(task: FillTask): SearchKind {
    const { query, first, need, policy } = task;
    if (query === undefined) return 'none';
    if (first === undefined) return fromEligible(query, task);
    take(first, embedding, task);
    const max = Math.min(policy.document.candidates.max, reachable);
    let { way } = first;
    // At the rate so far, would even the longest look find enough?
    for (let k = first.asked; roomy < need && k < max && roomy * max >= need * k; ) {
      k = Math.min(2 * k, max);
      const found = retriever.widen(query, k);
      take(found, embedding, task);
      ({ way } = found);
    }
    return kept < need ? fromEligible(query, task) : way;
  }

  function fromCooccurrence(task: FillTask): void {
    if (task.row >= 0) take(mergedLists(cooccurrence, rowsOf(task)), cooccurring, task);
  }

  function takePopular(rows: Uint32Array, need: number): void {
    const origin = { source: fallback, tier: ++tier };
    for (let i = 0; i < rows.length && kept < need; i++) {
      if (selection.isSeen(rows[i] as number)) continue;
      one[0] = rows[i] as number;
      oneScore[0] = popularityOf(one[0]);
      if (selection.passes(one, oneScore, 0, fallback)) keep(one, oneScore, 0, origin);
    }
  }

  const list = (lists: Lists, i: number): Uint32Array => {
    const { start, count } = listAt(lists, i, limits.popularLength.max);
    return lists.rows.subarray(start, start + count);
  };

  const fallbacks: Record<FallbackList, (task: FillTask) => void> = {
    'category-popular': ({ row, need }) => {
      for (
        let n = columns.category[row] ?? unknown32;
        n < categories.length;
        n = categories.parent[n] as number
      )
        takePopular(list(popularity.category, n), need);
    },
    'gender-popular': ({ row, need }) => {
      const gender = columns.gender[row] ?? unknown32;
      if (gender < popularity.gender.offsets.length - 1) takePopular(list(popularity.gender, gender), need);
    },
    popular: ({ rules, need }) => {
      const listed = eligible.popular(rules);
      takePopular(listed ?? popularity.all, need);
      if (listed !== undefined && kept < need) selection.close();
    },
  };

  function scored(query: VectorQuery | undefined, rows: readonly number[]) {
    const byVector = new Map<number, number>();
    const known = Uint32Array.from(new Set(rows)).filter(
      (row) => row < vectors.trained && row !== query?.row,
    );
    if (query !== undefined && known.length > 0) {
      const found = retriever.among(query, known.sort(), known.length);
      for (let i = 0; i < found.count; i++) byVector.set(found.rows[i] as number, found.scores[i] as number);
    }
    return rows.map((row) => {
      const score = byVector.get(row);
      if (score !== undefined) return { row, score, source: embedding };
      return { row, score: popularityOf(row), source: fallback };
    });
  }

  function include({ query, include: asked }: FillTask, vectorTier: number): void {
    if (asked.length === 0) return;
    for (const { row, score, source } of scored(query, asked)) {
      // Those without a vector stand behind every source, before the popularity lists.
      const origin = { source, tier: source === embedding ? vectorTier : sources.length };
      one[0] = row;
      oneScore[0] = score;
      if (selection.passes(one, oneScore, 0, source)) selection.keep(one, oneScore, 0, origin);
    }
  }

  return {
    scored,
    fill(task) {
      const { document } = task.policy;
      const { blend, source: asked } = document.candidates;
      const { maxBrand, maxCategory, maxGroup } = task.diversity;
      hasCaps = maxBrand !== undefined || maxCategory !== undefined || maxGroup !== undefined;
      kept = 0;
      roomy = 0;
      room = task.need;
      caps.begin(task.diversity);
      const vectorTier = blend === undefined ? Math.max(0, asked.indexOf('embedding')) : 0;
      include(task, vectorTier);
      let search: SearchKind = 'none';
      for (const [i, source] of asked.entries()) {
        if (kept >= task.need && blend === undefined) break;
        tier = blend === undefined ? i : 0;
        if (source === 'embedding') search = fromEmbedding(task);
        else fromCooccurrence(task);
      }
      if (blend !== undefined)
        blendScores(selection.pool, blend, { ...task, rows: rowsOf(task), cooccurrence, scored });
      tier = sources.length + 1;
      for (const name of document.fallback) {
        if (kept >= task.need) break;
        fallbacks[name](task);
      }
      return search;
    },
  };
}
