// explain: how each returned item got its score, and which rule dropped how many others, with examples.

import type { Artifact } from './artifact.ts';
import type { SearchKind } from './fill.ts';
import { productFacts, rounded } from './present.ts';
import type { DroppedExample, ExplainedItem, Explanation } from './recommender.ts';
import type { Retriever, VectorQuery } from './retrieve.ts';
import type { Chosen, DroppedRow, Selection } from './select.ts';

export interface ExplainInput {
  readonly row: number;
  readonly gamma: number;
  readonly efSearch: number;
  readonly query?: VectorQuery;
  readonly chosen: readonly Chosen[];
  readonly search: SearchKind;
}

/** Puts the explanation of the selection's present state together. */
export function explainAnswer(
  artifact: Artifact,
  retriever: Retriever,
  selection: Selection,
  input: ExplainInput,
): Explanation {
  const { catalog } = artifact;
  const explainItem = ({ row, score, source }: Chosen): ExplainedItem => {
    const item = { id: catalog.ids.id(row), source };
    if (source !== 'embedding' || input.query === undefined) return { ...item, total: rounded(score) };
    const popularity = retriever.popularityPart(input.query, row);
    const parts = { inOut: rounded(score - popularity), popularity: rounded(popularity) };
    return { ...item, ...parts, total: rounded(score) };
  };
  const example = ({ row, score, candidate, against }: DroppedRow): DroppedExample => {
    const { id, title } = productFacts(artifact, row);
    return { id, ...(title !== undefined && { title }), score: rounded(score), candidate, against };
  };
  return {
    ...(input.row >= 0 && { query: productFacts(artifact, input.row) }),
    search: input.search,
    efSearch: input.efSearch,
    gamma: input.gamma,
    candidates: selection.considered,
    items: input.chosen.map(explainItem),
    dropped: selection
      .dropped()
      .map(({ rule, count, examples }) => ({ rule, count, examples: examples.map(example) })),
  };
}
