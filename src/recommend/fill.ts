// Fills a selection: the policy's sources in order, each to its end before the next is asked (blended ones all by their first look
// before any looks deeper), then the popularity lists. It stops when enough pass, so it falls short only when nothing is left.

import { type Lists, listAt, type ScoredLists } from '../artifact/lists.ts';
import { limits } from '../base/limits.ts';
import { unknown32 } from '../base/products.ts';
import type { CompiledPolicy, Ranking, Rule } from '../policy/compile.ts';
import type { FallbackList, SourceName } from '../policy/document.ts';
import type { Artifact } from './artifact.ts';
import { depthOf } from './basket.ts';
import type { Blender, BlendQuestion } from './blend.ts';
import type { Caps } from './caps.ts';
import type { Eligible } from './eligible.ts';
import { listOf, mergedLists, type Run } from './listed.ts';
import { type SearchKind, sourceCodes, sources } from './recommender.ts';
import type { Candidates, Retriever, VectorQuery } from './retrieve.ts';
import type { Origin, Scores, Selection } from './select.ts';

/** Sources that are searched. */
export type Searched = 'embedding' | 'fm';

export interface Look {
  readonly query: VectorQuery;
  /** The batch's first look; absent where the source is to look by itself when its turn comes. */
  readonly first?: Candidates | undefined;
}

export type Looks = { readonly [S in Searched]?: Look | undefined };

export interface FillTask {
  /** The query product, -1 where it is unknown. */
  readonly row: number;
  /** Further products that are asked for, as in a basket. Rules and popularity lists go by the first. */
  readonly others?: readonly number[] | undefined;
  /** Of each source that searches: absent where it is not asked, or none of the products has a vector there. */
  readonly looks: Looks;
  /** A short list holds all that can pass, so that none of them looks at first. */
  readonly isListed: boolean;
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
  /** Scores by the first source that has a vector of both, by popularity elsewhere. Not candidates of a source. */
  scored(looks: Looks, rows: readonly number[]): { row: number; score: number; source: number }[];
}

/** What a source is searched by. */
export interface Side {
  readonly retriever: Retriever;
  readonly eligible: Eligible;
  /** Rows below have a vector. */
  readonly rows: number;
}

export interface FillerParts {
  readonly artifact: Artifact;
  readonly sides: { readonly embedding: Side; readonly fm?: Side };
  readonly selection: Selection;
  readonly caps: Caps;
  readonly blender: Blender;
}

/** A source that is searched for one request. */
interface Searching extends Side, Look {
  readonly name: Searched;
  readonly source: number;
}

const { fallback } = sourceCodes;
const searched: readonly Searched[] = ['embedding', 'fm'];

/** Makes the filler of one thread. */
export function createFiller({ artifact, sides, selection, caps, blender }: FillerParts): Filler {
  const { catalog, cooccurrence, similar, popularity } = artifact;
  const { columns, categories } = catalog;
  const lists: Record<'cooccurrence' | 'similar', ScoredLists | undefined> = { cooccurrence, similar };
  const alive = catalog.products - catalog.removed.length;
  let tier = 0;
  /** Kept beside what was included, and those of them that the maxima of diversity have room for. */
  let kept = 0;
  let roomy = 0;
  let hasCaps = false;
  let room = 0;
  /** Where candidates of a set begin in the pool. */
  let setBegin = 0;
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

  function take(found: Run, source: number, { need, gathers }: FillTask): void {
    const { rows, scores, start } = found;
    const most = gathers ? found.count : Math.max(0, need - kept);
    const from = selection.pool.size;
    const passing = selection.sift(rows, scores, { start, count: found.count, most }, source);
    selection.keepSifted(scores, passing, { source, tier });
    count(from);
  }

  /** The source's side and look, where it is asked and can be. */
  function searching(name: Searched, { looks }: FillTask): Searching | undefined {
    const side = sides[name];
    const look = looks[name];
    if (side === undefined || look === undefined) return undefined;
    const { retriever, eligible, rows } = side;
    const { query, first } = look;
    return { name, source: sourceCodes[name], retriever, eligible, rows, query, first };
  }

  /** The best of those that pass, by their set, which is that of the side with the most vectors. */
  function fromEligible(asked: readonly Searching[], task: FillTask): SearchKind {
    const { policy, need, rules } = task;
    const wanted = task.gathers ? Math.max(need, policy.candidates.count) : need;
    const find = ({ eligible, retriever, query }: Searching) =>
      eligible.find(policy, rules, (row) => retriever.score(query, row));
    const widest = asked.reduce((most, one) => (one.rows > most.rows ? one : most));
    const set = find(widest);
    for (const one of asked) {
      const own = one === widest || set.kind === 'rows' ? set : find(one);
      if (own.kind === 'bits') takeFiltered(one, own.bits, wanted, task);
      else keepAmong(one, own.rows, wanted, task);
    }
    return set.kind === 'rows' && set.isWalk ? 'everything' : 'eligible';
  }

  function takeFiltered(
    { retriever, query, source }: Searching,
    bits: Uint32Array,
    wanted: number,
    task: FillTask,
  ): void {
    const { reachable } = retriever;
    // Pinned, included and kept rows, and those asked for, may be among the best of the set.
    const seen = kept + task.include.length + task.policy.document.pins.length + (task.others?.length ?? 0);
    const k = Math.min(wanted + seen, reachable);
    const found = retriever.filtered(query, bits, k);
    take(found, source, task);
    if (found.count < k && reachable === alive) selection.close();
  }

  /** Of rows that pass and were looked at for it; rising. */
  function keepAmong(
    { retriever, query, source, rows: end }: Searching,
    all: Uint32Array,
    wanted: number,
    task: FillTask,
  ): void {
    let length = all.length;
    while (length > 0 && (all[length - 1] as number) >= end) length--;
    if (length === 0) return;
    const found = retriever.among(query, all.subarray(0, length), Math.min(wanted, length));
    const origin = { source, tier };
    const from = selection.pool.size;
    for (let i = 0; i < found.count && (task.gathers || kept < task.need); i++)
      if (!isKept(found.rows[i] as number, from)) keep(found.rows, found.scores, i, origin);
  }

  /** What another source took of the same set. */
  function isKept(row: number, end: number): boolean {
    const { rows } = selection.pool;
    for (let i = setBegin; i < end; i++) if (rows[i] === row) return true;
    return false;
  }

  /** Looks at twice as many while too few pass. */
  function widened({ retriever, query, source }: Searching, first: Candidates, task: FillTask): SearchKind {
    const { need } = task;
    const max = Math.min(task.policy.candidates.max, retriever.reachable);
    let { way } = first;
    // At the rate so far, would even the longest look find enough?
    for (let k = first.asked; roomy < need && k < max && roomy * max >= need * k; ) {
      k = Math.min(2 * k, max);
      const found = retriever.widen(query, k);
      take(found, source, task);
      ({ way } = found);
    }
    return way;
  }

  /** The first look, where there is to be one. */
  const firstOf = ({ first, retriever, query }: Searching, { isListed, policy }: FillTask) =>
    first ??
    (isListed ? undefined : retriever.widen(query, Math.min(policy.candidates.count, retriever.reachable)));

  function fromSearch(name: Searched, task: FillTask): SearchKind {
    const asked = searching(name, task);
    if (asked === undefined) return 'none';
    setBegin = selection.pool.size;
    const first = firstOf(asked, task);
    if (first === undefined) return fromEligible([asked], task);
    take(first, asked.source, task);
    const way = widened(asked, first, task);
    setBegin = selection.pool.size;
    return kept < task.need ? fromEligible([asked], task) : way;
  }

  function fromLists(name: 'cooccurrence' | 'similar', task: FillTask): void {
    const own = lists[name];
    if (task.row < 0 || own === undefined) return;
    const rows = rowsOf(task);
    const { blend, count: depth } = task.policy.candidates;
    if (blend === undefined) take(mergedLists(own, rows), sourceCodes[name], task);
    else {
      const most = rows.length === 1 ? limits.listLength.max : depthOf(depth, rows.length);
      for (const row of rows) take(listOf(own, row, most), sourceCodes[name], task);
    }
  }

  /** The candidates of all sources: of each its first look, then deeper ones while too few pass. */
  function fromAll(task: FillTask): SearchKind {
    const deeper: [Searching, Candidates][] = [];
    const all: Searching[] = [];
    for (const name of task.policy.candidates.source) {
      if (name === 'cooccurrence' || name === 'similar') fromLists(name, task);
      else {
        const asked = searching(name, task);
        if (asked === undefined) continue;
        all.push(asked);
        const first = firstOf(asked, task);
        if (first === undefined) continue;
        take(first, asked.source, task);
        deeper.push([asked, first]);
      }
    }
    if (all.length === 0) return 'none';
    const ways = deeper.map(([asked, first]) => widened(asked, first, task));
    setBegin = selection.pool.size;
    return kept < task.need || task.isListed ? fromEligible(all, task) : (ways[0] as SearchKind);
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

  const listed = (lists: Lists, i: number): Uint32Array => {
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
        takePopular(listed(popularity.category, n), need);
    },
    'gender-popular': ({ row, need }) => {
      const gender = columns.gender[row] ?? unknown32;
      if (gender < popularity.gender.offsets.length - 1) takePopular(listed(popularity.gender, gender), need);
    },
    popular: ({ rules, need }) => {
      const few = sides.embedding.eligible.popular(rules);
      takePopular(few ?? popularity.all, need);
      if (few !== undefined && kept < need) selection.close();
    },
  };

  function scored(looks: Looks, rows: readonly number[]) {
    const found = new Map<number, { row: number; score: number; source: number }>();
    for (const name of searched) {
      const side = sides[name];
      const query = looks[name]?.query;
      if (side === undefined || query === undefined) continue;
      const known = Uint32Array.from(new Set(rows)).filter(
        (row) => row < side.rows && row !== query.row && !found.has(row),
      );
      if (known.length === 0) continue;
      const best = side.retriever.among(query, known.sort(), known.length);
      for (let i = 0; i < best.count; i++) {
        const row = best.rows[i] as number;
        found.set(row, { row, score: best.scores[i] as number, source: sourceCodes[name] });
      }
    }
    return rows.map((row) => found.get(row) ?? { row, score: popularityOf(row), source: fallback });
  }

  function include({ looks, include: asked, policy }: FillTask): void {
    if (asked.length === 0) return;
    const { source: order, blend } = policy.candidates;
    for (const { row, score, source } of scored(looks, asked)) {
      // Those without a vector stand behind every source, before the popularity lists.
      const name = sources[source] as Searched;
      const place = blend === undefined ? Math.max(0, order.indexOf(name)) : 0;
      const origin = { source, tier: source === fallback ? sources.length : place };
      one[0] = row;
      oneScore[0] = score;
      if (selection.passes(one, oneScore, 0, source)) selection.keep(one, oneScore, 0, origin);
    }
  }

  /** Each source to its end; the first one that searches says how far. */
  function fromEach(task: FillTask): SearchKind {
    let search: SearchKind = 'none';
    const { source } = task.policy.candidates;
    for (let i = 0; i < source.length && kept < task.need; i++) {
      const name = source[i] as SourceName;
      tier = i;
      if (name === 'cooccurrence' || name === 'similar') fromLists(name, task);
      else {
        const way = fromSearch(name, task);
        if (search === 'none') search = way;
      }
    }
    return search;
  }

  return {
    scored,
    fill(task) {
      const { document, candidates } = task.policy;
      const { maxBrand, maxCategory, maxGroup } = task.diversity;
      hasCaps = maxBrand !== undefined || maxCategory !== undefined || maxGroup !== undefined;
      kept = 0;
      roomy = 0;
      room = task.need;
      tier = 0;
      caps.begin(task.diversity);
      include(task);
      const search = candidates.blend === undefined ? fromEach(task) : fromAll(task);
      if (candidates.blend !== undefined)
        blender.blend(selection.pool, candidates, questionOf(task), fallback);
      tier = sources.length + 1;
      for (const name of document.fallback) {
        if (kept >= task.need) break;
        fallbacks[name](task);
      }
      return search;
    },
  };
}

/** What a blend is asked. */
export function questionOf(task: Pick<FillTask, 'row' | 'others' | 'looks'>): BlendQuestion {
  const { embedding, fm } = task.looks;
  return { rows: rowsOf(task), ...(embedding && { query: embedding.query }), ...(fm && { fm: fm.query }) };
}
