// What the server sells: the ids in order of popularity, and the facts of some products that filters are drawn from.

import { createClient } from 'sepet/client';
import { LoadError } from '../mistake.ts';
import { seeded } from './products.ts';

export interface Served {
  readonly artifact: string;
  readonly policy: string;
  readonly products: number;
}

export interface Catalogue {
  readonly served: Served;
  /** Most ordered first. */
  readonly products: readonly string[];
}

/** What filters need of a product. */
export interface Facts {
  readonly category?: string;
  readonly brand?: string;
  readonly gender?: string;
  readonly price?: number;
}

const mostListed = 20_000;
const askedAtOnce = 16;
const timeoutMs = 10_000;

const clientOf = (url: string) => createClient({ url, timeoutMs });

async function asked<T>(url: string, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    throw new LoadError(`${url} cannot be asked what it serves: ${said}`, { cause });
  }
}

/** What the server says it serves. Throws a LoadError where it does not answer. */
export async function askCatalogue(url: string): Promise<Catalogue> {
  const client = clientOf(url);
  const { artifact, policy, products } = await asked(url, client.artifact());
  const listed = await asked(url, client.products({ limit: mostListed }));
  if (listed.length === 0) throw new LoadError(`${url} serves no products.`);
  return { served: { artifact, policy, products }, products: listed };
}

/** What is served at this moment: an answer must name such a pair. */
export async function askVersion(url: string): Promise<{ artifact: string; policy: string }> {
  const { artifact, policy } = await asked(url, clientOf(url).artifact());
  return { artifact, policy };
}

/** The facts of `count` products, drawn evenly. */
export async function askFacts(
  url: string,
  products: readonly string[],
  { count, seed }: { count: number; seed: number },
): Promise<Facts[]> {
  const [client, random] = [clientOf(url), seeded(seed)];
  const ids = Array.from({ length: count }, () => products[Math.floor(random() * products.length)] ?? '');
  const facts: Facts[] = [];
  for (let at = 0; at < ids.length; at += askedAtOnce) {
    const some = ids.slice(at, at + askedAtOnce).map((id) => client.product(id) as Promise<Facts>);
    facts.push(...(await asked(url, Promise.all(some))));
  }
  return facts;
}
