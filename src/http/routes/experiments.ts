// What is assigned, and the experiments that run.

import { acceptedOf, answer } from '../answering.ts';
import type { Handler, Route } from './route.ts';

const page: Handler = (exchange, request, { experiments }) => {
  const accepted = acceptedOf(exchange, request);
  if (accepted !== undefined) answer(exchange, accepted, experiments.page());
};

export const experimentRoutes: readonly Route[] = [{ path: '/v1/experiments', methods: { GET: page } }];
