// The calls by label: what the server answers for, and recommendations by one of these releases.

import { z } from 'zod';
import type { ErrorCode } from '../../base/errors.ts';
import {
  artifactId,
  batchAnswers,
  boughtTogether,
  count,
  policies,
  policy,
  policyLabel,
  problem,
  release,
} from './answers.ts';
import { named } from './names.ts';
import { type Operation, pathParameter } from './operation.ts';
import { batchBody, ofRequests, personal, requestBody, timeout } from './recommend.ts';

const tag = 'labels';
const label = pathParameter('label', "One of /v1/labels: the server's own, or one beside it");
const byTrials =
  "The server's own label is answered as without it; one beside it by a single thread that stands back behind all others. A release that is not here yet is `label_pending`, one that cannot be had fails with what keeps it.";

const had: readonly ErrorCode[] = ['label_unknown', 'label_pending', 'store_unreachable', 'release_unknown'];
const damaged: readonly ErrorCode[] = ['file_not_found', 'file_damaged'];

const labels = named(
  'Labels',
  z.object({
    labels: z.array(
      z.object({
        label: z.string().describe('`served` of a server of a file'),
        main: z.boolean().describe("Whether it is the server's own"),
        artifact: artifactId.optional(),
        name: z.string().optional().describe("The artifact's name"),
        createdAt: z.string().optional(),
        products: count.optional(),
        dims: count.optional(),
        policies: z.array(policyLabel).optional(),
        default: z.string().optional().describe('The policy of requests that choose none'),
        release: release.optional(),
        problem: problem.optional().describe('In place of all else, why the release cannot be had'),
      }),
    ),
  }),
);

export const labelOperations: readonly Operation[] = [
  {
    id: 'labels',
    ...{ method: 'GET', path: '/v1/labels', tag },
    summary: 'The labels that the server answers for',
    answer: { description: "The server's own first", schema: labels },
    errors: ['not_acceptable', 'client_limited'],
    examples: { served: { summary: 'A server of a file' } },
  },
  {
    id: 'boughtTogetherByLabel',
    ...{ method: 'POST', path: '/v1/labels/{label}/bought-together', tag },
    summary: 'What is bought together, by the release of a label',
    description: byTrials,
    parameters: [label, timeout],
    body: { schema: requestBody },
    answer: { description: 'Recommendations', schema: boughtTogether, headers: personal },
    errors: [...ofRequests, ...had, ...damaged],
    examples: {
      own: {
        summary: "By the server's own",
        parameters: { label: 'served' },
        body: { product: 'P100000', limit: 1 },
      },
      unknown: {
        summary: 'By a label that is not there',
        parameters: { label: 'servd' },
        body: { product: 'P100000' },
        status: 404,
      },
    },
  },
  {
    id: 'boughtTogetherBatchByLabel',
    ...{ method: 'POST', path: '/v1/labels/{label}/bought-together/batch', tag },
    summary: 'Many requests in one body, by the release of a label',
    description: byTrials,
    parameters: [label, timeout],
    body: { schema: batchBody },
    answer: {
      description: 'Answers and problems in the order of the requests',
      schema: batchAnswers,
      headers: personal,
    },
    errors: [
      ...(['option_unknown', 'option_invalid', 'not_acceptable', 'client_limited'] as const),
      ...(['overloaded', 'deadline_exceeded'] as const),
      ...had,
      ...damaged,
    ],
    examples: {
      mixed: {
        summary: 'One that is answered and one that fails',
        parameters: { label: 'served' },
        body: { requests: [{ product: 'P100000', limit: 1 }, { product: 'P1' }] },
      },
    },
  },
  {
    id: 'policiesOfLabel',
    ...{ method: 'GET', path: '/v1/labels/{label}/policies', tag },
    summary: 'The policies of a label',
    parameters: [label],
    answer: { description: 'The policies', schema: policies },
    errors: ['not_acceptable', 'client_limited', ...had, ...damaged],
    examples: { own: { summary: "Of the server's own", parameters: { label: 'served' } } },
  },
  {
    id: 'policyOfLabel',
    ...{ method: 'GET', path: '/v1/labels/{label}/policies/{name}', tag },
    summary: 'One policy of a label in full',
    parameters: [label, pathParameter('name', 'The policy')],
    answer: { description: 'The policy', schema: policy },
    errors: ['policy_unknown', 'not_acceptable', 'client_limited', ...had, ...damaged],
    examples: { own: { summary: 'A policy', parameters: { label: 'served', name: 'default' } } },
  },
];
