// The calls that recommend.

import { z } from 'zod';
import type { ErrorCode } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import { type RequestParameter, requestParameters } from '../../recommend/request.ts';
import { bodySchema, combineSchema } from '../../recommend/request-body.ts';
import { batchAnswers, boughtTogether, combined } from './answers.ts';
import { named } from './names.ts';
import { type Header, type Operation, type Parameter, pathParameter } from './operation.ts';

const tag = 'recommend';
export const requestBody = named('BoughtTogetherRequest', bodySchema);
const combineBody = named('CombineRequest', combineSchema);
export const batchBody = named(
  'BatchRequest',
  z.strictObject({
    requests: z.array(requestBody).min(1).max(limits.batchRequests.max).describe('Answered in their order'),
  }),
);

export const ofRequests: readonly ErrorCode[] = [
  ...(['option_unknown', 'option_invalid', 'policy_invalid', 'product_unknown', 'policy_unknown'] as const),
  ...(['not_acceptable', 'client_limited', 'overloaded', 'deadline_exceeded'] as const),
];

function schemaOf({ type, min, max, values, repeats }: RequestParameter): object {
  if (values !== undefined) return { type: 'array', items: { type: 'string', enum: values } };
  if (repeats) return { type: 'array', items: { type: 'string', minLength: 1 }, maxItems: max };
  if (type === 'object' || type === 'boolean') return { type };
  if (type === 'string') return { type, minLength: 1, maxLength: max };
  return { type, minimum: min, maximum: max };
}

const parameterOf = (parameter: RequestParameter): Parameter => ({
  name: parameter.name,
  ...{ in: 'query', description: parameter.about, schema: schemaOf(parameter) },
  ...(parameter.values && { isCommas: true }),
  ...(parameter.type === 'object' && { isJson: true }),
});

const { min, max } = limits.requestTimeoutMs;
export const timeout: Parameter = {
  ...{ name: 'X-Request-Timeout-Ms', in: 'header', schema: { type: 'integer', minimum: min, maximum: max } },
  description: 'How long the caller waits: work that has not begun by then is not done',
};
const ifNoneMatch: Parameter = {
  ...{ name: 'If-None-Match', in: 'header', schema: { type: 'string' } },
  description: 'The ETag of an answer that the caller has',
};

const caching: Readonly<Record<string, Header>> = {
  'Cache-Control': {
    description: 'How long caches may keep the answer; `private, no-cache` where it depends on the visitor',
    required: true,
  },
  ETag: { description: 'Of answers that caches may keep' },
};
export const personal: Readonly<Record<string, Header>> = {
  'Cache-Control': { description: '`private, no-store`', required: true },
};

export const recommendOperations: readonly Operation[] = [
  {
    id: 'boughtTogether',
    ...{ method: 'GET', path: '/v1/products/{id}/bought-together', tag },
    summary: 'What is bought together with a product',
    parameters: [
      pathParameter('id', 'The product'),
      ...requestParameters.map(parameterOf),
      ...[timeout, ifNoneMatch],
    ],
    answer: { description: 'Recommendations', schema: boughtTogether, headers: caching },
    also: { 304: 'What the caller has is still right' },
    errors: ofRequests,
    examples: {
      widget: {
        summary: 'Two products, with what a widget shows of them',
        parameters: { id: 'P100000', limit: 2, fields: ['title', 'price'] },
      },
      narrowed: {
        summary: 'Only some brands, in stock, up to a price',
        parameters: {
          ...{ id: 'P100000', limit: 2, brand: ['Pikselo', 'Lumo'], inStock: true, priceMax: 100_000 },
        },
      },
      visitor: {
        summary: 'Of a place and a visitor: of a server with an experiment there',
        parameters: { id: 'P100000', limit: 1, placement: 'product', channel: 'web', visitor: 'v1' },
      },
      overridden: {
        summary: 'With a part of the policy in place of its own',
        parameters: { id: 'P100000', overrides: { limit: 1 } },
      },
      unknown: {
        summary: 'A product that the artifact does not hold',
        parameters: { id: 'P1' },
        status: 404,
      },
    },
  },
  {
    id: 'boughtTogetherOf',
    ...{ method: 'POST', path: '/v1/bought-together', tag },
    summary: 'What is bought together with a product or a basket',
    description:
      "Answers are personal: no cache may keep them. `user` and `context` take the columns that /v1/artifact lists in `manifest.fm.columns`; `tower` what the server's user tower does.",
    parameters: [timeout],
    body: { schema: requestBody },
    answer: { description: 'Recommendations', schema: boughtTogether, headers: personal },
    errors: [...ofRequests, 'tower_invalid'],
    examples: {
      basket: {
        summary: 'For a whole basket',
        body: { products: ['P100000', 'P100338'], limit: 2, fields: ['title'] },
      },
      product: {
        summary: 'For one product, leaving out what was bought before',
        body: { product: 'P100000', limit: 2, bought: ['P100338'], filters: { inStock: true } },
      },
      unknownPolicy: {
        summary: 'A policy that is not served',
        body: { product: 'P100000', policy: 'cart' },
        status: 404,
      },
      columns: {
        summary: 'A user and a context, of an artifact without a factorization machine',
        body: { product: 'P100000', user: { country: 'France' }, context: { 'time.hour': 13 } },
        status: 400,
      },
      popular: {
        summary: 'A product that the artifact does not hold, with popular ones in its place',
        body: { product: 'P1', fallback: true, limit: 1 },
      },
    },
  },
  {
    id: 'boughtTogetherBatch',
    ...{ method: 'POST', path: '/v1/bought-together/batch', tag },
    summary: 'Many requests in one body',
    description:
      'Each is answered, or fails, by itself: a problem stands where its answer would. A server that has not room for all of them takes none.',
    parameters: [timeout],
    body: { schema: batchBody },
    answer: {
      description: 'Answers and problems in the order of the requests',
      schema: batchAnswers,
      headers: personal,
    },
    errors: [
      ...(['option_unknown', 'option_invalid', 'not_acceptable', 'client_limited'] as const),
      ...(['overloaded', 'deadline_exceeded'] as const),
    ],
    examples: {
      mixed: {
        summary: 'One that is answered and one that fails',
        body: { requests: [{ product: 'P100000', limit: 1 }, { product: 'P1' }] },
      },
    },
  },
  {
    id: 'combine',
    ...{ method: 'POST', path: '/v1/vectors/combine', tag },
    summary: 'What is nearest to a weighted sum of vectors',
    description: 'Of the default policy only blocks and mandatory rules hold.',
    body: { schema: combineBody },
    answer: { description: 'Products, and how much the sum says', schema: combined },
    errors: [
      ...(['option_unknown', 'option_invalid', 'product_unknown', 'brand_unknown'] as const),
      ...(['not_acceptable', 'client_limited'] as const),
    ],
    examples: {
      sum: {
        summary: 'A product, away from a brand',
        body: { items: [{ product: 'P100000' }, { brand: 'Pikselo', weight: -0.5 }], limit: 2 },
      },
      unknown: { summary: 'A brand that is not there', body: { items: [{ brand: 'Piksel' }] }, status: 404 },
    },
  },
];
