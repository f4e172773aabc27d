// What an artifact serves, as methods that `sepet evaluate` asks like any other: the recommender itself answers, through its graph, with the
// rules of a policy and without them.

import { SepetError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { PolicyDocument } from '../policy/document.ts';
import { type Artifact, openArtifact } from '../recommend/artifact.ts';
import { createRecommender } from '../recommend/open.ts';
import { isFailure, type RecommendAnswer, type Recommender } from '../recommend/recommender.ts';
import type { RecommendRequest } from '../recommend/request.ts';
import type { EvaluateOptions } from '../training/evaluate/evaluate.ts';
import type { MethodMaker, World } from '../training/evaluate/makers.ts';
import type { Method } from '../training/evaluate/methods.ts';
import { readPolicies } from './policies.ts';

/** The same candidates and scores, and nothing that leaves some out or moves them. */
const plainOf = (policy: PolicyDocument): PolicyDocument => ({
  ...policy,
  ...{ filters: [], rank: [], diversity: {}, pins: [], blocks: [], sort: 'score' },
});

/**
 * The methods `served` and `servedPlain`. Throws what opening an artifact and reading a policy throw, and `manifest_invalid` where the
 * artifact is of other data than the folder or has seen its test baskets.
 */
export function servedMethods(
  file: string,
  policyFile: string | undefined,
): NonNullable<EvaluateOptions['further']> {
  const artifact = openArtifact(file);
  const [policy] = readPolicies(policyFile === undefined ? undefined : [policyFile]);
  if (policy === undefined) throw new Error('no policy');
  return (world) => {
    requireSameData(artifact, file, world);
    const maker = (name: 'served' | 'servedPlain', document: PolicyDocument): MethodMaker => ({
      name,
      make: () => askedMethod(name, createRecommender(artifact, document), world),
    });
    return {
      makers: [maker('served', policy), maker('servedPlain', plainOf(policy))],
      hashes: { artifact: artifact.id.slice('sha256:'.length) },
    };
  };
}

function requireSameData({ manifest }: Artifact, file: string, { dataset, dir }: World): void {
  for (const [name, hash] of Object.entries(dataset.hashes))
    if (manifest.hashes[name] !== hash)
      throw new SepetError(
        'manifest_invalid',
        `${file} was built from another ${name} than that of ${dir}: run sepet build ${dir} again.`,
      );
  if (manifest.parameters.train.split === 'all')
    throw new SepetError(
      'manifest_invalid',
      `${file} has seen the test baskets (--split all): build one of a model trained with --split train to evaluate.`,
    );
}

/** Lists are judged as they are served: nothing is added to those that are too short. */
function askedMethod(
  name: 'served' | 'servedPlain',
  recommender: Recommender,
  { products, longest }: World,
): Method {
  const rowOf = new Map(products.ids.map((id, row) => [id, row]));
  const idOf = (row: number): string => products.ids[row] as string;
  const ask = (requests: readonly RecommendRequest[]): Uint32Array[] =>
    recommender.recommend(requests).map((outcome) => {
      if (!isFailure(outcome)) return rowsOf(outcome);
      // A delta that was folded in took the product away.
      if (outcome.error.code === 'product_unknown') return new Uint32Array(0);
      throw new SepetError(outcome.error.code, outcome.error.message);
    });
  // What a delta added is no product of the folder: it takes a place, and is none of those to be found.
  const foreign = products.products;
  const rowsOf = ({ items }: RecommendAnswer): Uint32Array =>
    Uint32Array.from(items, ({ id }) => rowOf.get(id) ?? foreign);
  return {
    name,
    fills: false,
    lists(items) {
      const lists = ask(Array.from(items, (row) => ({ product: idOf(row), limit: longest })));
      const starts = new Uint32Array(lists.length + 1);
      lists.forEach((list, i) => {
        starts[i + 1] = (starts[i] as number) + list.length;
      });
      const rows = new Uint32Array(starts[lists.length] as number);
      lists.forEach((list, i) => {
        rows.set(list, starts[i]);
      });
      // No cart adds these up.
      const weights = new Float64Array(rows.length);
      return { rows, weights, start: (i) => starts[i] as number, end: (i) => starts[i + 1] as number };
    },
    carts: (carts, k) =>
      ask(
        carts.map((cart) => {
          const [product = '', ...basket] = Array.from(cart.subarray(0, limits.basketProducts.max), idOf);
          return { product, limit: k, ...(basket.length > 0 && { basket }) };
        }),
      ),
  };
}
