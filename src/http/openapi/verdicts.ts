// The calls of /admin about verdicts.

import { z } from 'zod';
import { sideSchema, verdictSchema, verdictWords } from '../../events/verdict.ts';
import { verdictsQuery } from '../routes/verdicts.ts';
import { closed } from './admin.ts';
import { count } from './answers.ts';
import { named } from './names.ts';
import { type Operation, queryParameters } from './operation.ts';

const types = ['application/json'];
const call = { path: '/admin/verdicts', tag: 'verdicts', security: 'token' } as const;

const comparisonId = z.string().describe('`c_` and 16 hexadecimal digits: the same for the same sides');
const moment = z.string().describe('ISO 8601 in UTC');
const side = named('ComparisonSide', sideSchema);

const summary = named(
  'VerdictSummary',
  z.object({
    better: count.describe('Products whose list got better, as most of those say who judged it'),
    same: count.describe('Products of which as many say otherwise count here too'),
    worse: count,
    products: count,
    pValue: z.number().min(0).max(1).describe('Two-sided exact sign test of better against worse'),
  }),
);
const given = named('GiveVerdict', verdictSchema);
const kept = named(
  'KeptVerdict',
  z.object({ id: z.string(), comparison: comparisonId, at: moment, summary }),
);
const sides = { id: comparisonId, before: side, after: side };
const listed = named(
  'Verdicts',
  z.union([
    z
      .object({ comparisons: z.array(z.object({ ...sides, summary, lastAt: moment })) })
      .describe('Of all comparisons, the latest judged first'),
    z
      .object({
        comparison: z.object(sides),
        verdicts: z.array(
          z.object({
            product: z.string(),
            verdict: z.enum(verdictWords),
            by: z.string(),
            at: moment,
            note: z.string().optional(),
          }),
        ),
        summary,
      })
      .describe('Of one comparison, the latest of each person and product, newest first'),
  ]),
);

export const verdictOperations: readonly Operation[] = [
  {
    id: 'giveVerdict',
    ...{ method: 'POST', ...call },
    summary: 'Keeps what a person says of two lists of a product',
    description:
      'Answered once it is on the disk. The latest word of each person on each product counts; `null` takes it back.',
    body: { schema: given },
    answer: { description: 'It is kept', status: 201, schema: kept, types },
    errors: [...closed, 'option_unknown', 'option_invalid', 'verdicts_off', 'verdicts_unavailable'],
    examples: {
      better: {
        summary: 'The list of the new policy is better',
        body: {
          comparison: { before: { label: 'production' }, after: { label: 'test', policy: 'pdp@8' } },
          ...{ product: 'P100000', verdict: 'better', by: 'Ayşe', note: 'No more covers for other phones' },
        },
      },
    },
  },
  {
    id: 'verdicts',
    ...{ method: 'GET', ...call },
    summary: 'The comparisons that were judged, or one with its verdicts',
    parameters: queryParameters(verdictsQuery),
    answer: { description: 'Comparisons, or one', schema: listed, types },
    errors: [
      ...closed,
      ...(['option_unknown', 'option_invalid', 'comparison_unknown'] as const),
      ...(['verdicts_off', 'verdicts_unavailable'] as const),
    ],
    examples: {
      all: { summary: 'All comparisons' },
      one: { summary: 'One of them', parameters: { comparison: 'c_e94fffb1284f55f9' } },
      unknown: { summary: 'One that nobody judged', parameters: { comparison: 'c_0' }, status: 404 },
    },
  },
];
