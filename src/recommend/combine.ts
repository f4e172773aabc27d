// Arithmetic on vectors: a weighted sum of IN vectors, of products and of the means of brands, searched for as if it were
// a product's.

import { SepetError } from '../base/errors.ts';
import { noRow } from '../native/index.ts';
import { type CompiledPolicy, compilePolicy } from '../policy/compile.ts';
import type { PolicyDocument } from '../policy/document.ts';
import { checkPolicy } from '../policy/parse.ts';
import type { Artifact } from './artifact.ts';
import type { Brands } from './brands.ts';
import type { Eligible } from './eligible.ts';
import type { Filler } from './fill.ts';
import { narrowingRules } from './narrow.ts';
import { type Chosen, filledOf, presentItem, rounded } from './present.ts';
import type {
  CombineAnswer,
  CombinedAnswerPart,
  CombinedPart,
  CombineRequest,
  Source,
} from './recommender.ts';
import type { Retriever } from './retrieve.ts';
import type { Selection } from './select.ts';

export interface CombineParts {
  readonly artifact: Artifact;
  readonly retriever: Retriever;
  readonly selection: Selection;
  readonly eligible: Eligible;
  readonly filler: Filler;
  readonly brands: Brands;
  readonly sourceOf: (source: number, row: number) => Source;
  /** The default policy, whose blocks and mandatory rules hold for every answer. */
  readonly policy: PolicyDocument;
}

interface Part {
  readonly vector: Float32Array;
  readonly weight: number;
  readonly shown: CombinedAnswerPart;
  /** Of a product. */
  readonly row?: number;
}

/** Shorter than this share of what went into it, a sum is nothing but rounding. */
const leastShare = 1e-5;

const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
};
const length = (a: ArrayLike<number>): number => Math.sqrt(dot(a, a));

/** The sum of the weighted vectors, and how far it speaks for them. */
function addUp(parts: readonly Part[], dims: number): { sum: Float32Array; spread: number } {
  const sum = new Float64Array(dims);
  let lengths = 0;
  for (const { vector, weight } of parts) {
    lengths += Math.abs(weight) * length(vector);
    for (let i = 0; i < dims; i++) sum[i] = (sum[i] as number) + weight * (vector[i] as number);
  }
  const whole = length(sum);
  if (!(whole > leastShare * lengths))
    throw new SepetError('option_invalid', 'items cancel each other out: nothing is left to search with.');
  let [cosines, weights] = [0, 0];
  for (const { vector, weight } of parts) {
    weights += Math.abs(weight);
    const own = length(vector);
    if (own > 0) cosines += (weight * dot(vector, sum)) / (own * whole);
  }
  return { sum: Float32Array.from(sum), spread: rounded(1 - cosines / weights) };
}

/** The rules that hold without a query product: what no request may widen. */
function strictOf({ blocks, filters, timeZone }: PolicyDocument): PolicyDocument {
  return checkPolicy({
    ...{ name: 'combine', blocks, timeZone, fallback: [], candidates: { source: ['embedding'] } },
    filters: filters.filter(({ mandatory }) => mandatory === true),
  });
}

/** The best of the pool, then by row. */
function chosenOf({ pool }: Selection, limit: number, sourceOf: CombineParts['sourceOf']): Chosen[] {
  const all = Array.from({ length: pool.size }, (_, i): Chosen => {
    const row = pool.rows[i] as number;
    return { row, score: pool.scores[i] as number, source: sourceOf(pool.sources[i] as number, row) };
  });
  return all.sort((a, b) => b.score - a.score || a.row - b.row).slice(0, limit);
}

/** Makes the function that combines. It throws `product_unknown`, `brand_unknown` and `option_invalid`. */
export function createCombiner(made: CombineParts): (request: CombineRequest) => CombineAnswer {
  const { artifact, retriever, selection, eligible, filler, brands } = made;
  const { catalog, vectors, manifest } = artifact;
  const { dims } = vectors;
  let compiled: CompiledPolicy | undefined;

  function productPart(product: string, weight: number): Part {
    const row = catalog.ids.row(product);
    if (row < 0)
      throw new SepetError('product_unknown', `There is no product "${product}" in this artifact.`);
    if (row >= vectors.trained)
      throw new SepetError('option_invalid', `The product "${product}" has no vector in this artifact.`);
    const shown = { product, weight, products: 1, vectors: 1, spread: 0 };
    return { vector: vectors.in.subarray(row * dims, (row + 1) * dims), weight, shown, row };
  }

  function partOf(part: CombinedPart): Part {
    const { weight = 1 } = part;
    if ('product' in part) return productPart(part.product, weight);
    const number = brands.number(part.brand);
    const vector = brands.mean(number);
    if (vector === undefined)
      throw new SepetError(
        'option_invalid',
        `No product of the brand "${part.brand}" has a vector in this artifact.`,
      );
    return { vector, weight, shown: { brand: part.brand, weight, ...brands.spread(number) } };
  }

  return (request) => {
    const parts = request.items.map(partOf);
    const { sum, spread } = addUp(parts, dims);
    compiled ??= compilePolicy(strictOf(made.policy), catalog);
    const policy = compiled;
    const { document } = policy;
    const nowMs = Date.now();
    const rules = policy.bind(-1, policy.narrow(narrowingRules(request.filters)), nowMs);
    const limit = request.limit ?? document.limit;
    const others = [...new Set(parts.flatMap(({ row }) => row ?? []))];
    const query = {
      ...{ row: noRow, vector: sum, gamma: request.gamma ?? manifest.gamma },
      ...{ efSearch: request.efSearch ?? document.efSearch, exact: request.exact === true },
    };
    selection.begin({ row: -1, others, rules, explains: false });
    const k = Math.min(document.candidates.count, Math.max(1, retriever.reachable));
    const look = { need: limit, asked: Math.min(k, query.efSearch) };
    const isListed = eligible.isListed(rules, look);
    const [first] = isListed ? [] : retriever.search([query], k);
    filler.fill({
      ...{ row: -1, others, need: limit, gathers: false, include: [], policy, rules, isListed },
      looks: { embedding: { query, ...(first && { first }) } },
      diversity: policy.rank(nowMs).diversity,
    });
    const chosen = chosenOf(selection, limit, made.sourceOf);
    const alive = catalog.products - catalog.removed.length - others.length;
    return {
      parts: parts.map(({ shown }) => shown),
      spread,
      items: chosen.map((one) => presentItem(artifact, one, request.fields ?? [])),
      filled: filledOf(selection, chosen, limit, alive),
    };
  };
}
