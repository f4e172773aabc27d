// How often each client may ask: a token bucket for every address, filled at a steady rate, twice that deep. The table is
// bounded; who is forgotten starts with a full bucket, which is the most it could have had.

import { LRUCache } from 'lru-cache';
import { limits } from '../base/limits.ts';
import { type ClientKey, clientKey, parseAddress } from './addresses.ts';
import type { HttpRequest, HttpResponse } from './uws.ts';

interface Bucket {
  tokens: number;
  atMs: number;
}

/** Token buckets by client. */
export class Buckets {
  readonly #ratePerMs: number;
  readonly #depth: number;
  readonly #buckets: LRUCache<ClientKey, Bucket>;

  constructor(ratePerSecond: number, depth: number) {
    this.#ratePerMs = ratePerSecond / 1000;
    this.#depth = depth;
    this.#buckets = new LRUCache({ max: limits.clients.default });
  }

  /** Clients that are remembered. */
  get size(): number {
    return this.#buckets.size;
  }

  /** Takes `tokens` from a client's bucket; returns 0, or the seconds until it holds as many. With 0 it only looks. */
  take(client: ClientKey, tokens: number, nowMs: number): number {
    let bucket = this.#buckets.get(client);
    if (bucket === undefined) {
      bucket = { tokens: this.#depth, atMs: nowMs };
      this.#buckets.set(client, bucket);
    } else {
      bucket.tokens = Math.min(this.#depth, bucket.tokens + (nowMs - bucket.atMs) * this.#ratePerMs);
      bucket.atMs = nowMs;
    }
    const wanted = Math.max(1, tokens);
    if (bucket.tokens < wanted) return (wanted - bucket.tokens) / this.#ratePerMs / 1000;
    bucket.tokens -= tokens;
    return 0;
  }
}

/**
 * The address of who asks, as bytes; to be called inside the handler. With `trustProxy` it is the last one of
 * X-Forwarded-For, which is the only one that our own proxy wrote; where that is no address, the proxy's.
 */
export function peerOf(
  response: Pick<HttpResponse, 'getRemoteAddress'>,
  request: HttpRequest,
  trustProxy: boolean,
): Uint8Array {
  if (trustProxy) {
    let all = '';
    // Some proxies append to the header, others add a line of their own: the last line counts.
    request.forEach((name, value) => {
      if (name === 'x-forwarded-for') all = value;
    });
    const forwarded = all === '' ? undefined : parseAddress(all.slice(all.lastIndexOf(',') + 1).trim());
    if (forwarded !== undefined) return forwarded;
  }
  return new Uint8Array(response.getRemoteAddress());
}

export interface ClientOptions {
  /** Requests a second. */
  readonly rate: number;
  readonly trustProxy: boolean;
}

/** The limit of requests by client. */
export class ClientLimit {
  readonly #buckets: Buckets;
  readonly #trustProxy: boolean;
  readonly rate: number;

  constructor({ rate, trustProxy }: ClientOptions) {
    this.rate = rate;
    this.#trustProxy = trustProxy;
    this.#buckets = new Buckets(rate, 2 * rate);
  }

  /** 0 where the request may go on, or the seconds after which its client may ask again. */
  waitSeconds(response: Pick<HttpResponse, 'getRemoteAddress'>, request: HttpRequest): number {
    const client = clientKey(peerOf(response, request, this.#trustProxy));
    return this.#buckets.take(client, 1, performance.now());
  }
}
