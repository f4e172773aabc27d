// How long a caller waits.

import { checkLimit } from '../base/limits.ts';
import type { HttpRequest } from './uws.ts';

/**
 * The moment, in `performance.now()`, until which the caller waits by its X-Request-Timeout-Ms; for ever where it names none.
 * Throws `option_invalid`. To be called inside the handler.
 */
export function deadlineOf(request: HttpRequest): number {
  const given = request.getHeader('x-request-timeout-ms');
  if (given === '') return Number.POSITIVE_INFINITY;
  return performance.now() + checkLimit('requestTimeoutMs', Number(given));
}
