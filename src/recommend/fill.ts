// Fills a selection: the policy's sources in order, each to its end before the next is asked, then the
// popularity lists. It stops when the selection is full, so it falls short only when nothing is left.

import type { Lists } from '../artifact/lists.ts';
import { unknown32 } from '../base/products.ts';
import type { FallbackList, PolicyDocument } from '../policy/document.ts';
import type { Artifact } from './artifact.ts';
import type { Source } from './recommender.ts';
import type { Candidates, Retriever, VectorQuery } from './retrieve.ts';
import type { Selection } from './select.ts';

export interface FillTask {
  /** The query product, -1 where it is unknown. */
  readonly row: number;
  /** Absent where the query product has no vector. */
  readonly query?: VectorQuery;
  /** The batch's first look, for `query`. */
  readonly first?: Candidates;
  /** Items wanted. */
  readonly limit: number;
}

export type SearchKind = 'graph' | 'scan' | 'everything' | 'none';

export interface Filler {
  /** Fills the selection that was begun for the task; says how far the vectors were searched. */
  fill(task: FillTask): SearchKind;
}

/** Makes the filler of one thread. */
export function createFiller(
  artifact: Artifact,
  retriever: Retriever,
  selection: Selection,
  policy: PolicyDocument,
): Filler {
  const { catalog, vectors, cooccurrence, popularity } = artifact;
  const { columns, categories } = catalog;

  function take({ rows, scores, start, count }: Omit<Candidates, 'asked'>, source: Source): void {
    for (let i = start; i < start + count && !selection.isFull(); i++) {
      const row = rows[i] as number;
      const score = scores[i] as number;
      if (selection.passes(row, score)) selection.keep(row, score, source);
    }
  }

  /** Every product that was not looked at yet: the rules first, then the score of those that pass. */
  function everything(query: VectorQuery, wanted: number): void {
    const best: { row: number; score: number }[] = [];
    for (let row = 0; row < vectors.trained; row++) {
      if (selection.isSeen(row)) continue;
      if (!selection.passes(row, selection.explains ? retriever.score(query, row) : 0)) continue;
      const score = retriever.score(query, row);
      let at = best.length;
      while (at > 0 && (best[at - 1] as { score: number }).score < score) at--;
      if (at >= wanted) continue;
      best.splice(at, 0, { row, score });
      if (best.length > wanted) best.pop();
    }
    for (const { row, score } of best) selection.keep(row, score, 'embedding');
  }

  function fromEmbedding({ query, first, limit }: FillTask): SearchKind {
    if (query === undefined || first === undefined) return 'none';
    take(first, 'embedding');
    const max = Math.min(policy.candidates.max, vectors.trained);
    let k = first.asked;
    while (!selection.isFull() && k < max) {
      k = Math.min(2 * k, max);
      take(retriever.widen(query, k), 'embedding');
    }
    const short = !selection.isFull();
    if (short) everything(query, limit - selection.chosen.length);
    selection.settle('embedding');
    return short ? 'everything' : retriever.plan;
  }

  function fromCooccurrence(row: number): void {
    const start = cooccurrence.offsets[row] ?? 0;
    const count = (cooccurrence.offsets[row + 1] ?? 0) - start;
    if (row >= 0)
      take({ rows: cooccurrence.rows, scores: cooccurrence.scores, start, count }, 'cooccurrence');
  }

  function takePopular(rows: Uint32Array): void {
    for (const row of rows) {
      if (selection.isFull()) return;
      const score = Math.log1p(columns.orders[row] as number);
      if (selection.passes(row, score)) selection.keep(row, score, 'fallback');
    }
  }

  const list = ({ offsets, rows }: Lists, i: number): Uint32Array =>
    rows.subarray(offsets[i], offsets[i + 1]);

  const fallback: Record<FallbackList, (row: number) => void> = {
    'category-popular': (row) => {
      for (
        let n = columns.category[row] ?? unknown32;
        n < categories.length;
        n = categories.parent[n] as number
      )
        takePopular(list(popularity.category, n));
    },
    'gender-popular': (row) => {
      const gender = columns.gender[row] ?? unknown32;
      if (gender < popularity.gender.offsets.length - 1) takePopular(list(popularity.gender, gender));
    },
    popular: () => takePopular(popularity.all),
  };

  return {
    fill(task) {
      let search: SearchKind = 'none';
      for (const source of policy.candidates.source) {
        if (selection.isFull()) break;
        if (source === 'embedding') search = fromEmbedding(task);
        else fromCooccurrence(task.row);
      }
      for (const name of policy.fallback) {
        if (selection.isFull()) break;
        fallback[name](task.row);
      }
      return search;
    },
  };
}
