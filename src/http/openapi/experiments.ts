// The call that tells what is assigned.

import { z } from 'zod';
import { named } from './names.ts';
import type { Operation } from './operation.ts';

const places = z.array(z.string()).optional().describe('All where absent');
const where = { placement: places, channel: places };
const share = z.number().min(0).max(1);

const experimentsPage = named(
  'Experiments',
  z.object({
    assignments: z
      .array(z.object({ ...where, policy: z.string() }))
      .describe('Of requests that name no policy; the first that fits counts'),
    experiments: z.array(
      z.object({
        name: z.string(),
        ...where,
        traffic: share.describe('Of the visitors, who are in it at all'),
        active: z.boolean().describe('false where a policy that it names is not served'),
        arms: z.array(
          z.object({
            name: z.string(),
            share: share.describe('Of the visitors who are in it'),
            policy: z.string().optional().describe('As without the experiment where absent'),
            efSearch: z.int().optional(),
            experiment: z.string().describe('What answers and events call it'),
          }),
        ),
      }),
    ),
  }),
);

export const experimentOperations: readonly Operation[] = [
  {
    id: 'experiments',
    ...{ method: 'GET', path: '/v1/experiments', tag: 'catalog' },
    summary: 'Which policy answers where, and the experiments that run',
    answer: { description: 'Assignments and experiments', schema: experimentsPage },
    errors: ['not_acceptable', 'client_limited'],
    examples: { running: { summary: 'One experiment, of the width of the graph search' } },
  },
];
