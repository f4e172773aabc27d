// Requests as JSON (or MessagePack) bodies: the same request as that of a query string, with numbers as numbers and lists
// as lists. The schemas are exported, so that the API's description is made from what checks.

import { z } from 'zod';
import { SepetError } from '../base/errors.ts';
import { type LimitName, limits } from '../base/limits.ts';
import { suggestion } from '../base/nearest.ts';
import { genders } from '../base/products.ts';
import type { CombineRequest } from './recommender.ts';
import {
  checkPrices,
  defined,
  fieldNames,
  mostNameCharacters,
  type RecommendRequest,
  type RequestFilters,
  requestParameters,
  withBasket,
} from './request.ts';

const abouts = new Map<string, string>(
  requestParameters.map(({ name, about }) => [name, about.replace(/; may be repeated$/, '')]),
);
const aboutOf = (name: string): string => abouts.get(name) ?? '';

const shown = (value: unknown): string =>
  typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? 'nothing').slice(0, 100);

function bounded(name: LimitName, whole = true) {
  const { min, max, unit } = limits[name];
  const kind = whole ? 'a whole number' : 'a number';
  const error = ({ input }: { readonly input?: unknown }): string =>
    `must be ${kind} from ${min} to ${max} (${unit}), not ${shown(input)}.`;
  const number = whole ? z.int({ error }) : z.number({ error });
  return number.min(min, { error }).max(max, { error });
}

const text = (longest: number) =>
  z
    .string('must be a string.')
    .min(1, 'must not be empty.')
    .max(longest, `must have at most ${longest} characters.`);
const id = text(limits.idBytes.max);
const name = text(mostNameCharacters);

const list = <Of extends z.ZodType>(of: Of, limit: LimitName) =>
  z
    .array(of, 'must be a list.')
    .max(limits[limit].max, `takes at most ${limits[limit].max} ${limits[limit].unit}.`);

const word = <const Words extends readonly string[]>(words: Words) =>
  z.enum(words, {
    error: ({ input }) =>
      `must be one of ${words.join(', ')}, not ${shown(input)}.${suggestion(String(input), words)}`,
  });

const flag = z.boolean('must be true or false.');
const object = { error: 'must be an object.' };

const filtersSchema = z
  .strictObject(
    {
      category: list(name, 'filterNames').describe(aboutOf('category')),
      brand: list(name, 'filterNames').describe(aboutOf('brand')),
      gender: list(word(genders), 'filterNames').describe(aboutOf('gender')),
      priceMin: bounded('priceMinor').describe(aboutOf('priceMin')),
      priceMax: bounded('priceMinor').describe(aboutOf('priceMax')),
      inStock: flag.describe('Only what is in stock; with false, only what is not'),
      newerThanDays: bounded('newerThanDays').describe(aboutOf('newerThanDays')),
    },
    object,
  )
  .partial();

const fieldWords = ['id', ...fieldNames, 'all'] as const;

/** What asks and narrows alike, whatever is searched for. */
const sharedParts = {
  limit: bounded('limit').describe(aboutOf('limit')),
  efSearch: bounded('efSearch').describe(aboutOf('efSearch')),
  gamma: bounded('gamma', false).describe(aboutOf('gamma')),
  fields: z
    .array(word(fieldWords), 'must be a list.')
    .max(fieldWords.length, `takes at most ${fieldWords.length} names.`)
    .describe(aboutOf('fields')),
  filters: filtersSchema.describe('Narrows what may be returned, on top of the policy'),
  exclude: list(id, 'excludes').describe('Leaves these products out'),
};

const askedError = `must be a text of at most 1024 characters, a number, true or false, or a list of at most ${limits.askedValues.max} texts and numbers.`;
const askedText = z.string().max(1024, askedError);
const askedValue = z.union(
  [
    askedText,
    z.number(),
    z.boolean(),
    z.array(z.union([askedText, z.number()], askedError)).max(limits.askedValues.max, askedError),
  ],
  askedError,
);

/** Columns of the user or of the context; which there are is the artifact's, and looked at where it is asked. */
const askedColumns = (about: string, example: Readonly<Record<string, unknown>>) =>
  z
    .record(z.string(), askedValue, object)
    .refine((given) => Object.keys(given).length <= limits.askedColumns.max, {
      error: `takes at most ${limits.askedColumns.max} ${limits.askedColumns.unit}.`,
    })
    .describe(about)
    .meta({ maxProperties: limits.askedColumns.max, examples: [example] });

const towerError = `must be a list of at most ${limits.towerInputs.max} numbers.`;

/** What `parseBody` takes. `product` or `products` must be there, and not both. */
export const bodySchema = z
  .strictObject(
    {
      product: id.describe('The product asked for'),
      products: z
        .array(id, 'must be a list.')
        .min(1, 'must not be empty.')
        .max(
          limits.basketProducts.max,
          `takes at most ${limits.basketProducts.max} ${limits.basketProducts.unit}.`,
        )
        .describe('A basket; rules compare candidates with its first product'),
      ...sharedParts,
      explain: flag.describe(aboutOf('explain')),
      fallback: flag.describe(aboutOf('fallback')),
      bought: list(id, 'excludes').describe('Leaves these products out: they were bought before'),
      include: list(id, 'includes').describe('Considers these products too, under the same rules'),
      policy: name.describe(aboutOf('policy')),
      placement: name.describe(aboutOf('placement')),
      channel: name.describe(aboutOf('channel')),
      visitor: name.describe(aboutOf('visitor')),
      seed: bounded('seed').describe(aboutOf('seed')),
      user: askedColumns("What is known of who asks: user columns of the artifact's factorization machine", {
        country: 'France',
        tags: ['member', 'b2b'],
      }),
      context: askedColumns(
        "Where and when it is asked: context columns of the artifact's factorization machine",
        { 'time.hour': 13 },
      ),
      tower: z
        .array(z.number(towerError), towerError)
        .min(1, towerError)
        .max(limits.towerInputs.max, towerError)
        .describe("Input of the server's user tower, where it has one"),
      overrides: z.record(z.string(), z.unknown(), object).describe(aboutOf('overrides')),
    },
    object,
  )
  .partial();

const partSchema = z
  .strictObject(
    {
      product: id.describe('Its IN vector'),
      brand: name.describe("The mean of its products' IN vectors"),
      weight: bounded('combinedWeight', false).describe('1 if absent; below 0 takes the vector away'),
    },
    object,
  )
  .partial();

/** What `parseCombine` takes. `items` must be there; each is a product or a brand. */
export const combineSchema = z.strictObject(
  {
    items: list(partSchema, 'combinedParts').min(1, 'must not be empty.').describe('What is added up'),
    ...z.object(sharedParts).partial().shape,
  },
  object,
);

type Schema = z.ZodObject;

/** The keys that an object at a path may have. */
function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let at: z.ZodType = schema;
  for (const step of path) {
    while (at instanceof z.ZodOptional) at = at.unwrap() as z.ZodType;
    if (at instanceof z.ZodArray) at = at.element as z.ZodType;
    else if (at instanceof z.ZodObject) at = at.shape[String(step)] as z.ZodType;
  }
  while (at instanceof z.ZodOptional) at = at.unwrap() as z.ZodType;
  return at instanceof z.ZodObject ? Object.keys(at.shape) : [];
}

const dotted = (at: string, path: readonly PropertyKey[]): string =>
  [...(at === '' ? [] : [at]), ...path.map(String)].join('.');

function mistakeOf(schema: Schema, issue: z.core.$ZodIssue, at: string): SepetError {
  const [unknown] = issue.code === 'unrecognized_keys' ? issue.keys : [];
  if (unknown !== undefined) {
    const full = dotted(at, [...issue.path, unknown]).slice(0, 200);
    const near = suggestion(unknown.slice(0, 100), keysAt(schema, issue.path));
    return new SepetError('option_unknown', `There is no field "${full}".${near}`);
  }
  const where = dotted(at, issue.path) || 'The body';
  return new SepetError('option_invalid', `${where} ${issue.message}`);
}

function check<S extends Schema>(schema: S, value: unknown, at: string): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw mistakeOf(schema, parsed.error.issues[0] as z.core.$ZodIssue, at);
}

function invalid(at: string, said: string): SepetError {
  return new SepetError('option_invalid', `${at === '' ? 'The body' : at} ${said}`);
}

/** The fields in their order; of `id`, which every item has, and `all`, what they stand for. */
const fieldsOf = (words: readonly (typeof fieldWords)[number][] | undefined) =>
  words && fieldNames.filter((field) => words.includes('all') || words.includes(field));

function filtersOf(
  narrow: z.output<typeof filtersSchema> | undefined,
  lists: Pick<z.output<typeof bodySchema>, 'exclude' | 'bought'>,
): { filters?: RequestFilters } {
  const filters: RequestFilters = defined({ ...narrow, ...lists });
  checkPrices(filters);
  return Object.keys(filters).length === 0 ? {} : { filters };
}

/**
 * Reads a request from a body that was parsed already; `at` is its place in a larger one, for messages. Throws `option_unknown` naming
 * the nearest field, or `option_invalid` saying what was expected where.
 */
export function parseBody(value: unknown, at = ''): RecommendRequest {
  const { product, products, exclude, bought, ...rest } = check(bodySchema, value, at);
  if (product !== undefined && products !== undefined)
    throw invalid(at, 'must name product or products, not both.');
  const first = product ?? products?.[0];
  if (first === undefined) throw invalid(at, 'must name a product, or products.');
  const { fields, filters: narrow, ...own } = rest;
  const request: RecommendRequest = {
    product: first,
    ...defined({ ...own, fields: fieldsOf(fields) }),
    ...filtersOf(narrow, { exclude, bought }),
  };
  return withBasket(request, products ?? []);
}

/** Reads a combination of vectors from a body. Throws as `parseBody` does. */
export function parseCombine(value: unknown): CombineRequest {
  const { items, fields, filters: narrow, exclude, ...own } = check(combineSchema, value, '');
  return {
    items: items.map(({ product, brand, weight }, i) => {
      const weighted = defined({ weight });
      if (product !== undefined && brand === undefined) return { product, ...weighted };
      if (brand !== undefined && product === undefined) return { brand, ...weighted };
      throw new SepetError('option_invalid', `items.${i} must name a product or a brand, one of both.`);
    }),
    ...defined({ ...own, fields: fieldsOf(fields) }),
    ...filtersOf(narrow, { exclude }),
  };
}
