// Recommendations asked for with a body: for one product or a whole basket, and many at once. They are about somebody's
// basket, so no cache may keep them.

import { z } from 'zod';
import { SepetError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import { suggestion } from '../../base/nearest.ts';
import { failureOf, type Job, type JobFailure, type JobResult } from '../../pool/answers.ts';
import type { Ticket } from '../../pool/batcher.ts';
import { assigned } from '../../recommend/assigned.ts';
import type { RecommendRequest } from '../../recommend/request.ts';
import { parseBody } from '../../recommend/request-body.ts';
import { acceptedOf, overloaded, personal } from '../answering.ts';
import { joinAnswers } from '../batch-body.ts';
import { withBody } from '../body.ts';
import { deadlineOf } from '../deadline.ts';
import type { Exchange } from '../exchange.ts';
import type { MediaType } from '../negotiate.ts';
import { notesOf } from '../notes.ts';
import { withSettings } from '../settings.ts';
import type { HttpRequest } from '../uws.ts';
import type { Handler, Route, RouteContext } from './route.ts';

/** Who answers. */
export interface Answerer {
  /** The request as it is answered; tells the log of it where there is one. */
  assign(context: RouteContext, request: RecommendRequest, exchange?: Exchange): RecommendRequest;
  /** As `Batcher.submit`. */
  submit(
    context: RouteContext,
    job: Job,
    done: (result: JobResult) => void,
    deadlineMs: number,
  ): Ticket | undefined;
  /** Counts an answer, or tells the log of a bug. */
  account(context: RouteContext, job: Job, result: JobResult): void;
}

/** The workers, by what is served. */
export const ownAnswerer: Answerer = {
  assign({ experiments, policies }, given, exchange) {
    const result = experiments.assign(given);
    if (exchange?.isTrailed) exchange.note(notesOf(given, result, policies));
    return result.request;
  },
  submit: ({ batcher }, job, done, deadlineMs) => batcher.submit(job, done, deadlineMs),
  account(context, job, result) {
    if (result.failure === undefined) {
      context.metrics.filled(result);
      context.recall?.offer(job, result.body);
    } else if (result.failure.stack !== undefined)
      context.failed(`bought-together of ${job.request.product}`, result.failure.stack);
  },
};

/** Elsewhere nothing is assigned: experiments are about what customers get. */
export const unassigned: Answerer['assign'] = (_, request) => assigned(request, undefined).request;

/** Chooses who answers a request; called inside the handler. */
type Choose = (request: HttpRequest, context: RouteContext) => Answerer;

export const boughtTogetherBy =
  (choose: Choose): Handler =>
  (exchange, request, context) => {
    const accepted = acceptedOf(exchange, request);
    if (accepted === undefined) return;
    const { encoding, contentType } = accepted;
    const answerer = choose(request, context);
    const deadlineMs = deadlineOf(request);
    withBody(exchange, request, (value) => {
      const asked = answerer.assign(context, parseBody(value), exchange);
      const job: Job = { request: withSettings(asked, context.settings), encoding };
      const done = (result: JobResult): void => {
        answerer.account(context, job, result);
        const { failure } = result;
        if (failure === undefined) exchange.reply({ contentType, body: result.body, headers: personal });
        else exchange.problem(failure.code, failure.message, personal);
      };
      const ticket = answerer.submit(context, job, done, deadlineMs);
      if (ticket === undefined) overloaded(exchange, personal);
      else
        exchange.onAbort(() => {
          ticket.cancelled = true;
        });
    });
  };

const requestsError = `must be a list of 1 to ${limits.batchRequests.max} requests.`;

/** Each entry is checked by itself, and fails by itself. */
const batchSchema = z.strictObject({
  requests: z
    .array(z.unknown(), requestsError)
    .min(1, requestsError)
    .max(limits.batchRequests.max, requestsError),
});

/** The entries of a batch. Throws `option_unknown` and `option_invalid`. */
function entriesOf(value: unknown): readonly unknown[] {
  const parsed = batchSchema.safeParse(value);
  if (parsed.success) return parsed.data.requests;
  const { issues } = parsed.error;
  // A name that does not exist says more than one that is missing.
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0];
  const [unknown] = issue?.code === 'unrecognized_keys' ? issue.keys : [];
  if (unknown !== undefined) {
    const name = unknown.slice(0, 100);
    throw new SepetError('option_unknown', `There is no field "${name}".${suggestion(name, ['requests'])}`);
  }
  if (issue?.path.length === 0) throw new SepetError('option_invalid', 'The body must be an object.');
  throw new SepetError('option_invalid', `requests ${requestsError}`);
}

/** The answers to a batch as they come in; the last one sends them. */
class Batch {
  readonly #exchange: Exchange;
  readonly #media: MediaType;
  readonly #answers: (Uint8Array | JobFailure)[];
  #open: number;

  constructor(exchange: Exchange, media: MediaType, entries: number) {
    this.#exchange = exchange;
    this.#media = media;
    this.#answers = new Array(entries);
    this.#open = entries;
  }

  settle(i: number, answer: Uint8Array | JobFailure): void {
    this.#answers[i] = answer;
    this.#open--;
    if (this.#open > 0) return;
    const { encoding, contentType } = this.#media;
    this.#exchange.reply({ contentType, body: joinAnswers(this.#answers, encoding), headers: personal });
  }
}

/** The entry's request, or why it is none. */
function read(entry: unknown, i: number): Job['request'] | JobFailure {
  try {
    return parseBody(entry, `requests.${i}`);
  } catch (error) {
    return failureOf(error);
  }
}

export const batchBy =
  (choose: Choose): Handler =>
  (exchange, request, context) => {
    const accepted = acceptedOf(exchange, request);
    if (accepted === undefined) return;
    const { encoding } = accepted;
    const answerer = choose(request, context);
    const deadlineMs = deadlineOf(request);
    withBody(exchange, request, (value) => {
      const entries = entriesOf(value);
      const answers = new Batch(exchange, accepted, entries.length);
      const tickets: Ticket[] = [];
      const cancel = (): void => {
        for (const ticket of tickets) ticket.cancelled = true;
      };
      exchange.onAbort(cancel);
      for (const [i, entry] of entries.entries()) {
        const asked = read(entry, i);
        if ('code' in asked) {
          if (asked.stack !== undefined) context.failed(`entry ${i} of a batch`, asked.stack);
          answers.settle(i, asked);
          continue;
        }
        const request = withSettings(answerer.assign(context, asked), context.settings);
        const job: Job = { request, encoding };
        const done = (result: JobResult): void => {
          answerer.account(context, job, result);
          answers.settle(i, result.failure ?? result.body);
        };
        const ticket = answerer.submit(context, job, done, deadlineMs);
        if (ticket === undefined) {
          cancel();
          overloaded(exchange, personal);
          return;
        }
        tickets.push(ticket);
      }
    });
  };

const byOwn: Choose = () => ownAnswerer;

export const basketRoutes: readonly Route[] = [
  { path: '/v1/bought-together', methods: { POST: boughtTogetherBy(byOwn) } },
  { path: '/v1/bought-together/batch', methods: { POST: batchBy(byOwn) } },
];
