// The calls of /admin about policies that nobody is served by yet.

import { z } from 'zod';
import { checkSchema, trySchema } from '../routes/trials.ts';
import { closed } from './admin.ts';
import { batchAnswers, boughtTogether, count, hash, policyLabel } from './answers.ts';
import { named } from './names.ts';
import type { Operation } from './operation.ts';

const types = ['application/json'];
const tag = 'admin';
const security = 'token';

const tryBody = named('TryPolicy', trySchema);
const checkBody = named('CheckPolicy', checkSchema);
const tried = named('Tried', z.union([boughtTogether, batchAnswers]));
const checked = named(
  'CheckedPolicy',
  z.object({
    valid: z.boolean(),
    policy: policyLabel.optional(),
    hash: hash.optional(),
    document: z.record(z.string(), z.unknown()).optional().describe('With every default filled in'),
    mistakes: z
      .array(
        z.object({
          message: z.string(),
          line: count.optional().describe('Of text: from 1'),
          column: count.optional().describe('Of text: from 1'),
          path: z.string().optional().describe('Where in the document: `filters.1.keep`'),
        }),
      )
      .optional()
      .describe('All of them; where the document itself is wrong, its names are not looked up'),
  }),
);

const short = { name: 'short', limit: 1 };
const errors = ['option_unknown', 'option_invalid', 'label_unknown', 'label_pending', 'overloaded'] as const;

export const trialOperations: readonly Operation[] = [
  {
    id: 'tryPolicy',
    ...{ method: 'POST', path: '/admin/policies/try', tag, security },
    summary: 'Answers requests by a policy that is not served',
    description:
      'One `request`, whose answer is the answer, or several `requests`, each of which fails by itself. Computed by one thread that stands back behind all others.',
    body: { schema: tryBody },
    answer: { description: 'Recommendations', schema: tried, types },
    errors: [...closed, ...errors, 'policy_invalid', 'product_unknown'],
    examples: {
      short: {
        summary: 'A policy of short lists',
        body: { policy: short, request: { product: 'P100000' } },
      },
      several: {
        summary: 'As text, for several products',
        body: { policy: 'name: short\nlimit: 1\n', requests: [{ product: 'P100000' }, { product: 'P1' }] },
      },
    },
  },
  {
    id: 'checkPolicy',
    ...{ method: 'POST', path: '/admin/policies/check', tag, security },
    summary: 'Names every mistake of a policy',
    description: 'Against its schema, the names of the artifact, and the placements of the other policies.',
    body: { schema: checkBody },
    answer: { description: 'The policy as it would be served, or its mistakes', schema: checked, types },
    errors: [...closed, ...errors],
    examples: {
      right: { summary: 'One without mistakes', body: { policy: short } },
      wrong: {
        summary: 'Mistakes, with their lines',
        body: {
          policy: 'name: pdp\nfilters:\n  - { name: stock, keep: { inStok: true } }\nsort: prise\n',
        },
      },
    },
  },
];
