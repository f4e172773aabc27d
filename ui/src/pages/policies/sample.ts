// The sample that an impact preview asks about, as the URL says it, and how both policies are asked.

import type { AdminClient, Client, Outcome, PolicyGiven, ProductFacts } from 'sepet/client';
import type { Asked } from './impact.ts';

export const sampleKinds = ['popular', 'random', 'category'] as const;
export type SampleKind = (typeof sampleKinds)[number];

export interface Sample {
  readonly kind: SampleKind;
  readonly count: number;
  readonly seed: number;
  readonly category: string;
}

export const fewest = 20;
export const mostProducts = 500;
/** As many as the server takes in one body. */
const batchSize = 64;
export const firstSample: Sample = { kind: 'popular', count: 100, seed: 1, category: '' };

function whole(text: string | null, first: number, least: number, most: number): number {
  const value = Number(text ?? Number.NaN);
  return Number.isInteger(value) ? Math.min(most, Math.max(least, value)) : first;
}

export const readSample = (params: URLSearchParams): Sample => ({
  kind: sampleKinds.find((kind) => kind === params.get('sample')) ?? firstSample.kind,
  count: whole(params.get('n'), firstSample.count, fewest, mostProducts),
  seed: whole(params.get('seed'), firstSample.seed, 1, 2 ** 31 - 1),
  category: params.get('category') ?? '',
});

export const samplePatch = ({ kind, count, seed, category }: Sample): Record<string, string | null> => ({
  sample: kind === firstSample.kind ? null : kind,
  n: count === firstSample.count ? null : String(count),
  seed: kind === 'random' && seed !== firstSample.seed ? String(seed) : null,
  category: kind === 'category' && category !== '' ? category : null,
});

/** As many as the server tells of in one answer. */
const mostAtOnce = 200;
/** From one draw by lot to the next; seeds that people choose are small. */
const seedStep = 1_000_003;

/** The products of a sample; the same sample gives the same products. Fewer where there are no more. */
export async function drawSample(
  client: Pick<Client, 'searchProducts'>,
  sample: Sample,
  signal: AbortSignal,
): Promise<readonly ProductFacts[]> {
  const { kind, count, seed, category } = sample;
  const found = new Map<string, ProductFacts>();
  const only = kind === 'category' && category !== '' ? { category: [category] } : {};
  for (let part = 0; found.size < count && part * mostAtOnce < 2 * count; part++) {
    const limit = Math.min(mostAtOnce, kind === 'random' ? mostAtOnce : count - found.size);
    const which =
      kind === 'random'
        ? { sample: 'random' as const, seed: seed + part * seedStep }
        : { ...only, offset: part * mostAtOnce };
    const { products, more } = await client.searchProducts({ ...which, limit }, { signal });
    for (const product of products) found.set(product.id, product);
    if (kind !== 'random' && more !== true) break;
  }
  return [...found.values()].slice(0, count);
}

export interface Question {
  readonly label: string | undefined;
  readonly before: PolicyGiven;
  readonly after: PolicyGiven;
  readonly signal: AbortSignal;
  readonly progress: (done: number, of: number) => void;
}

/** Both policies asked about every product, batch by batch. What `signal` was aborted with is thrown. */
export async function askBoth(
  client: Pick<AdminClient, 'tryPolicy'>,
  products: readonly ProductFacts[],
  { label, before, after, signal, progress }: Question,
): Promise<readonly Asked[]> {
  const asked: Asked[] = [];
  const call = { signal, ...(label !== undefined && { label }) };
  for (let from = 0; from < products.length; from += batchSize) {
    const part = products.slice(from, from + batchSize);
    const requests = part.map(({ id }) => ({ product: id, fields: ['title', 'price'] as const }));
    // One after the other: one trial thread answers both.
    const old: readonly Outcome[] = await client.tryPolicy(before, requests, call);
    const fresh: readonly Outcome[] = await client.tryPolicy(after, requests, call);
    for (const [index, product] of part.entries()) {
      const [one, other] = [old[index], fresh[index]];
      if (one !== undefined && other !== undefined) asked.push({ product, before: one, after: other });
    }
    progress(asked.length, products.length);
  }
  return asked;
}
