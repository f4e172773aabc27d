// A request's parameters, described once: the server's query string, `sepet query`'s options and the docs all
// come from this schema. Parameters arrive as strings; lists by repeating the parameter.

import { z } from 'zod';
import { SepetError } from '../base/errors.ts';
import { checkLimit, type LimitName, limits } from '../base/limits.ts';
import { suggestion } from '../base/nearest.ts';
import { type Gender, genders } from '../base/products.ts';
import type { PolicyOverrides } from '../policy/override.ts';

export const fieldNames = ['title', 'price', 'category', 'brand', 'gender', 'inStock', 'image'] as const;
export type Field = (typeof fieldNames)[number];

/** Narrowing asked for by one request, on top of the policy. A product whose value is unknown does not match. */
export interface RequestFilters {
  /** Paths; each takes its whole subtree. */
  readonly category?: readonly string[];
  readonly brand?: readonly string[];
  readonly gender?: readonly Gender[];
  /** Minor units, inclusive. */
  readonly priceMin?: number;
  readonly priceMax?: number;
  readonly inStock?: boolean;
  /** Released fewer days ago. */
  readonly newerThanDays?: number;
  /** Product ids; those the artifact does not know are no matter. */
  readonly exclude?: readonly string[];
  /** Ids of what is in the basket or was bought before: left out like the query product. */
  readonly bought?: readonly string[];
}

/** Values of columns by name, for an artifact's factorization machine: a text, a number, true or false, or a list of texts and numbers. */
export type AskedColumns = Readonly<Record<string, string | number | boolean | readonly (string | number)[]>>;

/** The output of a user tower: products are asked with (1 - weight) times their IN vector and `weight` times this one. */
export interface Towered {
  /** As long as an IN vector. */
  readonly vector: Float32Array;
  readonly weight: number;
}

export interface RecommendRequest {
  readonly product: string;
  readonly limit?: number;
  readonly efSearch?: number;
  readonly gamma?: number;
  readonly explain?: boolean;
  /** Answer an unknown product from the popularity lists instead of with `product_unknown`. */
  readonly fallback?: boolean;
  readonly fields?: readonly Field[];
  readonly filters?: RequestFilters;
  /** Ids that are candidates whether a source finds them or not; the rules hold for them too. */
  readonly include?: readonly string[];
  /** The name of a served policy. */
  readonly policy?: string;
  /** A place on the site, whose policy is taken where none is named. */
  readonly placement?: string;
  /** By which way it asks, such as web, app or mail. With the placement it may choose a policy; the recommender does not look at it. */
  readonly channel?: string;
  /** Who asks, by a name that says nothing of who it is: experiments give the same arm to the same one. */
  readonly visitor?: string;
  /** The visitor's arm of an experiment, `name:arm`, which the answer carries. Not a parameter. */
  readonly experiment?: string;
  /** Start of what the policy draws by lot. */
  readonly seed?: number;
  /** A part of a policy in place of the chosen one's, as `override` takes it. */
  readonly overrides?: PolicyOverrides;
  /** Further products beside `product`: one answer for the whole basket. */
  readonly basket?: readonly string[];
  /** What is known of who asks, and of where and when: columns of the factorization machine. Not parameters: only bodies have them. */
  readonly user?: AskedColumns;
  readonly context?: AskedColumns;
  /** What the server's user tower takes: a row of numbers. Not a parameter. */
  readonly tower?: readonly number[];
  /** What the tower made of it, on the way to the recommender. Not a parameter. */
  readonly towered?: Towered;
  /**
   * Vectors are searched by exact scan in place of the graph and of estimates: what the graph should find. Not a parameter, as
   * a scan reads every vector.
   */
  readonly exact?: true;
  /** The time that date windows and ages count from, in milliseconds since 1970; the clock's where absent. */
  readonly nowMs?: number;
}

function number(name: LimitName, placeholder: string, about: string, whole = true) {
  return z
    .string()
    .transform((text, context) => {
      try {
        return checkLimit(name, text.trim() === '' ? Number.NaN : Number(text), whole);
      } catch (error) {
        const said = error instanceof Error ? error.message : String(error);
        const message = said.replace(/^\w+ /, '').replace('not NaN', `not "${text}"`);
        context.addIssue({ code: 'custom', message });
        return z.NEVER;
      }
    })
    .optional()
    .meta({ description: about, placeholder, ...boundsOf(name, whole) });
}

const boundsOf = (name: LimitName, whole: boolean) => {
  const { min, max } = limits[name];
  return { type: whole ? 'integer' : 'number', min, max };
};

const flag = (about: string) =>
  z
    .stringbool({
      truthy: ['1', 'true', ''],
      falsy: ['0', 'false'],
      case: 'sensitive',
      error: 'must be 1, true, 0 or false.',
    })
    .optional()
    .meta({ description: about, type: 'boolean' });

/** Characters of a name in a request. */
export const mostNameCharacters = 1024;
const name = (placeholder: string, about: string) =>
  z
    .string()
    .min(1, 'must not be empty.')
    .max(mostNameCharacters, `must have at most ${mostNameCharacters} characters.`)
    .optional()
    .meta({ description: about, placeholder, max: mostNameCharacters });

const names = (limit: LimitName, placeholder: string, about: string) =>
  z
    .array(z.string().min(1, 'must not be empty.'))
    .max(limits[limit].max, `takes at most ${limits[limit].max} ${limits[limit].unit}.`)
    .optional()
    .meta({ description: `${about}; may be repeated`, placeholder, repeats: true, max: limits[limit].max });

const oneOf = (text: string, known: readonly string[]): string =>
  `must be one of ${known.join(', ')}, not "${text}".${suggestion(text, known)}`;

const words = <W extends string>(known: readonly W[], all: boolean, placeholder: string, about: string) =>
  z
    .array(z.string())
    .transform((values, context): W[] => {
      const chosen = new Set<W>();
      for (const word of values.flatMap((value) => value.split(','))) {
        const found = known.find((name) => name === word);
        if (found !== undefined) chosen.add(found);
        else if (all && word === 'all') for (const name of known) chosen.add(name);
        else if (!(all && word === 'id'))
          context.addIssue({ code: 'custom', message: oneOf(word, all ? ['id', ...known, 'all'] : known) });
      }
      return known.filter((name) => chosen.has(name));
    })
    .optional()
    .meta({
      ...{ description: about, placeholder, repeats: true },
      values: all ? ['id', ...known, 'all'] : known,
    });

const bare = ({ about }: { readonly about: string }): string => about.replace(/\.$/, '');
const { limit, efSearch, gamma } = limits;

/** A JSON object; what it may hold is checked where it is used. */
const object = (placeholder: string, about: string) =>
  z
    .string()
    .transform((text, context): Record<string, unknown> => {
      const parsed = z.record(z.string(), z.unknown()).safeParse(jsonOf(text));
      if (parsed.success) return parsed.data;
      context.addIssue({ code: 'custom', message: 'must be a JSON object.' });
      return z.NEVER;
    })
    .optional()
    .meta({ description: about, placeholder, type: 'object' });

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Parameter name → its schema, with `description` and (for those that take a value) `placeholder` in its meta. */
const requestSchema = z.object({
  limit: number('limit', 'n', `${bare(limit)} (the policy's own otherwise, ${limit.min} to ${limit.max})`),
  efSearch: number('efSearch', 'n', `${bare(efSearch)} (${efSearch.min} to ${efSearch.max})`),
  gamma: number('gamma', 'weight', `${bare(gamma)} (${gamma.min} to ${gamma.max})`, false),
  explain: flag('Adds how scores came about and what each rule dropped'),
  fallback: flag('Answers an unknown product from the popularity lists'),
  fields: words(fieldNames, true, 'names', `What each item carries: id, ${fieldNames.join(', ')}, all`),
  category: names('filterNames', 'path', 'Only this category and what is below it'),
  brand: names('filterNames', 'name', 'Only this brand'),
  gender: words(genders, false, 'names', `Only these: ${genders.join(', ')}`),
  priceMin: number('priceMinor', 'minor', 'Lowest price, in minor units'),
  priceMax: number('priceMinor', 'minor', 'Highest price, in minor units'),
  inStock: flag('Only what is in stock'),
  newerThanDays: number('newerThanDays', 'days', 'Only what was released fewer days ago'),
  exclude: names('excludes', 'id', 'Leaves this product out'),
  bought: names('excludes', 'id', 'Leaves this product out: it is in the basket, or was bought before'),
  include: names('includes', 'id', 'Considers this product too, under the same rules'),
  policy: name('name', 'The policy to recommend by, of those that are served'),
  placement: name('name', 'The place on the site, which chooses the policy where none is named'),
  channel: name(
    'name',
    'By which way it asks, such as web, app or mail: with the placement it may choose the policy',
  ),
  visitor: name(
    'id',
    'Who asks, by a name that says nothing of who it is: keeps the same arm of experiments',
  ),
  seed: number('seed', 'n', 'Start of what the policy draws by lot'),
  overrides: object(
    'json',
    "Parts of a policy, in place of the chosen one's; what is mandatory can only be narrowed",
  ),
});

export interface RequestParameter {
  readonly name: keyof typeof requestSchema.shape;
  readonly about: string;
  /** Absent for a flag. */
  readonly placeholder?: string;
  readonly repeats: boolean;
  /** Of each value. An `object` comes as JSON. */
  readonly type: 'integer' | 'number' | 'boolean' | 'string' | 'object';
  /** Bounds of a number; of a parameter that repeats, `max` bounds how often, of a text its characters. */
  readonly min?: number;
  readonly max?: number;
  /** The words that it takes, one or several separated by commas. */
  readonly values?: readonly string[];
}

type Meta = Partial<Pick<RequestParameter, 'placeholder' | 'type' | 'min' | 'max' | 'values'>> & {
  readonly description?: string;
  readonly repeats?: boolean;
};

/** The parameters in order, for CLI options and docs. */
export const requestParameters: readonly RequestParameter[] = Object.entries(requestSchema.shape).map(
  ([name, schema]) => {
    const { description, repeats = false, type = 'string', ...rest } = (schema.meta() ?? {}) as Meta;
    return {
      name: name as keyof typeof requestSchema.shape,
      about: String(description),
      ...{ repeats, type },
      ...rest,
    };
  },
);

const parameters = new Map<string, RequestParameter>(requestParameters.map((known) => [known.name, known]));

function collect(params: Iterable<readonly [string, string]>): Record<string, string | string[]> {
  const raw: Record<string, string | string[]> = {};
  for (const [name, value] of params) {
    const known = parameters.get(name);
    if (known === undefined) {
      const message = `There is no parameter "${name}".${suggestion(name, parameters.keys())}`;
      throw new SepetError('option_unknown', message);
    }
    const before = raw[name];
    if (!known.repeats) {
      if (before !== undefined) throw new SepetError('option_invalid', `${name} is given more than once.`);
      raw[name] = value;
    } else if (Array.isArray(before)) before.push(value);
    else raw[name] = [value];
  }
  return raw;
}

/** Throws `option_invalid` where the bounds contradict each other. */
export function checkPrices({ priceMin, priceMax }: RequestFilters): void {
  if (priceMin !== undefined && priceMax !== undefined && priceMin > priceMax)
    throw new SepetError('option_invalid', 'priceMin must not be above priceMax.');
}

/**
 * The request for a whole basket, its own product among them or not; each product counts once. Throws `option_invalid` where they
 * are too many.
 */
export function withBasket(request: RecommendRequest, products: Iterable<string>): RecommendRequest {
  const { max, unit } = limits.basketProducts;
  const basket = [...new Set(products)].filter((product) => product !== request.product);
  if (basket.length + 1 > max)
    throw new SepetError(
      'option_invalid',
      `A basket takes at most ${max} ${unit}, not ${basket.length + 1}.`,
    );
  return basket.length === 0 ? request : { ...request, basket };
}

/** Drops what is undefined, so that a request holds only what was asked for. */
export const defined = <T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };

/**
 * Reads a request from name/value pairs (a query string's, or CLI options').
 * Throws `option_unknown` naming the nearest parameter, or `option_invalid` saying what was expected.
 */
export function parseRequest(product: string, params: Iterable<readonly [string, string]>): RecommendRequest {
  const raw = collect(params);
  if (Object.keys(raw).length === 0) return { product };
  const parsed = requestSchema.safeParse(raw);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new SepetError('option_invalid', `${String(issue?.path[0])} ${issue?.message}`);
  }
  const { limit, efSearch, gamma, explain, fallback, fields, ...others } = parsed.data;
  const { include, policy, placement, channel, visitor, seed, overrides, ...rest } = others;
  const filters: RequestFilters = defined(rest);
  checkPrices(filters);
  const own = defined({
    limit,
    efSearch,
    gamma,
    explain,
    fallback,
    fields,
    include,
    policy,
    placement,
    channel,
    visitor,
    seed,
    overrides,
  });
  return { product, ...own, ...(Object.keys(filters).length > 0 && { filters }) };
}
