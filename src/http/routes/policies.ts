// The policies that are served.

import { decodeSegment } from '../url.ts';
import type { Handler, Route } from './route.ts';

const policies: Handler = (exchange, _request, { policies }) => exchange.json(policies.list);

const policy: Handler = (exchange, request, { policies }) =>
  exchange.json(policies.one(decodeSegment(request.getParameter(0) ?? '')));

export const policyRoutes: readonly Route[] = [
  { path: '/v1/policies', methods: { GET: policies } },
  { path: '/v1/policies/:name', methods: { GET: policy } },
];
