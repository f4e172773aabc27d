// explain: how each returned item got its score and its place, which rule dropped how many others, with examples, and
// the candidates one by one.

import type { CompiledCandidates, Ranking } from '../policy/compile.ts';
import type { Artifact } from './artifact.ts';
import type { BlendedRow, Blender } from './blend.ts';
import { type Looks, questionOf, rowsOf } from './fill.ts';
import { listedScores } from './listed.ts';
import { type Chosen, productFacts, rounded } from './present.ts';
import {
  type BlendAccount,
  type DroppedExample,
  type ExplainedCandidate,
  type ExplainedItem,
  type Explanation,
  type SearchKind,
  type Source,
  sourceCodes,
} from './recommender.ts';
import type { DroppedRow, LookedRow, Selection } from './select.ts';
import type { Sides } from './sides.ts';

export interface ExplainParts {
  readonly artifact: Artifact;
  readonly sides: Sides;
  readonly selection: Selection;
  readonly ranking: Ranking;
  readonly blender: Blender;
  readonly sourceOf: (source: number, row: number) => Source;
}

export interface ExplainInput {
  readonly row: number;
  readonly others?: readonly number[] | undefined;
  readonly gamma: number;
  readonly efSearch: number;
  readonly looks: Looks;
  /** The answer's items in their order. */
  readonly chosen: readonly Chosen[];
  /** The pool's positions by score and ranking. */
  readonly before: Uint32Array;
  readonly search: SearchKind;
  readonly candidates: CompiledCandidates;
}

const roundedAccount = ({ shares, popularity, offset, sum }: BlendAccount): BlendAccount => ({
  shares: shares.map(({ source, score, calibrated, weight }) => ({
    source,
    ...(score !== undefined && { score: rounded(score) }),
    ...(calibrated !== undefined && { calibrated: rounded(calibrated) }),
    weight: rounded(weight),
  })),
  ...(popularity !== undefined && { popularity: rounded(popularity) }),
  ...(offset !== undefined && { offset: rounded(offset) }),
  sum: rounded(sum),
});

/** Puts the explanation of the selection's present state together. */
export function explainAnswer(parts: ExplainParts, input: ExplainInput): Explanation {
  const { artifact, sides, selection, ranking, blender } = parts;
  const { looks, chosen, candidates } = input;
  const query = looks.embedding?.query;
  const { retriever } = sides.embedding;
  const { ids } = artifact.catalog;
  const { pool } = selection;
  const own = rowsOf(input);
  const question = questionOf(input);
  const listed = listedScores(artifact.cooccurrence, own);
  const alike =
    artifact.similar && candidates.source.includes('similar')
      ? listedScores(artifact.similar, own)
      : new Map<number, number>();
  const before = new Map(Array.from(input.before, (index, at) => [pool.rows[index] as number, at + 1]));
  const totals = new Map(
    Array.from(input.before, (index) => [pool.rows[index] as number, pool.totals[index] as number]),
  );
  const after = new Map(chosen.map(({ row }, at) => [row, at + 1]));
  const boostsOf = (row: number) => {
    const boosts = ranking.parts(row).map(({ rule, add }) => ({ rule, add: rounded(add) }));
    return boosts.length === 0 ? {} : { boosts };
  };
  const machineScore = (row: number): number | undefined =>
    looks.fm === undefined || sides.fm === undefined || row >= sides.fm.rows
      ? undefined
      : sides.fm.retriever.score(looks.fm.query, row);
  const scoresOf = (row: number): NonNullable<ExplainedCandidate['scores']> => {
    const [together, machine, similar] = [listed.get(row), machineScore(row), alike.get(row)];
    const byVectors = query !== undefined && row < artifact.vectors.trained;
    return {
      ...(byVectors && { embedding: rounded(retriever.score(query, row)) }),
      ...(together !== undefined && { cooccurrence: rounded(together) }),
      ...(machine !== undefined && { fm: rounded(machine) }),
      ...(similar !== undefined && { similar: rounded(similar) }),
    };
  };

  const blendedOf = (row: number, source: Source): BlendedRow | undefined =>
    candidates.blend === undefined || source === 'fallback'
      ? undefined
      : blender.account(row, candidates, question);
  const vectorParts = (row: number) => {
    if (query === undefined || row >= artifact.vectors.trained) return {};
    const popularity = retriever.popularityPart(query, row);
    return { inOut: rounded(retriever.score(query, row) - popularity), popularity: rounded(popularity) };
  };

  const partsOf = (row: number, blended: BlendedRow | undefined): Pick<ExplainedItem, 'byProduct'> => {
    if (blended?.byProduct !== undefined)
      return {
        byProduct: blended.byProduct.map((one, i) => {
          const blend = roundedAccount(one);
          return { product: ids.id(own[i] as number), score: blend.sum, blend };
        }),
      };
    if (query?.others === undefined || row >= artifact.vectors.trained) return {};
    const asked = [query.row, ...query.others];
    const scores = retriever.parts(query, row);
    return {
      byProduct: asked.map((one, i) => ({ product: ids.id(one), score: rounded(scores[i] as number) })),
    };
  };

  const explainItem = ({ row, score, source, position }: Chosen, at: number): ExplainedItem => {
    const place = before.get(row);
    const blended = position === undefined ? blendedOf(row, source) : undefined;
    const { cooccurrence } = scoresOf(row);
    const byVectors = source === 'embedding' || source === 'cold';
    return {
      id: ids.id(row),
      source,
      ...((byVectors || blended !== undefined) && vectorParts(row)),
      ...(blended !== undefined && cooccurrence !== undefined && { cooccurrence }),
      ...(blended !== undefined && { blended: rounded(blended.blended) }),
      ...(blended?.blend && { blend: roundedAccount(blended.blend) }),
      ...(position === undefined && boostsOf(row)),
      total: rounded(score),
      ...partsOf(row, blended),
      ...(place !== undefined && { before: place }),
      after: at + 1,
      ...(position !== undefined && { pinned: true as const }),
    };
  };
  const example = ({ row, score, candidate, against }: DroppedRow): DroppedExample => {
    const { id, title } = productFacts(artifact, row);
    return { id, ...(title !== undefined && { title }), score: rounded(score), candidate, against };
  };
  const explainLooked = ({ row, score, source: from, drop }: LookedRow): ExplainedCandidate => {
    const [total, place, shown] = [totals.get(row), before.get(row), after.get(row)];
    const source = parts.sourceOf(sourceCodes[from], row);
    const scores = scoresOf(row);
    const blended = blendedOf(row, source);
    // A list of a basket is looked at product by product, and says here what all of its lists say.
    const said = blended === undefined || from === 'fallback' || from === 'cold' ? undefined : scores[from];
    return {
      ...{ id: ids.id(row), source, scores },
      score: said ?? rounded(score),
      ...(blended !== undefined && { blended: rounded(blended.blended) }),
      ...(total !== undefined && { ...boostsOf(row), total: rounded(total) }),
      ...(drop !== undefined && { drop }),
      ...(place !== undefined && { before: place }),
      ...(shown !== undefined && { after: shown }),
    };
  };
  const [asked, ...basket] = own.map((row) => productFacts(artifact, row));
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
