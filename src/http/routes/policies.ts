// The policies that are served.

import { acceptedOf, answer } from '../answering.ts';
import { decodeSegment } from '../url.ts';
import type { Handler, Route } from './route.ts';

const policies: Handler = (exchange, request, { policies }) => {
  const accepted = acceptedOf(exchange, request);
  if (accepted !== undefined) answer(exchange, accepted, policies.list);
};

const policy: Handler = (exchange, request, { policies }) => {
  const accepted = acceptedOf(exchange, request);
  if (accepted !== undefined)
    answer(exchange, accepted, policies.one(decodeSegment(request.getParameter(0) ?? '')));
};

export const policyRoutes: readonly Route[] = [
  { path: '/v1/policies', methods: { GET: policies } },
  { path: '/v1/policies/:name', methods: { GET: policy } },
];
