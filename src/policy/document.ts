// A policy as it is written: the schema that checks it, gives it its defaults and its types.
// docs/policy.md explains each key; docs/policy.schema.json is made from here.

import { z } from 'zod';
import { limits } from '../base/limits.ts';
import { suggestion } from '../base/nearest.ts';
import { diversitySchema, pinSchema, rankSchema } from './document-rank.ts';
import { distinct, ruleSchema, text } from './document-rules.ts';

export type { DiversityDocument, PinDocument, RankDocument } from './document-rank.ts';
export type { Conditions, PairSide, RuleDocument, When } from './document-rules.ts';
export { conditionsSchema } from './document-rules.ts';

const bounded = (name: 'limit' | 'candidates' | 'candidatesMax' | 'efSearch') =>
  z.number().int().min(limits[name].min).max(limits[name].max);

const defaultFallback = ['category-popular', 'gender-popular', 'popular'] as const;
/** Where candidates may come from. `fm` and `similar` need an artifact that holds them. */
export const sources = ['embedding', 'cooccurrence', 'fm', 'similar'] as const;
export type SourceName = (typeof sources)[number];
/** The artifact's own blend: whatever becomes of artifacts without one, or none for those. */
export const blendWords = ['fitted', 'if-fitted'] as const;
const word = z.string().regex(/^[\w.-]{1,64}$/, 'must be up to 64 letters, digits, ., - and _');
const weight = z.number().min(0).max(1).optional();
const names = (rules: readonly { name: string }[]): string[] => rules.map(({ name }) => name);
const shares = (rules: readonly { share?: number | undefined }[]): number =>
  rules.reduce((sum, { share = 0 }) => sum + share, 0);

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

const candidateParts = {
  count: bounded('candidates').describe('Looked at first; doubled while too few of them pass.'),
  max: bounded('candidatesMax').describe('Where doubling ends and everything is looked at.'),
  source: z
    .array(z.enum(sources))
    .min(1)
    .refine(distinct, 'must not repeat a source')
    .describe('Asked in this order. A fitted blend asks its own.'),
  blend: z
    .union([
      z.enum(blendWords),
      z
        .strictObject({ embedding: weight, cooccurrence: weight, fm: weight, similar: weight })
        .refine(
          (blend) =>
            Math.abs(Object.values(blend).reduce<number>((sum, part) => sum + (part ?? 0), 0) - 1) < 1e-6,
          'must have weights that sum to 1',
        ),
    ])
    .describe(
      "What each source's scores weigh, together 1; or `fitted`: sources and weights as the artifact was tuned; or `if-fitted`: so where it was tuned, else no blend.",
    ),
};

const candidatesSchema = z
  .strictObject({
    count: candidateParts.count.default(limits.candidates.default),
    max: candidateParts.max.default(limits.candidatesMax.default),
    source: candidateParts.source.default(['embedding', 'cooccurrence']),
    blend: candidateParts.blend.optional(),
  })
  .refine(({ count, max }) => count <= max, 'has a count above its max')
  .refine(
    ({ source, blend }) =>
      typeof blend !== 'object' || Object.keys(blend).every((name) => source.some((known) => known === name)),
    'has a blend of a source that it does not ask',
  );

/** The parts of a policy that a request may override, without their defaults. */
export const policyParts = {
  limit: bounded('limit'),
  candidatesGiven: z.strictObject(candidateParts).partial(),
  gamma: z.number().min(limits.gamma.min).max(limits.gamma.max),
  efSearch: bounded('efSearch'),
  filters: z
    .array(ruleSchema)
    .max(limits.policyRules.max)
    .refine((rules) => distinct(names(rules)), 'must not use a name twice'),
  rank: z
    .array(rankSchema)
    .max(limits.policyRules.max)
    .refine((rules) => distinct(names(rules)), 'must not use a name twice')
    .refine((rules) => rules.filter(({ seed }) => seed !== undefined).length <= 1, 'must not explore twice')
    .refine((rules) => shares(rules) <= 1 + 1e-9, 'must not give away more than the whole: shares above 1'),
  diversity: diversitySchema,
  pins: z
    .array(pinSchema)
    .max(limits.limit.max)
    .refine(
      (pins) => distinct(pins.map((pin) => (typeof pin === 'string' ? pin : pin.id))),
      'must not pin a product twice',
    )
    .refine(
      (pins) => distinct(pins.flatMap((pin) => (typeof pin === 'string' ? [] : [pin.position]))),
      'must not use a position twice',
    ),
  blocks: z.array(text).max(limits.policyNames.max),
  fallback: z.array(z.enum(defaultFallback)).refine(distinct, 'must not repeat a list'),
  sort: z.enum(['score', 'price', 'popularity', 'newest']),
};

export const policySchema = z
  .strictObject({
    name: word.describe('The policy; letters, digits, ., - and _.'),
    revision: z
      .number()
      .int()
      .nonnegative()
      .default(1)
      .describe('Counted up by hand; answers carry name@revision.'),
    placement: z
      .union([word, z.array(word).refine(distinct, 'must not repeat a placement')])
      .transform((given) => [given].flat())
      .default([])
      .describe('Where on the site it is served.'),
    timeZone: z
      .string()
      .refine(isTimeZone, {
        error: ({ input }) =>
          `is no time zone.${suggestion(String(input), ['UTC', ...Intl.supportedValuesOf('timeZone')])}`,
      })
      .default('UTC')
      .describe('IANA name; where its days begin and end.'),
    limit: policyParts.limit
      .default(limits.limit.default)
      .describe('Items in an answer whose request names no limit.'),
    candidates: candidatesSchema.prefault({}).describe('Where candidates come from, and how many.'),
    gamma: policyParts.gamma.optional().describe("The artifact's own where absent."),
    efSearch: policyParts.efSearch.default(limits.efSearch.default).describe('Width of the graph search.'),
    filters: policyParts.filters.default([]).describe('Which candidates may be shown.'),
    rank: policyParts.rank
      .default([])
      .describe('What moves candidates up and down, and who has which slots.'),
    diversity: policyParts.diversity.default({}).describe('What an answer may not have too much of.'),
    pins: policyParts.pins
      .default([])
      .describe('Products that stand at a position, from 1; those without one take the first that is free.'),
    blocks: policyParts.blocks
      .default([])
      .describe('Product ids never recommended. Ids that the artifact lacks are no matter.'),
    fallback: policyParts.fallback
      .default([...defaultFallback])
      .describe('Popularity lists, in this order, where too few candidates pass.'),
    sort: policyParts.sort
      .default('score')
      .describe('The order in which the chosen items stand; the score alone chooses them.'),
  })
  .refine(
    ({ pins, blocks }) => !pins.some((pin) => blocks.includes(typeof pin === 'string' ? pin : pin.id)),
    {
      error: 'must not both be pinned and blocked',
      path: ['pins'],
    },
  );

export type FallbackList = (typeof defaultFallback)[number];

/** A checked policy. Plain data: it may be sent to another thread. */
export type PolicyDocument = z.output<typeof policySchema> & {
  /** Where its parts stand in the file it came from: `filters.0.name` → line, and column, from 1. */
  readonly origin?: {
    readonly file: string;
    readonly lines: Readonly<Record<string, number>>;
    readonly columns?: Readonly<Record<string, number>>;
  };
};

/** `name@revision`. */
export function policyLabel({ name, revision }: PolicyDocument): string {
  return `${name}@${revision}`;
}
