// Recommendations: the calls that a worker answers.

import { parseRequest } from '../../recommend/request.ts';
import { negotiate, offeredTypes } from '../negotiate.ts';
import { decodeSegment, queryPairs } from '../url.ts';
import { type Handler, queryOf, type Route } from './route.ts';

const vary = { Vary: 'Accept' };
/** A full queue empties in well under a second. */
const retryAfter = { 'Retry-After': '1' };

const boughtTogether: Handler = (exchange, request, context) => {
  const accepted = negotiate(request.getHeader('accept'));
  if (accepted === undefined) {
    exchange.problem('not_acceptable', `Accept one of ${offeredTypes.join(', ')}.`, vary);
    return;
  }
  const { encoding, contentType } = accepted;
  const product = decodeSegment(request.getParameter(0) ?? '');
  const job = { request: parseRequest(product, queryPairs(queryOf(request))), encoding };
  const ticket = context.batcher.submit(job, (result) => {
    if (result.failure === undefined) {
      context.metrics.filled(result);
      exchange.reply({ contentType, body: result.body, headers: vary });
      return;
    }
    const { code, message, stack } = result.failure;
    if (stack !== undefined) context.failed(`bought-together of ${product}`, stack);
    exchange.problem(code, message, vary);
  });
  if (ticket === undefined)
    exchange.problem('overloaded', 'Too many requests are waiting; try again in a second.', retryAfter);
  else
    exchange.onAbort(() => {
      ticket.cancelled = true;
    });
};

export const boughtTogetherRoutes: readonly Route[] = [
  { path: '/v1/products/:id/bought-together', methods: { GET: boughtTogether } },
];
