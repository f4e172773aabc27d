// A policy as it is written: the schema that checks it, gives it its defaults and its types.
// docs/policy.md explains each key.

import { z } from 'zod';
import { limits } from '../base/limits.ts';
import { genders } from '../base/products.ts';

const bounded = (name: 'limit' | 'candidates' | 'candidatesMax' | 'efSearch') =>
  z.number().int().min(limits[name].min).max(limits[name].max);

const text = z.string().min(1);
const oneOrMore = z.union([text, z.array(text).min(1).max(limits.policyNames.max)], {
  error: 'must be a name or a list of names (quote what looks like a number)',
});
const range = (values: z.ZodNumber) =>
  z
    .strictObject({ min: values.optional(), max: values.optional() })
    .refine(({ min, max }) => min !== undefined || max !== undefined, 'needs min or max')
    .refine(({ min = 0, max = Number.POSITIVE_INFINITY }) => min <= max, 'has a min above its max');

const genderWord = z.enum([...genders, 'same', 'same-or-unisex']);

/** What a rule compares a candidate by; several are joined by "and". */
export const conditionsSchema = z
  .strictObject({
    inStock: z.boolean().optional(),
    /** `same` and `same-or-unisex` compare with the query product; names do not. */
    gender: z.union([genderWord, z.array(z.enum(genders)).min(1)]).optional(),
    /** Minor units, inclusive. */
    price: range(z.number().nonnegative()).optional(),
    /** Candidate's price / query product's price, inclusive. */
    priceRatio: range(z.number().nonnegative()).optional(),
    /** How many price bands (quintiles of the own category) apart. */
    priceBand: z.strictObject({ within: z.number().int().min(0).max(4) }).optional(),
    /** `same`, or names. */
    brand: oneOrMore.optional(),
    /** `same-leaf`, `same-parent`, or paths, each with what is below it. */
    category: oneOrMore.optional(),
    ids: z.array(text).max(limits.policyNames.max).optional(),
  })
  .refine((conditions) => Object.keys(conditions).length > 0, 'needs at least one condition');

const ruleSchema = z
  .strictObject({
    name: z
      .string()
      .regex(/^[A-Za-z0-9][\w-]*$/, 'must be letters, digits, - and _')
      .refine((name) => name !== 'blocks', 'must not be "blocks": the list of that name is counted under it'),
    /** Only for query products in these categories. */
    when: z.strictObject({ category: oneOrMore }).optional(),
    keep: conditionsSchema.optional(),
    drop: conditionsSchema.optional(),
    /** What becomes of a candidate where a compared value is unknown. */
    unknown: z.enum(['keep', 'drop']).default('keep'),
  })
  .refine(({ keep, drop }) => (keep === undefined) !== (drop === undefined), 'needs either keep or drop');

const defaultFallback = ['category-popular', 'gender-popular', 'popular'] as const;
const distinct = (values: readonly unknown[]): boolean => new Set(values).size === values.length;

export const policySchema = z.strictObject({
  name: z.string().regex(/^[\w.-]{1,64}$/, 'must be up to 64 letters, digits, ., - and _'),
  revision: z.number().int().nonnegative().default(1),
  /** Items in an answer whose request names no limit. */
  limit: bounded('limit').default(limits.limit.default),
  candidates: z
    .strictObject({
      /** Looked at first; doubled while too few of them pass. */
      count: bounded('candidates').default(limits.candidates.default),
      /** Where doubling ends and everything is looked at. */
      max: bounded('candidatesMax').default(limits.candidatesMax.default),
      /** Asked in this order. */
      source: z
        .array(z.enum(['embedding', 'cooccurrence']))
        .min(1)
        .refine(distinct, 'must not repeat a source')
        .default(['embedding', 'cooccurrence']),
    })
    .refine(({ count, max }) => count <= max, 'has a count above its max')
    .prefault({}),
  /** The artifact's own where absent. */
  gamma: z.number().min(limits.gamma.min).max(limits.gamma.max).optional(),
  efSearch: bounded('efSearch').default(limits.efSearch.default),
  filters: z
    .array(ruleSchema)
    .max(limits.policyRules.max)
    .refine((rules) => distinct(rules.map(({ name }) => name)), 'must not use a name twice')
    .default([]),
  /** Product ids never recommended. Ids that the artifact lacks are no matter. */
  blocks: z.array(text).max(limits.policyNames.max).default([]),
  fallback: z
    .array(z.enum(defaultFallback))
    .refine(distinct, 'must not repeat a list')
    .default([...defaultFallback]),
  /** The order in which the chosen items stand; the score alone chooses them. */
  sort: z.enum(['score', 'price', 'popularity', 'newest']).default('score'),
});

export type Conditions = z.output<typeof conditionsSchema>;
export type RuleDocument = z.output<typeof ruleSchema>;
export type FallbackList = (typeof defaultFallback)[number];

/** A checked policy. Plain data: it may be sent to another thread. */
export type PolicyDocument = z.output<typeof policySchema> & {
  /** Where its parts stand in the file it came from: `filters.0.name` → line, from 1. */
  readonly origin?: { readonly file: string; readonly lines: Readonly<Record<string, number>> };
};

/** `name@revision`. */
export function policyLabel({ name, revision }: PolicyDocument): string {
  return `${name}@${revision}`;
}
