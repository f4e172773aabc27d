// explain: how each returned item got its score and its place, which rule dropped how many others, with examples, and
// the candidates one by one.

import type { Ranking } from '../policy/compile.ts';
import type { PolicyDocument } from '../policy/document.ts';
import type { Artifact } from './artifact.ts';
import { listedScores } from './blend.ts';
import { rowsOf } from './fill.ts';
import { type Chosen, productFacts, rounded } from './present.ts';
import type {
  DroppedExample,
  ExplainedCandidate,
  ExplainedItem,
  Explanation,
  SearchKind,
  Source,
} from './recommender.ts';
import type { Retriever, VectorQuery } from './retrieve.ts';
import type { DroppedRow, LookedRow, Selection } from './select.ts';

export interface ExplainParts {
  readonly artifact: Artifact;
  readonly retriever: Retriever;
  readonly selection: Selection;
  readonly ranking: Ranking;
}

export interface ExplainInput {
  readonly row: number;
  readonly others?: readonly number[];
  readonly gamma: number;
  readonly efSearch: number;
  readonly query?: VectorQuery;
  /** The answer's items in their order. */
  readonly chosen: readonly Chosen[];
  /** The pool's positions by score and ranking. */
  readonly before: Uint32Array;
  readonly search: SearchKind;
  /** Weights of the sources, where the policy blends them. */
  readonly blend?: PolicyDocument['candidates']['blend'] | undefined;
}

/** Puts the explanation of the selection's present state together. */
export function explainAnswer(parts: ExplainParts, input: ExplainInput): Explanation {
  const { artifact, retriever, selection, ranking } = parts;
  const { query, chosen, blend } = input;
  const { ids } = artifact.catalog;
  const { pool } = selection;
  const listed = listedScores(artifact.cooccurrence, rowsOf(input));
  const before = new Map(Array.from(input.before, (index, at) => [pool.rows[index] as number, at + 1]));
  const totals = new Map(
    Array.from(input.before, (index) => [pool.rows[index] as number, pool.totals[index] as number]),
  );
  const after = new Map(chosen.map(({ row }, at) => [row, at + 1]));
  const boostsOf = (row: number) => {
    const boosts = ranking.parts(row).map(({ rule, add }) => ({ rule, add: rounded(add) }));
    return boosts.length === 0 ? {} : { boosts };
  };
  const scoresOf = (row: number): NonNullable<ExplainedCandidate['scores']> => {
    const own = listed.get(row);
    const byVectors = query !== undefined && row < artifact.vectors.trained;
    return {
      ...(byVectors && { embedding: rounded(retriever.score(query, row)) }),
      ...(own !== undefined && { cooccurrence: rounded(own) }),
    };
  };

  const blendedOf = (row: number, source: Source): { blended?: number } => {
    if (blend === undefined || source === 'fallback') return {};
    const { embedding = 0, cooccurrence = 0 } = scoresOf(row);
    return {
      blended: rounded((blend.embedding ?? 0) * embedding + (blend.cooccurrence ?? 0) * cooccurrence),
    };
  };
  const vectorParts = (row: number) => {
    if (query === undefined || row >= artifact.vectors.trained) return {};
    const popularity = retriever.popularityPart(query, row);
    return { inOut: rounded(retriever.score(query, row) - popularity), popularity: rounded(popularity) };
  };

  const partsOf = (row: number): Pick<ExplainedItem, 'byProduct'> => {
    if (query?.others === undefined || row >= artifact.vectors.trained) return {};
    const asked = [query.row, ...query.others];
    const scores = retriever.parts(query, row);
    return {
      byProduct: asked.map((own, i) => ({ product: ids.id(own), score: rounded(scores[i] as number) })),
    };
  };

  const explainItem = ({ row, score, source, position }: Chosen, at: number): ExplainedItem => {
    const place = before.get(row);
    const blended = position === undefined ? blendedOf(row, source) : {};
    const { cooccurrence } = scoresOf(row);
    const isBlended = blended.blended !== undefined;
    return {
      id: ids.id(row),
      source,
      ...((source === 'embedding' || isBlended) && vectorParts(row)),
      ...(isBlended && cooccurrence !== undefined && { cooccurrence }),
      ...blended,
      ...(position === undefined && boostsOf(row)),
      total: rounded(score),
      ...partsOf(row),
      ...(place !== undefined && { before: place }),
      after: at + 1,
      ...(position !== undefined && { pinned: true as const }),
    };
  };
  const example = ({ row, score, candidate, against }: DroppedRow): DroppedExample => {
    const { id, title } = productFacts(artifact, row);
    return { id, ...(title !== undefined && { title }), score: rounded(score), candidate, against };
  };
  const explainLooked = ({ row, score, source, drop }: LookedRow): ExplainedCandidate => {
    const [total, place, shown] = [totals.get(row), before.get(row), after.get(row)];
    return {
      id: ids.id(row),
      source,
      scores: scoresOf(row),
      score: rounded(score),
      ...blendedOf(row, source),
      ...(total !== undefined && { ...boostsOf(row), total: rounded(total) }),
      ...(drop !== undefined && { drop }),
      ...(place !== undefined && { before: place }),
      ...(shown !== undefined && { after: shown }),
    };
  };
  const [asked, ...basket] = rowsOf(input).map((row) => productFacts(artifact, row));
  return {
    ...(asked !== undefined && { query: asked }),
    ...(basket.length > 0 && { basket }),
    search: input.search,
    efSearch: input.efSearch,
    gamma: input.gamma,
    candidates: selection.considered,
    items: chosen.map(explainItem),
    dropped: selection
      .dropped()
      .map(({ rule, count, examples }) => ({ rule, count, examples: examples.map(example) })),
    looked: selection.looked().map(explainLooked),
  };
}
