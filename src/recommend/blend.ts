// One score of several sources: their weighted sum, where a source that does not know a candidate says 0.

import { listAt, type ScoredLists } from '../artifact/lists.ts';
import { limits } from '../base/limits.ts';
import type { PolicyDocument } from '../policy/document.ts';
import type { Filler } from './fill.ts';
import type { VectorQuery } from './retrieve.ts';
import type { Pool } from './select.ts';

type Blend = NonNullable<PolicyDocument['candidates']['blend']>;

interface BlendContext {
  /** The products asked for. */
  readonly rows: readonly number[];
  readonly query?: VectorQuery;
  readonly cooccurrence: ScoredLists;
  readonly scored: Filler['scored'];
}

/** What the co-occurrence lists of products say of others: the sum, as their scores are shares of orders and no logarithms. */
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

/** The co-occurrence lists of products as one run, best first: that of a single product as it stands. */
export function mergedLists(
  lists: ScoredLists,
  rows: readonly number[],
): { rows: Uint32Array; scores: Float32Array; start: number; count: number } {
  const [only] = rows;
  if (only !== undefined && rows.length === 1)
    return { rows: lists.rows, scores: lists.scores, ...listAt(lists, only, limits.listLength.max) };
  const best = [...listedScores(lists, rows)].sort(([a, x], [b, y]) => y - x || a - b);
  return {
    rows: Uint32Array.from(best, ([row]) => row),
    scores: Float32Array.from(best, ([, score]) => score),
    ...{ start: 0, count: best.length },
  };
}

/** Sets the totals of a pool's candidates, of whichever source, before the fallback lists add theirs. */
export function blendScores(pool: Pool, blend: Blend, context: BlendContext): void {
  const { embedding = 0, cooccurrence = 0 } = blend;
  const listed = listedScores(context.cooccurrence, context.rows);
  const [byVectors, byList, elsewhere] = [0, 1, 2];
  const strangers: number[] = [];
  for (let i = 0; i < pool.size; i++) if (pool.sources[i] === byList) strangers.push(pool.rows[i] as number);
  const found = new Map(
    context
      .scored(context.query, strangers)
      .filter(({ source }) => source === byVectors)
      .map(({ row, score }) => [row, score]),
  );
  for (let i = 0; i < pool.size; i++) {
    if (pool.sources[i] === elsewhere) continue;
    const row = pool.rows[i] as number;
    const own = pool.sources[i] === byVectors ? (pool.scores[i] as number) : (found.get(row) ?? 0);
    pool.totals[i] = embedding * own + cooccurrence * (listed.get(row) ?? 0);
  }
}
