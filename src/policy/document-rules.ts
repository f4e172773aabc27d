// The filters of a policy as they are written: rules, their conditions, and when they apply.

import { z } from 'zod';
import { limits } from '../base/limits.ts';
import { genders } from '../base/products.ts';

export const text = z.string().min(1);
const oneOrMore = z.union([text, z.array(text).min(1).max(limits.policyNames.max)], {
  error: 'must be a name or a list of names (quote what looks like a number)',
});
export const distinct = (values: readonly unknown[]): boolean => new Set(values).size === values.length;

const ordered = ({ min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY }: Bounds): boolean =>
  min <= max;
const bounded = ({ min, max }: Bounds): boolean => min !== undefined || max !== undefined;

/** An inclusive range; what is undefined is open. */
export interface Bounds {
  readonly min?: number | undefined;
  readonly max?: number | undefined;
}

const range = (values: z.ZodNumber) =>
  z
    .strictObject({ min: values.optional(), max: values.optional() })
    .refine(bounded, 'needs min or max')
    .refine(ordered, 'has a min above its max');

const genderWord = z.enum([...genders, 'same', 'same-or-unisex']);
const genderNames = z.union([z.enum(genders), z.array(z.enum(genders)).min(1)]);
const days = z.number().int().min(limits.newerThanDays.min).max(limits.newerThanDays.max);

/** One side of a pair: names only, nothing that compares with the query product. */
const sideSchema = z
  .strictObject({
    category: oneOrMore.optional(),
    brand: oneOrMore.optional(),
    gender: genderNames.optional(),
  })
  .refine((side) => Object.keys(side).length > 0, 'needs a category, a brand or a gender');

/** What a rule compares a candidate by; several are joined by "and". */
export const conditionsSchema = z
  .strictObject({
    inStock: z.boolean().optional().describe('In stock, or not.'),
    gender: z
      .union([genderWord, z.array(z.enum(genders)).min(1)])
      .optional()
      .describe('`same` and `same-or-unisex` compare with the query product; names do not.'),
    price: range(z.number().nonnegative()).optional().describe('Minor units, inclusive.'),
    priceRatio: range(z.number().nonnegative())
      .optional()
      .describe("Candidate's price / query product's price, inclusive."),
    priceBand: z
      .strictObject({ within: z.number().int().min(0).max(4) })
      .optional()
      .describe('How many price bands (quintiles of the own category) apart.'),
    brand: oneOrMore.optional().describe('`same`, or names.'),
    category: oneOrMore
      .optional()
      .describe('`same-leaf`, `same-parent`, or paths, each with what is below it.'),
    group: z.literal('same').optional().describe("Variants of the query product's model."),
    newerThanDays: days.optional().describe('Released fewer days ago.'),
    field: z
      .strictObject({ name: text, min: z.number().optional(), max: z.number().optional() })
      .refine(bounded, 'needs min or max')
      .refine(ordered, 'has a min above its max')
      .optional()
      .describe('A numeric field of the artifact, inclusive.'),
    pair: z
      .tuple([sideSchema, sideSchema])
      .optional()
      .describe('The query product on one side and the candidate on the other, either way round.'),
    ids: z.array(text).max(limits.policyNames.max).optional().describe('Product ids.'),
  })
  .refine((conditions) => Object.keys(conditions).length > 0, 'needs at least one condition');

/** What the query product must be; all that is given must hold, and what is unknown does not. */
export const whenSchema = z
  .strictObject({
    category: oneOrMore.optional(),
    brand: oneOrMore.optional(),
    gender: genderNames.optional(),
  })
  .refine((when) => Object.keys(when).length > 0, 'needs a category, a brand or a gender');

export const ruleName = z
  .string()
  .regex(/^[A-Za-z0-9][\w-]*$/, 'must be letters, digits, - and _')
  .refine((name) => name !== 'blocks', 'must not be "blocks": the list of that name is counted under it');

const ruleParts = {
  when: whenSchema.optional().describe('Only for such query products.'),
  keep: conditionsSchema.optional().describe('Drops a candidate unless all of these hold.'),
  drop: conditionsSchema.optional().describe('Drops a candidate if all of these hold.'),
  unknown: z
    .enum(['keep', 'drop'])
    .default('keep')
    .describe('What becomes of a candidate where a compared value is unknown.'),
  mandatory: z.boolean().optional().describe("A request's overrides may narrow it, but not switch it off."),
};
const oneSide = (rule: { keep?: unknown; drop?: unknown }): boolean =>
  (rule.keep === undefined) !== (rule.drop === undefined);

/** A filter whose name stands elsewhere. */
export const ruleBody = z.strictObject(ruleParts).refine(oneSide, 'needs either keep or drop');

export const ruleSchema = z
  .strictObject({ name: ruleName.describe('Letters, digits, - and _; each once.'), ...ruleParts })
  .refine(oneSide, 'needs either keep or drop');

export type Conditions = z.output<typeof conditionsSchema>;
export type PairSide = z.output<typeof sideSchema>;
export type When = z.output<typeof whenSchema>;
export type RuleDocument = z.output<typeof ruleSchema>;
