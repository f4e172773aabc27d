// The re-ranking of a policy as it is written: boosts, weighted fields, shares of the slots, diversity, pins.

import { z } from 'zod';
import { limits } from '../base/limits.ts';
import { conditionsSchema, ruleName, text, whenSchema } from './document-rules.ts';

const inLimits = (name: 'boost' | 'fieldWeight' | 'newerThanDays' | 'pinPosition' | 'seed') =>
  z.number().min(limits[name].min).max(limits[name].max);

const isoDate = z.iso.date('must be a date such as 2026-05-01');
const share = z.number().gt(0).max(1);
const most = z.number().int().min(1).max(limits.limit.max).optional();

const rankKinds = ['boost', 'field', 'share'] as const;

/** One rule of `rank`: exactly one of `boost`, `field` with `weight`, or `share`. */
export const rankSchema = z
  .strictObject({
    name: ruleName.describe('Letters, digits, - and _; each once.'),
    when: whenSchema.optional().describe('Only for such query products.'),
    between: z
      .tuple([isoDate, isoDate])
      .refine(([from, to]) => from <= to, 'ends before it begins')
      .optional()
      .describe("First and last day, both included, in the policy's time zone."),
    match: conditionsSchema.optional().describe('Which candidates; what is unknown does not match.'),
    boost: inLimits('boost').optional().describe('Multiplies the odds: adds its logarithm to the score.'),
    field: text
      .optional()
      .describe('A numeric field, standardised over the catalogue; adds `weight` times it.'),
    weight: inLimits('fieldWeight')
      .optional()
      .describe('What one standard deviation of the field adds to the score.'),
    share: share
      .optional()
      .describe('Part of the slots that is kept for candidates that match, or that are drawn by lot.'),
    newerThanDays: inLimits('newerThanDays')
      .int()
      .optional()
      .describe('The share is for products released fewer days ago.'),
    seed: z
      .union([z.literal('request'), inLimits('seed').int()])
      .optional()
      .describe(
        'Draws by lot: `request` anew each day and for each seed of a request, a number always alike.',
      ),
  })
  .refine((rule) => rankKinds.filter((kind) => rule[kind] !== undefined).length === 1, {
    error: 'needs exactly one of boost, field and share',
  })
  .refine(({ field, weight }) => (field === undefined) === (weight === undefined), {
    error: 'needs field and weight together',
  })
  .refine(({ boost, match, when }) => boost === undefined || match !== undefined || when !== undefined, {
    error: 'needs match (which candidates are boosted) or when',
  })
  .refine(
    (rule) => rule.share !== undefined || (rule.newerThanDays === undefined && rule.seed === undefined),
    { error: 'has newerThanDays or seed without a share; which candidates is said by match' },
  )
  .refine(
    ({ share, newerThanDays, match, seed }) =>
      share === undefined || (newerThanDays !== undefined || match !== undefined) !== (seed !== undefined),
    { error: 'needs newerThanDays or match (who has the share), or seed (drawn by lot), not both' },
  );

export const diversitySchema = z.strictObject({
  noAdjacentSame: z
    .enum(['category', 'brand', 'group'])
    .optional()
    .describe('No two neighbours in the answer alike.'),
  max: z
    .strictObject({ brand: most, category: most, group: most })
    .optional()
    .describe('At most so many in an answer.'),
  mmr: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe('Weight of being unlike what already stands in the answer; 0 is none.'),
});

export const pinSchema = z.union(
  [text, z.strictObject({ id: text, position: inLimits('pinPosition').int() })],
  { error: 'must be a product id, or { id, position }' },
);

export type RankDocument = z.output<typeof rankSchema>;
export type DiversityDocument = z.output<typeof diversitySchema>;
export type PinDocument = z.output<typeof pinSchema>;
