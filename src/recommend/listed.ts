// What lists by product say of others, of several products together.

import { listAt, type ScoredLists } from '../artifact/lists.ts';
import { limits } from '../base/limits.ts';
import type { Candidates } from './retrieve.ts';

/** A list as candidates. */
export type Run = Pick<Candidates, 'rows' | 'scores' | 'start' | 'count'>;

/** The list of one product, or its first `most`. */
export const listOf = (lists: ScoredLists, row: number, most: number = limits.listLength.max): Run => ({
  rows: lists.rows,
  scores: lists.scores,
  ...listAt(lists, row, most),
});

/** What the lists of products say of others: the sum, as co-occurrence's scores are shares of orders and no logarithms. */
export function listedScores(lists: ScoredLists, rows: readonly number[]): Map<number, number> {
  const listed = new Map<number, number>();
  for (const row of rows) {
    const { start, count } = listAt(lists, row, limits.listLength.max);
    for (let i = start; i < start + count; i++) {
      const other = lists.rows[i] as number;
      listed.set(other, (listed.get(other) ?? 0) + (lists.scores[i] as number));
    }
  }
  return listed;
}

/** The lists of products as one run, best first: that of a single product as it stands. */
export function mergedLists(lists: ScoredLists, rows: readonly number[]): Run {
  const [only] = rows;
  if (only !== undefined && rows.length === 1) return listOf(lists, only);
  const best = [...listedScores(lists, rows)].sort(([a, x], [b, y]) => y - x || a - b);
  return {
    rows: Uint32Array.from(best, ([row]) => row),
    scores: Float32Array.from(best, ([, score]) => score),
    ...{ start: 0, count: best.length },
  };
}
