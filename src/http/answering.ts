// Answers in the media type that the client asked for.

import type { Exchange } from './exchange.ts';
import { encodeValue } from './media.ts';
import { type MediaType, negotiate, offeredTypes } from './negotiate.ts';
import type { HttpRequest } from './uws.ts';

export const vary = { Vary: 'Accept' };
/** Headers of what is about somebody: no cache may keep it. */
export const personal = { Vary: 'Accept', 'Cache-Control': 'private, no-store' };

/** Cache-Control of what depends on the visitor, and may be kept by whoever asked if they look before they use it. */
export const ownCacheControl = 'private, no-cache';

/** Refuses what the queue has no room for. It empties in well under a second. */
export function overloaded(exchange: Exchange, headers: Readonly<Record<string, string>> = {}): void {
  exchange.problem('overloaded', 'Too many requests are waiting; try again in a second.', {
    ...headers,
    'Retry-After': '1',
  });
}

/** The media type to answer in; answers with `not_acceptable` and returns undefined where there is none. */
export function acceptedOf(exchange: Exchange, request: HttpRequest): MediaType | undefined {
  const accepted = negotiate(request.getHeader('accept'));
  if (accepted === undefined)
    exchange.problem('not_acceptable', `Accept one of ${offeredTypes.join(', ')}.`, vary);
  return accepted;
}

/** Answers with a value that is encoded here, on the event loop. */
export function answer(
  exchange: Exchange,
  { encoding, contentType }: MediaType,
  value: object,
  headers: Readonly<Record<string, string>> = vary,
): void {
  exchange.reply({ contentType, body: encodeValue(value, encoding), headers });
}
