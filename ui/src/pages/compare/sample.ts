// Which products are walked through, as the URL says it, and how they are drawn.

import type { Client, Outcome, RecommendAnswer } from 'sepet/client';
import { type Column, requestOf, type Side, type Sides } from './sides.ts';

export const sampleKinds = ['popular', 'random', 'category', 'worst', 'ids'] as const;
export type SampleKind = (typeof sampleKinds)[number];

export interface Sample {
  readonly kind: SampleKind;
  readonly count: number;
  readonly seed: number;
  readonly category: string;
  /** Whose fill is looked at. */
  readonly worstOf: Column;
  readonly ids: readonly string[];
  /** Passes over products whose lists are the same. */
  readonly changedOnly: boolean;
}

export const mostProducts = 200;
/** How many draws, and of how many products, the worst ones are looked for in: one draw has at most 200. */
const pools = 2;
const poolSize = 160;
export const worstPool = pools * poolSize;
/** As many as the server takes in one body. */
const batchSize = 64;

export const firstSample: Sample = {
  kind: 'popular',
  count: 50,
  seed: 1,
  category: '',
  worstOf: 'b',
  ids: [],
  changedOnly: false,
};

function whole(text: string | null, first: number, most: number): number {
  const value = Number(text ?? Number.NaN);
  return Number.isInteger(value) && value >= 1 && value <= most ? value : first;
}

export function readSample(params: URLSearchParams): Sample {
  const kind = sampleKinds.find((name) => name === params.get('sample')) ?? firstSample.kind;
  return {
    kind,
    count: whole(params.get('n'), firstSample.count, mostProducts),
    seed: whole(params.get('seed'), firstSample.seed, 2 ** 31 - 1),
    category: params.get('category') ?? '',
    worstOf: params.get('worst') === 'a' ? 'a' : 'b',
    ids: params.getAll('id').slice(0, mostProducts),
    changedOnly: params.get('changed') === '1',
  };
}

/** What a sample is in the URL: what it needs not, or what is so from the first, is left out. */
export function samplePatch(sample: Sample): Record<string, string | readonly string[] | null> {
  const { kind, count, seed, category, worstOf, ids, changedOnly } = sample;
  const isDrawn = kind === 'random' || kind === 'worst';
  return {
    sample: kind === firstSample.kind ? null : kind,
    n: count === firstSample.count || kind === 'ids' ? null : String(count),
    seed: isDrawn && seed !== firstSample.seed ? String(seed) : null,
    category: category !== '' && kind === 'category' ? category : null,
    worst: kind === 'worst' && worstOf === 'a' ? 'a' : null,
    id: kind === 'ids' ? ids : null,
    changed: changedOnly ? '1' : null,
  };
}

/** Ids as they are pasted: one a line, or with commas or spaces between. */
export const idsOf = (text: string): readonly string[] =>
  [...new Set(text.split(/[\s,;]+/).filter((id) => id !== ''))].slice(0, mostProducts);

export interface Drawing {
  readonly signal: AbortSignal;
  /** Called as products are asked. */
  readonly progress: (done: number, of: number) => void;
}

const isAnswer = (outcome: Outcome | undefined): outcome is RecommendAnswer =>
  outcome !== undefined && 'items' in outcome;

/** Every product asked by one side, in batches. */
export async function askAll(
  client: Client,
  side: Side,
  products: readonly string[],
  drawing: Drawing,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (let from = 0; from < products.length; from += batchSize) {
    const requests = products.slice(from, from + batchSize).map((id) => requestOf(side, id));
    const call = { signal: drawing.signal, ...(side.label !== '' && { label: side.label }) };
    outcomes.push(...(await client.batch(requests, call)));
    drawing.progress(outcomes.length, products.length);
  }
  return outcomes;
}

/** How badly a list is filled: what is missing first, then what only fills up; what cannot be answered at all is not asked about. */
export function worstFirst(products: readonly string[], outcomes: readonly Outcome[]): readonly string[] {
  const rated = products.flatMap((id, index) => {
    const outcome = outcomes[index];
    if (!isAnswer(outcome)) return [];
    const { wanted, missing, returned, from } = outcome.filled;
    const fallback = returned === 0 ? 0 : (from.fallback ?? 0) / returned;
    return { id, missing: missing / wanted, fallback };
  });
  return rated
    .filter(({ missing, fallback }) => missing > 0 || fallback > 0)
    .toSorted((one, other) => other.missing - one.missing || other.fallback - one.fallback)
    .map(({ id }) => id);
}

/** Those whose lists differ, or which one side cannot answer. */
export function changedOf(
  products: readonly string[],
  a: readonly Outcome[],
  b: readonly Outcome[],
): readonly string[] {
  const listOf = (outcome: Outcome | undefined): string | undefined =>
    isAnswer(outcome) ? outcome.items.map(({ id }) => id).join('\n') : undefined;
  return products.filter((_, index) => listOf(a[index]) !== listOf(b[index]));
}

const idsOfProducts = (products: readonly { readonly id: string }[]): readonly string[] =>
  products.map(({ id }) => id);

async function drawn(
  client: Client,
  sample: Sample,
  sides: Sides,
  drawing: Drawing,
): Promise<readonly string[]> {
  const { kind, count, seed, category, worstOf, ids } = sample;
  const { signal } = drawing;
  const random = async (limit: number, from = seed): Promise<readonly string[]> =>
    idsOfProducts(
      (await client.searchProducts({ sample: 'random', seed: from, limit }, { signal })).products,
    );
  switch (kind) {
    case 'popular':
      return client.products({ limit: count }, { signal });
    case 'random':
      return random(count);
    case 'category': {
      const only = category === '' ? {} : { category: [category] };
      return idsOfProducts((await client.searchProducts({ ...only, limit: count }, { signal })).products);
    }
    case 'worst': {
      const draws = await Promise.all(
        Array.from({ length: pools }, (_, draw) => random(poolSize, seed + draw)),
      );
      const pool = [...new Set(draws.flat())];
      return worstFirst(pool, await askAll(client, sides[worstOf], pool, drawing)).slice(0, count);
    }
    case 'ids':
      return ids;
  }
}

/** The products of a sample in the order in which they are walked. The same sample gives the same products. */
export async function draw(
  client: Client,
  sample: Sample,
  sides: Sides,
  drawing: Drawing,
): Promise<readonly string[]> {
  const products = await drawn(client, sample, sides, drawing);
  if (!sample.changedOnly) return products;
  const half = (add: number): Drawing => ({
    ...drawing,
    progress: (done) => drawing.progress(add + done, 2 * products.length),
  });
  const a = await askAll(client, sides.a, products, half(0));
  return changedOf(products, a, await askAll(client, sides.b, products, half(products.length)));
}

/** Whether a sample depends on what the sides answer. */
export const dependsOnSides = ({ kind, changedOnly }: Sample): boolean => kind === 'worst' || changedOnly;
