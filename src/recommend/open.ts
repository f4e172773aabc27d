// The recommender: retrieve, score, filter, cut, fill, explain, in one readable page. Synchronous; a recommender
// belongs to the thread that opened it, the artifact under it to the process.

import { SepetError } from '../base/errors.ts';
import { compilePolicy, type Rule } from '../policy/compile.ts';
import { defaultPolicy } from '../policy/defaults.ts';
import type { PolicyDocument } from '../policy/document.ts';
import { type Artifact, openArtifact } from './artifact.ts';
import { explainAnswer } from './explain.ts';
import { createFiller } from './fill.ts';
import { narrowingRules } from './narrow.ts';
import { presentItem } from './present.ts';
import type { ArtifactInfo, Failure, Filled, RecommendAnswer, Recommender, Source } from './recommender.ts';
import type { RecommendRequest } from './request.ts';
import { type Candidates, createRetriever, type VectorQuery } from './retrieve.ts';
import { type Chosen, createSelection, type Selection } from './select.ts';

/** A request made ready: its product's row, its settings, its own rules. */
interface Prepared {
  readonly request: RecommendRequest;
  readonly row: number;
  readonly limit: number;
  readonly gamma: number;
  readonly efSearch: number;
  readonly rules: readonly Rule[];
  readonly query?: VectorQuery;
}

/** Opens an artifact for recommending. Throws what opening an artifact throws, and `policy_invalid`. */
export function openRecommender(path: string, options: { policy?: PolicyDocument } = {}): Recommender {
  return createRecommender(openArtifact(path), options.policy ?? defaultPolicy);
}

/** A recommender over an open artifact. Throws `policy_invalid` where the policy names what the artifact lacks. */
export function createRecommender(artifact: Artifact, document: PolicyDocument): Recommender {
  const { catalog, manifest, vectors, popularity } = artifact;
  const policy = compilePolicy(document, catalog);
  const retriever = createRetriever(artifact.index, vectors, manifest.popularity.scale);
  const selection = createSelection(catalog.products);
  const filler = createFiller(artifact, retriever, selection, document);
  const searches = document.candidates.source.includes('embedding');
  const info: ArtifactInfo = {
    artifact: artifact.id,
    products: catalog.products,
    dims: manifest.dims,
    manifest,
    policy: policy.label,
  };

  function prepare(request: RecommendRequest): Prepared {
    const row = catalog.ids.row(request.product);
    if (row < 0 && request.fallback !== true)
      throw new SepetError('product_unknown', `There is no product "${request.product}" in this artifact.`);
    const gamma = request.gamma ?? document.gamma ?? manifest.gamma;
    const efSearch = request.efSearch ?? document.efSearch;
    return {
      request,
      row,
      limit: request.limit ?? document.limit,
      gamma,
      efSearch,
      rules: policy.narrow(narrowingRules(request.filters)),
      ...(searches && row >= 0 && row < vectors.trained && { query: { row, gamma, efSearch } }),
    };
  }

  function answer(ready: Prepared, first: Candidates | undefined): RecommendAnswer {
    const { request, row, limit } = ready;
    const examples = request.explain === true;
    selection.begin({ row, limit, rules: policy.bind(row, ready.rules), examples });
    const search = filler.fill({ ...ready, ...(first && { first }) });
    const chosen = sorted(artifact, selection.chosen, document.sort);
    return {
      product: request.product,
      items: chosen.map((item) => presentItem(artifact, item, request.fields ?? [])),
      filled: account(selection, limit, catalog.products - (row < 0 ? 0 : 1)),
      artifact: info.artifact,
      policy: info.policy,
      ...(examples && {
        explain: explainAnswer(artifact, retriever, selection, { ...ready, chosen, search }),
      }),
    };
  }

  return {
    info,
    hasProduct: (id) => catalog.ids.row(id) >= 0,
    popularIds: (count) => Array.from(popularity.all.subarray(0, count), (row) => catalog.ids.id(row)),
    recommend(requests) {
      const prepared = requests.map((request) => orFailure(() => prepare(request)));
      const queries = prepared.flatMap((ready) => ('query' in ready ? [ready.query] : []));
      const k = Math.min(document.candidates.count, Math.max(1, vectors.trained));
      const found = queries.length > 0 ? retriever.search(queries, k) : [];
      let next = 0;
      const firsts = prepared.map((ready) => ('query' in ready ? found[next++] : undefined));
      return prepared.map((ready, i) => ('error' in ready ? ready : answer(ready, firsts[i])));
    },
  };
}

/** Expected errors of one request become its failure; anything else is a bug and goes on. */
function orFailure<T>(work: () => T): T | Failure {
  try {
    return work();
  } catch (error) {
    if (error instanceof SepetError) return { error: { code: error.code, message: error.message } };
    throw error;
  }
}

function account(selection: Selection, wanted: number, others: number): Filled {
  const { chosen, considered } = selection;
  const from: Partial<Record<Source, number>> = {};
  for (const { source } of chosen) from[source] = (from[source] ?? 0) + 1;
  const dropped = selection.dropped();
  const filteredBy = Object.fromEntries(dropped.map(({ rule, count }) => [rule, count]));
  return {
    wanted,
    returned: chosen.length,
    missing: wanted - chosen.length,
    from,
    ...(dropped.length > 0 && { filteredBy }),
    ...(considered >= others && { exhausted: true as const }),
  };
}

/** Orders chosen items for showing; what a product lacks puts it last, and equals keep their order by score. */
function sorted(
  { catalog }: Artifact,
  chosen: readonly Chosen[],
  by: PolicyDocument['sort'],
): readonly Chosen[] {
  const { price, orders, released } = catalog.columns;
  const keys: Record<Exclude<typeof by, 'score'>, (row: number) => number> = {
    price: (row) => price[row] as number,
    popularity: (row) => -(orders[row] as number),
    newest: (row) => -(released[row] as number),
  };
  if (by === 'score') return chosen;
  return chosen.toSorted((a, b) => keys[by](a.row) - keys[by](b.row));
}
