// Recommendations for one product: the widget's call, and by far the most frequent one.

import type { Job } from '../../pool/answers.ts';
import { parseRequest, type RecommendRequest } from '../../recommend/request.ts';
import { acceptedOf, overloaded, ownCacheControl, personal, vary } from '../answering.ts';
import { deadlineOf } from '../deadline.ts';
import type { Visit, Visitor } from '../desk.ts';
import type { Exchange } from '../exchange.ts';
import type { MediaType } from '../negotiate.ts';
import { notesOf } from '../notes.ts';
import { withSettings } from '../settings.ts';
import { decodeSegment, queryPairs } from '../url.ts';
import { isMatch } from '../validator.ts';
import { type Handler, queryOf, type Route, type RouteContext } from './route.ts';

/** Whether it is about a person, or of somebody who tries things: such an answer is not kept. */
const isPassing = ({ explain, overrides, filters }: RecommendRequest): boolean =>
  explain === true || overrides !== undefined || filters?.bought !== undefined;

const hit = { cache: 'hit' } as const;
const miss = { cache: 'miss' } as const;

/** What an answer is kept under, however it was asked for. Of a product alone it is the way that it is asked for. */
function keyOf(mark: string, request: RecommendRequest): string {
  for (const name in request) if (name !== 'product') return mark + JSON.stringify(request);
  return `${mark + encodeURIComponent(request.product)}?`;
}

interface Where {
  readonly exchange: Exchange;
  readonly context: RouteContext;
  readonly media: MediaType;
}

/** Who waits for an answer to be sent with these headers. */
function visitor(
  { exchange, context, media }: Where,
  job: Job,
  { headers, deadlineMs }: { readonly headers: typeof vary; readonly deadlineMs: number },
): Visitor {
  return {
    deadlineMs,
    done: (result) => {
      if (result.failure === undefined) {
        context.metrics.filled(result);
        context.recall?.offer(job, result.body);
        exchange.reply({ contentType: media.contentType, body: result.body, headers });
        return;
      }
      const { code, message, stack } = result.failure;
      if (stack !== undefined) context.failed(`bought-together of ${job.request.product}`, stack);
      exchange.problem(code, message, vary);
    },
  };
}

/** Lets the visit end with the exchange. */
function attend(exchange: Exchange, visit: Visit | undefined): void {
  if (visit === undefined) overloaded(exchange);
  else exchange.onAbort(() => visit.leave());
}

const boughtTogether: Handler = (exchange, request, context) => {
  const media = acceptedOf(exchange, request);
  if (media === undefined) return;
  const { desk, validator, cacheControl } = context;
  const { encoding, contentType } = media;
  const mark = encoding === 'json' ? 'j ' : 'm ';
  const query = queryOf(request);
  const parameter = request.getParameter(0) ?? '';
  const ifNoneMatch = request.getHeader('if-none-match');
  const headersWith = (tag: string, control = cacheControl) => ({
    Vary: 'Accept',
    ETag: tag,
    'Cache-Control': control,
  });
  const isKnown = (tag: string): boolean => ifNoneMatch !== '' && isMatch(ifNoneMatch, tag);

  const sendKept = (key: string, control?: string): boolean => {
    const kept = desk.known(key);
    if (kept === undefined) return false;
    const headers = headersWith(kept.tag, control);
    exchange.note(hit);
    if (isKnown(kept.tag)) exchange.notModified(headers);
    else exchange.reply({ contentType, body: kept.body, headers });
    return true;
  };
  const asked = `${mark + parameter}?${query}`;
  if (sendKept(asked)) return;

  const deadlineMs = deadlineOf(request);
  const given = parseRequest(decodeSegment(parameter), queryPairs(query));
  const assigned = context.experiments.assign(given);
  const { request: parsed, isVisitors } = assigned;
  const job = { request: withSettings(parsed, context.settings), encoding };
  const where = { exchange, context, media };
  if (exchange.isTrailed) {
    exchange.note(notesOf(given, assigned, context.policies));
    if (desk.keeps && !isPassing(parsed)) exchange.note(miss);
  }
  if (isPassing(parsed)) {
    attend(exchange, desk.ask(job, visitor(where, job, { headers: personal, deadlineMs })));
    return;
  }
  const key = keyOf(mark, parsed);
  const control = isVisitors ? ownCacheControl : cacheControl;
  if (key !== asked && sendKept(key, control)) {
    // What depends on the visitor is found by its arm alone, as the way it is asked does not say that.
    if (!isVisitors) desk.alias(asked, key);
    return;
  }
  const tag = validator.tag(key, Date.now());
  const headers = headersWith(tag, control);
  if (isKnown(tag)) exchange.notModified(headers);
  else attend(exchange, desk.share(job, visitor(where, job, { headers, deadlineMs }), { key, tag }));
};

export const boughtTogetherRoutes: readonly Route[] = [
  { path: '/v1/products/:id/bought-together', methods: { GET: boughtTogether } },
];
