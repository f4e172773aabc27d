// The recommender: retrieve, score, filter, rank, diversify, pin, cut, fill, explain, in one readable page.
// Synchronous; a recommender belongs to the thread that opened it, the artifact under it to the process.

import { SepetError } from '../base/errors.ts';
import { sourceOf } from '../base/sections.ts';
import type { Overlay } from '../catalog/overlay.ts';
import type { Ranking } from '../policy/compile.ts';
import type { PolicyDocument } from '../policy/document.ts';
import { createArranger } from './arrange.ts';
import { type Artifact, holdingsOf, type OpenOptions, openArtifact, withOverlay } from './artifact.ts';
import { createBlender } from './blend.ts';
import { brandsOf } from './brands.ts';
import { createCaps } from './caps.ts';
import { createCombiner } from './combine.ts';
import { createDrafts, type Draft } from './draft.ts';
import type { EligibleOptions } from './eligible.ts';
import { explainAnswer } from './explain.ts';
import { facetListOf } from './facets.ts';
import { createFiller, type Looks } from './fill.ts';
import { createPreparer, type Prepared } from './prepare.ts';
import { type Chosen, filledOf, productFacts, sorted, withPins } from './present.ts';
import { type ArtifactInfo, type Failure, isFailure, type Recommender } from './recommender.ts';
import type { RecommendRequest } from './request.ts';
import type { RetrieverOptions } from './retrieve.ts';
import { createSampler } from './sample.ts';
import { lotOf } from './seed.ts';
import { createSelection } from './select.ts';
import { servedPolicies } from './served.ts';
import { beginsWithMachine, createSides, looksOf, searchAll, sourcesOf } from './sides.ts';
import { createTitleSearch } from './titles.ts';

/** How the sources of one request are searched. */
interface Looking {
  readonly looks: Looks;
  readonly isListed: boolean;
}

const noPins: readonly (Chosen & { position: number })[] = [];

type Policies = PolicyDocument | readonly PolicyDocument[];

export interface RecommenderOptions extends EligibleOptions, RetrieverOptions {
  /** What deltas changed since the artifact was built. */
  readonly overlay?: Overlay;
}

/**
 * Opens an artifact for recommending by one policy, or by several: the one named `default`, else the first, where a
 * request chooses none. Throws what opening an artifact throws, `policy_invalid`, and `argument_invalid` for an overlay of another
 * artifact.
 */
export function openRecommender(
  path: string,
  { policy = [], ...options }: OpenOptions & RecommenderOptions & { policy?: Policies } = {},
): Recommender {
  return createRecommender(openArtifact(path, options), policy, options);
}

/** A recommender over an open artifact. Throws `policy_invalid` where a policy names what the artifact lacks. */
export function createRecommender(
  built: Artifact,
  policy: Policies,
  { overlay, ...options }: RecommenderOptions = {},
): Recommender {
  const artifact = overlay === undefined ? built : withOverlay(built, overlay);
  const { catalog, manifest, popularity } = artifact;
  const { removed } = catalog;
  const drafts = createDrafts(artifact, overlay?.revision ?? 0);
  const alive = catalog.products - removed.length;
  const policies = servedPolicies([policy].flat(), catalog, holdingsOf(artifact));
  const selection = createSelection(catalog);
  const sides = createSides(artifact, selection, options);
  const { retriever, eligible } = sides.embedding;
  const machine = sides.fm?.retriever;
  const caps = createCaps(catalog);
  const blender = createBlender(artifact);
  const filler = createFiller({ artifact, sides, selection, caps, blender });
  const sourceOfRow = sourcesOf(artifact);
  const arranger = createArranger(catalog.columns, artifact.vectors);
  const prepare = createPreparer(artifact, policies);
  const brands = brandsOf(built);
  const facetList = facetListOf(built);
  const titles = createTitleSearch({ built, artifact, changed: changedTitles(overlay) });
  const { document: defaultPolicy } = policies.default.policy;
  const combine = createCombiner({
    artifact,
    retriever,
    selection,
    eligible,
    sourceOf: sourceOfRow,
    filler,
    brands,
    policy: defaultPolicy,
  });
  const info: ArtifactInfo = {
    artifact: artifact.id,
    products: alive,
    dims: manifest.dims,
    manifest,
    policy: policies.default.policy.label,
    policies: policies.labels,
  };

  /** Whether the rules leave so few that these are scored instead of searching. */
  function isListed(ready: Prepared, nowMs: number): boolean {
    if (ready.query === undefined && ready.fm === undefined) return false;
    const { row, extra, request, limit, efSearch } = ready;
    const { policy } = ready.served;
    const rules = policy.bind(row, extra, request.nowMs ?? nowMs);
    return eligible.isListed(rules, { need: limit, asked: Math.min(policy.candidates.count, efSearch) });
  }

  /** The pinned products that pass the rules, at their positions. */
  function pinned(ranking: Ranking, limit: number, looks: Looks): readonly (Chosen & { position: number })[] {
    const pins = ranking.pins.filter(({ position }) => position <= limit);
    const scores = filler.scored(
      looks,
      pins.map(({ row }) => row),
    );
    return pins.flatMap(({ row, position }, i) => {
      const { score, source } = scores[i] as { score: number; source: number };
      if (!selection.passes(Uint32Array.of(row), Float64Array.of(score), 0, source)) return [];
      return [{ row, score, source: sourceOfRow(source, row), position }];
    });
  }

  /** What stands in the pool at these places. */
  function placedOf(places: readonly number[]): Chosen[] {
    const { rows, sources, totals } = selection.pool;
    const placed: Chosen[] = [];
    for (let i = 0; i < places.length; i++) {
      const at = places[i] as number;
      const row = rows[at] as number;
      placed.push({ row, score: totals[at] as number, source: sourceOfRow(sources[at] as number, row) });
    }
    return placed;
  }

  function draft(ready: Prepared, { looks, isListed }: Looking, nowMs: number): Draft {
    const { request, row, basket, others, unknown, limit, include, served } = ready;
    const { policy } = served;
    const explains = request.explain === true;
    const rules = policy.bind(row, ready.extra, nowMs);
    const ranking = policy.rank(nowMs);
    selection.begin({ row, others, rules, explains });
    const pins = ranking.pins.length === 0 ? noPins : pinned(ranking, limit, looks);
    const need = limit - pins.length;
    const gathers = served.gathers || include.length > 0;
    const { diversity, explore, sort } = ranking;
    const wanted = { row, others, need, policy, rules, include, diversity, gathers, looks, isListed };
    const search = filler.fill(wanted);
    const seed = explore === undefined ? 0 : lotOf(request, explore.seed, nowMs);
    const boosts = policy.document.rank.length > 0;
    const task = { ranking, need, limit, seed, boosts, whole: explains };
    const { pool } = selection;
    const order = arranger.order(pool, task);
    const before = explains ? Uint32Array.from(order) : order;
    const placed = placedOf(arranger.arrange(pool, order, task));
    const chosen = withPins(sorted(catalog.columns, placed, sort), pins);
    const asked = (row < 0 ? 0 : 1) + (others?.length ?? 0);
    const filled = filledOf(selection, chosen, limit, alive - asked);
    const explain = explains
      ? explainAnswer(
          { artifact, sides, selection, ranking, blender, sourceOf: sourceOfRow },
          { ...ready, looks, chosen, before, search, candidates: policy.candidates },
        )
      : undefined;
    return { request, basket, unknown, chosen, filled, policy: policy.label, explain };
  }

  /** Drafts those of a batch that look at equally many candidates first, with one native call. */
  function draftAlike(batch: readonly Prepared[], count: number, nowMs: number): Draft[] {
    const listed = batch.map((ready) => isListed(ready, nowMs));
    const byVectors = batch.map(({ query }, i) => (listed[i] ? undefined : query));
    const byMachine = batch.map((ready, i) =>
      listed[i] || !beginsWithMachine(ready) ? undefined : ready.fm,
    );
    const found = searchAll(retriever, byVectors, count);
    const foundToo = machine && searchAll(machine, byMachine, count);
    return batch.map((ready, i) => {
      const looks = looksOf(ready, found[i], foundToo?.[i]);
      return draft(ready, { looks, isListed: listed[i] as boolean }, ready.request.nowMs ?? nowMs);
    });
  }

  function draftAll(requests: readonly RecommendRequest[]): (Draft | Failure)[] {
    const nowMs = Date.now();
    const prepared = requests.map((request) => orFailure(() => prepare(request)));
    const byCount = new Map<number, number[]>();
    prepared.forEach((ready, i) => {
      if ('error' in ready) return;
      const { count } = ready.served.policy.candidates;
      const alike = byCount.get(count);
      if (alike === undefined) byCount.set(count, [i]);
      else alike.push(i);
    });
    const drafted: (Prepared | Draft | Failure)[] = prepared.slice();
    for (const [count, alike] of byCount) {
      const batch = alike.map((i) => prepared[i] as Prepared);
      draftAlike(batch, count, nowMs).forEach((draft, at) => {
        drafted[alike[at] as number] = draft;
      });
    }
    return drafted as (Draft | Failure)[];
  }

  return {
    info,
    memory: () => {
      const { file } = artifact;
      return { pages: file.pages, bytes: file.bytes, hugeBytes: file.hugeBytes() };
    },
    product(id) {
      const row = catalog.ids.row(id);
      return row < 0 ? undefined : productFacts(artifact, row);
    },
    popularIds(count) {
      const first = popularity.all.subarray(0, count + removed.length);
      const gone = new Set(removed);
      return Array.from(first.filter((row) => !gone.has(row)).subarray(0, count), (row) =>
        catalog.ids.id(row),
      );
    },
    similarBrands: brands.similar,
    combine,
    searchProducts: titles.search,
    sampleProducts: createSampler(artifact),
    facets: facetList.facets,
    warm(ms) {
      const untilMs = performance.now() + ms;
      return [brands, titles, facetList].map((table) => table.advance(untilMs)).includes(true);
    },
    searchMs: () => retriever.searchMs + (machine?.searchMs ?? 0),
    draft: draftAll,
    write: drafts.write,
    recommend: (requests) => draftAll(requests).map((one) => (isFailure(one) ? one : drafts.present(one))),
  };
}

/** The rows whose titles an overlay changed. */
function changedTitles(overlay: Overlay | undefined): Uint32Array | undefined {
  const source = sourceOf(overlay?.sections ?? []);
  return source.has('title.rows') ? source.u32('title.rows') : undefined;
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
