// One score of several sources: their weighted sum, where a source that does not know a candidate says 0.

import { listAt, type ScoredLists } from '../artifact/lists.ts';
import { limits } from '../base/limits.ts';
import type { PolicyDocument } from '../policy/document.ts';
import type { Filler } from './fill.ts';
import type { VectorQuery } from './retrieve.ts';
import type { Pool } from './select.ts';

type Blend = NonNullable<PolicyDocument['candidates']['blend']>;

interface BlendContext {
  readonly row: number;
  readonly query?: VectorQuery;
  readonly cooccurrence: ScoredLists;
  readonly scored: Filler['scored'];
}

/** What the co-occurrence list of a product says of others. */
export function listedScores(lists: ScoredLists, row: number): Map<number, number> {
  const listed = new Map<number, number>();
  if (row < 0) return listed;
  const { start, count } = listAt(lists, row, limits.listLength.max);
  for (let i = start; i < start + count; i++) listed.set(lists.rows[i] as number, lists.scores[i] as number);
  return listed;
}

/** Sets the totals of a pool's candidates, of whichever source, before the fallback lists add theirs. */
export function blendScores(pool: Pool, blend: Blend, context: BlendContext): void {
  const { embedding = 0, cooccurrence = 0 } = blend;
  const listed = listedScores(context.cooccurrence, context.row);
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
