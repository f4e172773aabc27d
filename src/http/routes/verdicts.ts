// Verdicts of people on two ways to recommend. The answer comes once a verdict is kept.

import { z } from 'zod';
import { SepetError } from '../../base/errors.ts';
import { verdictSchema } from '../../events/verdict.ts';
import type { Verdicts } from '../../events/verdicts.ts';
import { withBody } from '../body.ts';
import type { Exchange } from '../exchange.ts';
import { readQuery, text } from '../query.ts';
import { fieldsOf, guarded } from './admin.ts';
import { queryOf, type Route, type RouteContext } from './route.ts';

const retryAfter = { 'Retry-After': '1' };

/** What `GET /admin/verdicts` takes. */
export const verdictsQuery = z
  .object({ comparison: text(64).describe('The id of one comparison; all of them where absent') })
  .partial();

function verdictsOf({ verdicts }: RouteContext): Verdicts {
  if (verdicts !== undefined) return verdicts;
  throw new SepetError('verdicts_off', 'This server keeps no verdicts: start it with --verdicts FOLDER.');
}

function tell(exchange: Exchange, result: Promise<object>, status = 200): void {
  result.then(
    (value) => exchange.json(value, status),
    (error: unknown) => {
      if (error instanceof SepetError && error.code === 'verdicts_unavailable')
        exchange.problem(error.code, error.message, retryAfter);
      else exchange.fail(error);
    },
  );
}

const give = guarded((exchange, request, context) => {
  const verdicts = verdictsOf(context);
  withBody(exchange, request, (value) => tell(exchange, verdicts.give(fieldsOf(verdictSchema, value)), 201));
});

const list = guarded((exchange, request, context) => {
  const verdicts = verdictsOf(context);
  const { comparison } = readQuery(verdictsQuery, queryOf(request));
  tell(exchange, comparison === undefined ? verdicts.comparisons() : verdicts.comparison(comparison));
});

export const verdictRoutes: readonly Route[] = [
  { path: '/admin/verdicts', methods: { POST: give, GET: list } },
];
