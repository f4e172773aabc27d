// The calls of operations, the description itself, and events.

import { z } from 'zod';
import { limits } from '../../base/limits.ts';
import { eventSchema } from '../../events/event.ts';
import { live, ready } from './answers.ts';
import { named } from './names.ts';
import type { Operation } from './operation.ts';

const json = ['application/json'];
const tag = 'operate';

const readiness = {
  method: 'GET',
  tag,
  answer: { description: 'It does', schema: ready, types: json },
  errors: ['shutting_down', 'draining'],
  errorsAt: { 503: ['file_damaged'] },
  examples: { ready: { summary: 'A server that wants traffic' } },
} as const satisfies Partial<Operation>;

const probes: readonly Operation[] = [
  {
    id: 'livez',
    ...{ method: 'GET', path: '/livez', tag },
    summary: 'Whether the process answers',
    answer: { description: 'It does', schema: live, types: json },
    errors: [],
    examples: { live: { summary: 'A server that runs' } },
  },
  { ...readiness, id: 'readyz', path: '/readyz', summary: 'Whether the server wants traffic' },
  { ...readiness, id: 'healthz', path: '/healthz', summary: 'The same as /readyz' },
  {
    id: 'metrics',
    ...{ method: 'GET', path: '/metrics', tag },
    summary: 'Metrics for Prometheus',
    answer: { description: "Prometheus' text format", types: ['text/plain'] },
    errors: [],
    examples: { all: { summary: 'All of them' } },
  },
  {
    id: 'openapi',
    ...{ method: 'GET', path: '/openapi.json', tag },
    summary: 'This document',
    answer: {
      description: 'OpenAPI 3.1',
      schema: named('OpenApi', z.object({ openapi: z.string(), info: z.object({ title: z.string() }) })),
      types: json,
    },
    errors: [],
    examples: { document: { summary: 'This document' } },
  },
];

const count = z.int().min(0);

const takenEvents = named(
  'TakenEvents',
  z.object({
    accepted: count.describe('Events that are kept now'),
    duplicates: count.describe('Events whose id came before'),
    refused: z
      .array(z.object({ index: count, code: z.literal('event_invalid'), detail: z.string() }))
      .describe('Events that are wrong, by their place in the call'),
  }),
);

const eventsBody = named(
  'Events',
  z.strictObject({ events: z.array(named('Event', eventSchema)).min(1).max(limits.events.max) }),
);

export const operateOperations: readonly Operation[] = [
  {
    id: 'events',
    ...{ method: 'POST', path: '/v1/events', tag: 'events' },
    summary: 'Impressions, clicks, cart additions and orders',
    description:
      'Answered once the events are kept. Where some are wrong the others are kept; where all are, the answer is a problem. A body of JSON may also come as `text/plain`, as pages send it that are being left.',
    body: { schema: eventsBody },
    answer: { description: 'What became of the events', status: 202, schema: takenEvents, types: json },
    errors: ['event_invalid', 'events_off', 'events_unavailable', 'client_limited'],
    examples: {
      shown: {
        summary: 'A list was shown and its first product clicked',
        body: {
          events: [
            { type: 'impression', product: 'P100000', items: ['P100338', 'P100339'], placement: 'product' },
            { type: 'click', product: 'P100000', items: ['P100338'], placement: 'product' },
          ],
        },
      },
    },
  },
  ...probes,
];
