// Bodies of requests: bounded in bytes and in time, and of a media type that is read. Everything that is needed of the
// request is read before a handler returns; the bytes come later, or never.

import { SepetError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { Exchange } from './exchange.ts';
import { decodeValue } from './media.ts';
import { type MediaType, mediaTypeOf, offeredTypes } from './negotiate.ts';
import { problemOf, problemType } from './problem.ts';
import type { HttpRequest } from './uws.ts';

export const acceptPost = { 'Accept-Post': offeredTypes.join(', ') };

const tooLarge = (most: number): SepetError =>
  new SepetError('body_too_large', `The body may have at most ${most} bytes.`);

/**
 * Whether it is unclear where the body ends: what follows it could be taken for a request that nobody sent. An answer would
 * not keep the library from that, so such a connection is ended without one, as it does itself with most of them.
 */
function isAmbiguous(request: HttpRequest): boolean {
  const coding = request.getHeader('transfer-encoding').trim().toLowerCase();
  if (coding !== '' && coding !== 'chunked') return true;
  let lengths = 0;
  request.forEach((name) => {
    if (name === 'content-length') lengths++;
  });
  return lengths > (coding === '' ? 1 : 0);
}

/**
 * Collects the bytes of a body and calls `done` with them, once, unless the client leaves; the view is dead once `done`
 * returns. Throws `body_too_large` where the headers say so already; answers by itself where it turns out later, and with
 * `body_timeout`. What `done` throws is answered. To be called inside the handler.
 */
export function collectBody(
  exchange: Exchange,
  request: HttpRequest,
  done: (bytes: Uint8Array) => void,
  most: number = limits.bodyBytes.default,
): void {
  if (isAmbiguous(request)) {
    exchange.hangUp();
    return;
  }
  // The rest of a refused body is dropped as it comes: closing the connection at once could take the answer from a
  // client that is still sending.
  if (Number(request.getHeader('content-length')) > most) throw tooLarge(most);
  const { default: seconds } = limits.bodySeconds;
  const timer = setTimeout(() => {
    const problem = problemOf('body_timeout', `The body was not there after ${seconds} seconds.`);
    const { status } = problem;
    exchange.reply({ status, contentType: problemType, body: JSON.stringify(problem), close: true });
  }, seconds * 1000);
  exchange.onAbort(() => clearTimeout(timer));
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  exchange.receive((chunk, isLast) => {
    bytes += chunk.length;
    if (bytes > most) {
      clearTimeout(timer);
      chunks.length = 0;
      throw tooLarge(most);
    }
    if (!isLast) {
      if (chunk.length > 0) chunks.push(Uint8Array.from(chunk));
      return;
    }
    clearTimeout(timer);
    done(chunks.length === 0 ? chunk : Buffer.concat([...chunks, chunk]));
  });
}

/** The media type of the body; answers with `media_type_unsupported` and returns undefined where it is not read here. */
export function bodyTypeOf(exchange: Exchange, request: HttpRequest): MediaType | undefined {
  const given = request.getHeader('content-type');
  const coding = request.getHeader('content-encoding').trim().toLowerCase();
  const type = coding === '' || coding === 'identity' ? mediaTypeOf(given) : undefined;
  if (type !== undefined) return type;
  const said = coding !== '' && coding !== 'identity' ? `in the coding "${coding}"` : `"${given}"`;
  const what = given === '' && coding === '' ? 'No Content-Type is given' : `The body is ${said}`;
  const problem = `${what}; send ${offeredTypes.join(', ')}, uncompressed.`;
  exchange.problem('media_type_unsupported', problem, acceptPost);
  return undefined;
}

/**
 * Reads a body of JSON or MessagePack and calls `handle` with its value. Whatever is wrong with the body, and whatever
 * `handle` throws, is answered with its problem. To be called inside the handler.
 */
export function withBody(
  exchange: Exchange,
  request: HttpRequest,
  handle: (value: unknown) => void,
  most?: number,
): void {
  const type = bodyTypeOf(exchange, request);
  if (type === undefined) return;
  collectBody(exchange, request, (bytes) => handle(decodeValue(bytes, type.encoding)), most);
}
