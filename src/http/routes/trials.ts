// Policies that nobody is served by yet: tried on requests, or looked at for mistakes. All of it is the work of the thread of
// trials; nothing changes by it.

import { z } from 'zod';
import { SepetError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import { type PolicyDocument, policyLabel } from '../../policy/document.ts';
import { errorOf, type PolicyMistake } from '../../policy/mistakes.ts';
import { failureOf, type Job, type JobFailure, type JobResult } from '../../pool/answers.ts';
import type { Ticket } from '../../pool/batcher.ts';
import type { Inspected } from '../../pool/trials.ts';
import type { Version } from '../../pool/version.ts';
import { parseBody } from '../../recommend/request-body.ts';
import { overloaded } from '../answering.ts';
import { joinAnswers } from '../batch-body.ts';
import { withBody } from '../body.ts';
import type { Exchange } from '../exchange.ts';
import { isGone, type Labels, type Submit } from '../labels.ts';
import { fieldsOf, guarded } from './admin.ts';
import type { Route, RouteContext } from './route.ts';

const requestsError = `must be a list of 1 to ${limits.batchRequests.max} requests`;
const policy = z.unknown().describe('YAML or JSON text, or the document as JSON');
const label = z.string().min(1).optional().describe("The label to try it on; the server's own where absent");

/** What `POST /admin/policies/try` takes. */
export const trySchema = z.strictObject({
  policy,
  request: z.unknown().optional().describe('One request; answered as it stands'),
  requests: z
    .array(z.unknown(), requestsError)
    .min(1, requestsError)
    .max(limits.batchRequests.max, requestsError)
    .optional()
    .describe('Several in place of one'),
  label,
});

/** What `POST /admin/policies/check` takes. */
export const checkSchema = z.strictObject({ policy, label });

const contentType = 'application/json';

/** The jobs of a call; an entry that is no request is a failure in its place. */
function jobsOf({ request, requests }: z.output<typeof trySchema>): (Job | JobFailure)[] {
  if ((request === undefined) === (requests === undefined))
    throw new SepetError('option_invalid', 'The body must have request or requests, one of both.');
  if (requests === undefined) return [{ request: parseBody(request, 'request'), encoding: 'json' }];
  return requests.map((entry, i) => {
    try {
      return { request: parseBody(entry, `requests.${i}`), encoding: 'json' };
    } catch (error) {
      return failureOf(error);
    }
  });
}

/** Answers by a version that has only the tried policy; each entry fails by itself. */
function answerAll(
  { exchange, context, submit }: Trying,
  jobs: readonly (Job | JobFailure)[],
  reply: (answers: readonly (Uint8Array | JobFailure)[]) => void,
): void {
  const answers: (Uint8Array | JobFailure)[] = new Array(jobs.length);
  const tickets: Ticket[] = [];
  const cancel = (): void => {
    for (const ticket of tickets) ticket.cancelled = true;
  };
  let open = jobs.length;
  const settle = (i: number, answer: Uint8Array | JobFailure): void => {
    if ('code' in answer && answer.stack !== undefined) context.failed('a tried policy', answer.stack);
    answers[i] = answer;
    open--;
    if (open === 0) reply(answers);
  };
  exchange.onAbort(cancel);
  for (const [i, job] of jobs.entries()) {
    if ('code' in job) {
      settle(i, job);
      continue;
    }
    const done = (result: JobResult): void => settle(i, result.failure ?? result.body);
    const ticket = submit(job, done);
    if (ticket === undefined) {
      cancel();
      overloaded(exchange);
      return;
    }
    tickets.push(ticket);
  }
}

/** Looks at a policy as it would be on a label, among these others. */
async function inspect(
  labels: Labels,
  { label, policy }: z.output<typeof checkSchema>,
  others: (version: Version) => readonly PolicyDocument[] = () => [],
): Promise<Inspected> {
  const version = labels.version(label);
  try {
    return await labels.trials.inspect(version, policy, others(version));
  } catch (error) {
    // The label moved on, and its release went, before the thread had it open.
    const now = labels.version(label);
    if (!(error instanceof SepetError && isGone(error.code)) || now === version) throw error;
    return labels.trials.inspect(now, policy, others(now));
  }
}

interface Trying {
  readonly exchange: Exchange;
  readonly context: RouteContext;
  readonly submit: Submit;
}

async function tryOn(
  exchange: Exchange,
  context: RouteContext,
  given: z.output<typeof trySchema>,
): Promise<void> {
  const { labels } = context;
  const jobs = jobsOf(given);
  const inspected = await inspect(labels, given);
  if (inspected.mistakes !== undefined) throw errorOf(inspected.mistakes);
  const submit = labels.submitter(given.label, (version) => labels.trials.tried(version, inspected));
  answerAll({ exchange, context, submit }, jobs, (answers) => {
    const [only] = answers;
    if (given.requests !== undefined || only === undefined)
      exchange.reply({ contentType, body: joinAnswers(answers, 'json') });
    else if ('code' in only) exchange.problem(only.code, only.message);
    else exchange.reply({ contentType, body: only });
  });
}

const shown = ({ line, column, place, said }: PolicyMistake): object => ({
  message: place === '' ? said : `${place} ${said}`,
  ...(line !== undefined && { line }),
  ...(column !== undefined && { column }),
  ...(place !== '' && { path: place }),
});

const plain = ({ origin: _, ...document }: PolicyDocument): object => document;

async function check(
  exchange: Exchange,
  { labels }: RouteContext,
  given: z.output<typeof checkSchema>,
): Promise<void> {
  const inspected = await inspect(labels, given, ({ policies }) => policies);
  if (inspected.mistakes !== undefined) {
    exchange.json({ valid: false, mistakes: inspected.mistakes.map(shown) });
    return;
  }
  const { document, hash } = inspected;
  exchange.json({ valid: true, policy: policyLabel(document), hash, document: plain(document) });
}

const tryPolicy = guarded((exchange, request, context) =>
  withBody(exchange, request, (value) => {
    tryOn(exchange, context, fieldsOf(trySchema, value)).catch((error) => exchange.fail(error));
  }),
);

const checkPolicy = guarded((exchange, request, context) =>
  withBody(exchange, request, (value) => {
    check(exchange, context, fieldsOf(checkSchema, value)).catch((error) => exchange.fail(error));
  }),
);

export const trialRoutes: readonly Route[] = [
  { path: '/admin/policies/try', methods: { POST: tryPolicy } },
  { path: '/admin/policies/check', methods: { POST: checkPolicy } },
];
