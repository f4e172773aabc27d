// The labels that the server answers for, and recommendations by one of them. What is asked of the server's own label goes
// the usual way; what is asked of one beside it, to the thread of trials.

import { acceptedOf, answer } from '../answering.ts';
import { decodeSegment } from '../url.ts';
import { type Answerer, batchBy, boughtTogetherBy, ownAnswerer, unassigned } from './basket.ts';
import type { Handler, Route } from './route.ts';

const list: Handler = (exchange, request, { labels }) => {
  const accepted = acceptedOf(exchange, request);
  if (accepted !== undefined) answer(exchange, accepted, labels.page());
};

/** Who answers for the label in the path. Throws `label_unknown`, and what keeps the label from being had. */
const answererOf: Parameters<typeof boughtTogetherBy>[0] = (request, { labels }): Answerer => {
  const label = decodeSegment(request.getParameter(0) ?? '');
  if (labels.beside(label) === undefined) return ownAnswerer;
  const submit = labels.submitter(label);
  return {
    assign: unassigned,
    submit: (_, job, done, deadlineMs) => submit(job, done, deadlineMs),
    account: (context, { request: { product } }, { failure }) => {
      if (failure?.stack !== undefined)
        context.failed(`bought-together of ${product} by ${label}`, failure.stack);
    },
  };
};

const policies: Handler = (exchange, request, { labels, policies }) => {
  const accepted = acceptedOf(exchange, request);
  if (accepted === undefined) return;
  const beside = labels.beside(decodeSegment(request.getParameter(0) ?? ''));
  answer(exchange, accepted, (beside === undefined ? policies : labels.pages(beside)).list);
};

const policy: Handler = (exchange, request, { labels, policies }) => {
  const accepted = acceptedOf(exchange, request);
  if (accepted === undefined) return;
  const beside = labels.beside(decodeSegment(request.getParameter(0) ?? ''));
  const name = decodeSegment(request.getParameter(1) ?? '');
  answer(exchange, accepted, (beside === undefined ? policies : labels.pages(beside)).one(name));
};

export const labelRoutes: readonly Route[] = [
  { path: '/v1/labels', methods: { GET: list } },
  { path: '/v1/labels/:label/bought-together', methods: { POST: boughtTogetherBy(answererOf) } },
  { path: '/v1/labels/:label/bought-together/batch', methods: { POST: batchBy(answererOf) } },
  { path: '/v1/labels/:label/policies', methods: { GET: policies } },
  { path: '/v1/labels/:label/policies/:name', methods: { GET: policy } },
];
