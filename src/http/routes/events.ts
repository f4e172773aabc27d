// Events of the shop. The answer comes once they are kept.

import { SepetError } from '../../base/errors.ts';
import { suggestion } from '../../base/nearest.ts';
import type { TakenEvents } from '../../events/intake.ts';
import { collectBody, withBody } from '../body.ts';
import type { Exchange } from '../exchange.ts';
import { decodeValue } from '../media.ts';
import { problemOf, problemType } from '../problem.ts';
import type { Handler, Route } from './route.ts';

const retryAfter = { 'Retry-After': '1' };

/** The list of a body `{"events": […]}`. Throws `event_invalid`. */
function eventsOf(value: unknown): readonly unknown[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new SepetError('event_invalid', 'The body is an object: {"events": [...]}.');
  const { events, ...others } = value as { events?: unknown };
  const [unknown] = Object.keys(others);
  if (unknown !== undefined)
    throw new SepetError(
      'event_invalid',
      `There is no field "${unknown}" beside events.${suggestion(unknown, ['events'])}`,
    );
  if (!Array.isArray(events)) throw new SepetError('event_invalid', 'events must be a list.');
  return events;
}

function told(exchange: Exchange, taken: TakenEvents): void {
  const { accepted, duplicates, refused } = taken;
  const [first] = refused;
  if (accepted + duplicates > 0 || first === undefined) {
    exchange.json(taken, 202);
    return;
  }
  const said = `None of the ${refused.length} events is right; the first: ${first.detail}`;
  const problem = problemOf('event_invalid', said);
  const body = JSON.stringify({ ...problem, refused });
  exchange.reply({ status: problem.status, contentType: problemType, body });
}

const post: Handler = (exchange, request, { events }) => {
  if (events === undefined)
    throw new SepetError('events_off', 'This server takes no events: start it with --events FOLDER.');
  const take = (value: unknown): void => {
    events.take(eventsOf(value)).then(
      (taken) => told(exchange, taken),
      (error: unknown) => {
        if (error instanceof SepetError && error.code === 'events_unavailable')
          exchange.problem(error.code, error.message, retryAfter);
        else exchange.fail(error);
      },
    );
  };
  // A page that is being left sends its last events as plain text: then the browser need not ask beforehand.
  if (/^text\/plain\b/i.test(request.getHeader('content-type')))
    collectBody(exchange, request, (bytes) => take(decodeValue(bytes, 'json')));
  else withBody(exchange, request, take);
};

export const eventRoutes: readonly Route[] = [{ path: '/v1/events', methods: { POST: post } }];
