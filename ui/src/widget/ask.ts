// The one question of the widget. Not by the client: a shopper waits for nothing here, so nothing is tried twice, and what
// fails needs no words; that leaves little more than fetch. Headers are those that no browser asks about beforehand.

import type { RecommendAnswer } from 'sepet/client';

/** What the list depends on. */
export interface Asked {
  /** Without a slash at its end; '' for none. */
  readonly endpoint: string;
  /** The product of the page, or all products of a basket. */
  readonly products: readonly string[];
  /** As the server takes them, and empty ones not sent. */
  readonly options: Readonly<Record<string, string | readonly string[]>>;
  /** After which there is nothing to show. */
  readonly timeoutMs: number;
}

/** Why there is nothing to show. */
export type EmptyReason = 'none' | 'timeout' | 'unreachable' | 'refused' | 'invalid';

/** No list, and why. */
export class NoList extends Error {
  readonly reason: EmptyReason;
  constructor(reason: EmptyReason, said = '') {
    super(said);
    this.reason = reason;
  }
}

const wantedFields = ['title', 'price', 'inStock', 'image'];

function requestOf({ endpoint, products, options }: Asked): [url: string, init: RequestInit] {
  const given = Object.entries(options).filter(([, value]) => value.length > 0);
  const [product = '', ...others] = products;
  if (others.length === 0) {
    const query = new URLSearchParams({ fields: wantedFields.join() });
    for (const [name, value] of given) for (const one of [value].flat()) query.append(name, one);
    return [`${endpoint}/v1/products/${encodeURIComponent(product)}/bought-together?${query}`, {}];
  }
  const { limit, fallback, ...rest } = Object.fromEntries(given);
  const body = {
    ...{ products, fields: wantedFields, ...rest },
    ...(limit !== undefined && { limit: Number(limit) }),
    ...(fallback !== undefined && { fallback: true }),
  };
  return [
    `${endpoint}/v1/bought-together`,
    { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) },
  ];
}

const isAnswer = (value: unknown): value is RecommendAnswer => {
  const { items } = (value ?? {}) as { items?: unknown };
  return Array.isArray(items) && items.every((item) => typeof item?.id === 'string');
};

/** Asks once. Throws a NoList; what `signal` was aborted with where the caller gave up. */
export async function ask(asked: Asked, signal: AbortSignal): Promise<RecommendAnswer> {
  const { timeoutMs } = asked;
  const both = new AbortController();
  const giveUp = (): void => both.abort();
  const timer = setTimeout(giveUp, timeoutMs);
  signal.addEventListener('abort', giveUp);
  try {
    if (asked.endpoint === '') throw new NoList('unreachable', 'the endpoint is no address');
    const [url, init] = requestOf(asked);
    const response = await fetch(url, { ...init, credentials: 'omit', signal: both.signal });
    const value: unknown = await response.json();
    if (!response.ok) throw new NoList('refused', (value as { detail?: string } | null)?.detail);
    if (!isAnswer(value)) throw new NoList('invalid');
    if (value.items.length === 0) throw new NoList('none');
    return value;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof NoList) throw error;
    if (both.signal.aborted) throw new NoList('timeout', `no answer within ${timeoutMs} ms`);
    throw new NoList(error instanceof SyntaxError ? 'invalid' : 'unreachable', String(error));
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', giveUp);
  }
}
